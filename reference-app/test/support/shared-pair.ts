import { afterAll, afterEach, beforeAll } from '@jest/globals'
import type { Api } from './api.ts'
import { Pair } from './pair.ts'

/** Of this test file, from its first test to its last. */
export let pair: Pair
export let a: Api
export let b: Api

/** Two instances for all tests of a file. Each begins as nobody had changed anything. */
export function sharePair(): void {
  beforeAll(async () => {
    pair = await Pair.start()
    ;({ a, b } = pair)
  })

  afterEach(async () => {
    await pair.reset()
  })

  afterAll(async () => {
    await pair.remove()
  })
}
