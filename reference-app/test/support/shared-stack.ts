import { afterAll, beforeAll } from '@jest/globals'
import { type Stack, startStack } from './stack.ts'

/** Of this test file, from its first test to its last. */
export let stack: Stack
/** Of a user who has been admitted. */
export let token: string

/** One stack for all tests of a file. */
export function shareStack(): void {
  beforeAll(async () => {
    stack = await startStack()
    token = await stack.api.join()
  })

  afterAll(async () => {
    await stack.remove()
  })
}
