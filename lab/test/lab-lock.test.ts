import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { isLabLocked, lockLab } from '../src/folder/lab-lock.ts'
import { processEntry } from '../src/processes/process-table.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lock-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test('a lock keeps the second out until it is given back, and leaves no file', () => {
  const unlock = lockLab(dir, 'started')
  expect(isLabLocked(dir)).toBe(true)
  expect(() => lockLab(dir, 'taken down')).toThrow(`is being started by pid ${process.pid} right now`)
  unlock()
  expect(isLabLocked(dir)).toBe(false)
  lockLab(dir, 'taken down')()
  expect(readdirSync(dir)).toEqual([])
})

const ticks = processEntry(process.pid)?.startTicks ?? 0
test.each([
  ['whose holder is dead', '4194305-1'],
  ['whose pid now belongs to another process', `${process.pid}-${ticks - 1}`],
])('a lock %s is taken over', (_, owner) => {
  writeFileSync(join(dir, `lock.01764374717123-${owner}-1`), JSON.stringify({ host: hostname(), doing: 'started' }))
  expect(isLabLocked(dir)).toBe(false)
  lockLab(dir, 'started')()
  expect(readdirSync(dir)).toEqual([])
})
