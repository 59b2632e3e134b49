import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { appendLine } from '../../src/files/append-line.ts'
import { writeDurably } from '../../src/files/write-durably.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drillbook-write-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** Runs it where files may have one block, at most 1 KiB: like a disk on which only the beginning still fits. */
function whereDiskIsFull(module: string, call: string): string {
  const script = `import * as it from ${JSON.stringify(join(import.meta.dirname, '../../src', module))}
try { it.${call}; console.log('written') } catch (error) { console.log(error.code) }`
  return execFileSync(
    'sh',
    ['-c', 'ulimit -f 1; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  ).trim()
}

test('a file that does not fit on the disk any more stays as it was, instead of being cut off', () => {
  const file = join(dir, 'state.json')
  writeDurably(file, 'as it was')
  expect(whereDiskIsFull('files/write-durably.ts', `writeDurably(${JSON.stringify(file)}, 'x'.repeat(5000))`)).toBe(
    'EFBIG',
  )
  expect(readFileSync(file, 'utf8')).toBe('as it was')
  expect(readdirSync(dir)).toEqual(['state.json'])
})

test('an event that does not fit on the disk any more is not taken for recorded: an error for people, no bug', () => {
  const file = join(dir, 'events.jsonl')
  appendLine(file, { type: 'opened' })
  expect(whereDiskIsFull('files/append-line.ts', `appendLine(${JSON.stringify(file)}, 'x'.repeat(5000))`)).toBe('usage')
})
