import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { isLabLocked, lockLab } from '../../src/lab/lab-lock.ts'
import { processEntry } from '../../src/lab/process-table.ts'

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

test.each([
  ['whose holder is dead', { pid: 4_194_305, startTicks: 1, doing: 'started' }],
  [
    'whose pid now belongs to another process',
    { pid: process.pid, startTicks: (processEntry(process.pid)?.startTicks ?? 0) - 1, doing: 'started' },
  ],
  ['that a crash cut off', '{"pid": 1'],
])('a lock %s is taken over', (_, content) => {
  writeFileSync(join(dir, 'lock'), typeof content === 'string' ? content : JSON.stringify(content))
  expect(isLabLocked(dir)).toBe(false)
  lockLab(dir, 'started')()
  expect(existsSync(join(dir, 'lock'))).toBe(false)
  expect(readdirSync(dir)).toEqual([])
})
