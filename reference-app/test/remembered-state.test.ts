import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { DesiredState } from '../src/operations/desired-state.ts'
import { RememberedState } from '../src/operations/remembered-state.ts'
import { scratchFolder } from './support/scratch.ts'

let folder: { path: string; remove(): void }
let file: string

beforeEach(() => {
  folder = scratchFolder()
  file = join(folder.path, 'seen')
})

afterEach(() => folder.remove())

const state = (version: number): DesiredState => ({
  version,
  settings: {
    banner: { value: null, version, change: 'one', actor: 'kim', instance: 'api-1', at: '2026-11-21T00:00:00Z' },
  },
})

test('the next process knows the state that was kept last, and nothing else is left behind', async () => {
  const memory = new RememberedState(file)
  expect(await memory.last()).toBeUndefined()
  for (const version of [1, 2, 2]) await memory.keep(state(version))
  expect(await new RememberedState(file).last()).toEqual(state(2))
  expect(readdirSync(folder.path)).toEqual(['seen'])
})

test.each(['', '{"version":1,"sett', '[]', '{"version":"1","settings":{}}'])(
  'what cannot be understood (%j) is nothing, and is replaced',
  async (text) => {
    writeFileSync(file, text)
    const memory = new RememberedState(file)
    expect(await memory.last()).toBeUndefined()
    await memory.keep(state(3))
    expect(await memory.last()).toEqual(state(3))
  },
)

test('what cannot be written hurts nobody, and is written when it can be', async () => {
  const memory = new RememberedState(join(file, 'inside'))
  await memory.keep(state(4)) // there is no such folder
  expect(await memory.last()).toBeUndefined()
  mkdirSync(file)
  await memory.keep(state(4))
  expect(await memory.last()).toEqual(state(4))
})
