import { test } from '@jest/globals'
import { checkGeneratedRoutes } from './http-route-generated.ts'

test('in thousands of generated applications every request is counted as the template of its route', async () => {
  const seed = Number(process.env.SEED || Date.now() % 2 ** 31)
  await checkGeneratedRoutes({ seed, numRuns: 3_000 }) // a failure names the seed
})
