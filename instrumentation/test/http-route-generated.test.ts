import { test } from '@jest/globals'
import { checkGeneratedRoutes } from './http-route-generated.ts'

test('in generated applications every request is counted as the template of its route', async () => {
  await checkGeneratedRoutes({ seed: 9, numRuns: 150 })
})
