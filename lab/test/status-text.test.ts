import { expect, test } from '@jest/globals'
import { PARTS } from '../src/parts/parts.ts'
import type { LabStatus, PartStatus } from '../src/status.ts'
import { statusText } from '../src/status-text.ts'

const part = (name: string, ports: number[], memoryBytes: number): PartStatus => ({
  name,
  state: 'RUNNING',
  pid: 1,
  ports,
  healthy: true,
  problem: undefined,
  memoryBytes,
})

const status = (parts: PartStatus[]): LabStatus => ({
  dir: '/lab',
  state: 'up',
  info: undefined,
  parts,
  memoryBytes: 1_234_000_000,
})

test('every column begins at the same place in every line, whatever the names of the parts', () => {
  const parts = PARTS.map(({ name }, i) => part(name, i % 2 === 0 ? [15_432] : [18_001, 18_101], i * 10e6))
  const lines = statusText(status(parts), (_, text) => text)
    .trimEnd()
    .split('\n')
  expect(lines).toHaveLength(PARTS.length + 1)
  expect(new Set(lines.slice(0, -1).map((line) => line.indexOf(' RUNNING ')))).toEqual(new Set([27]))
  expect(new Set(lines.map((line) => line.search(/ MB /))).size).toBe(1)
  expect(new Set(lines.map((line) => line.search(/healthy|since/))).size).toBe(1)
})

test('a line ends with what is wrong', () => {
  const ill = { ...part('slack', [18_190], 1e6), healthy: false, problem: 'connect ECONNREFUSED' }
  expect(statusText(status([ill]), (style, text) => `<${style}>${text}`)).toMatch(
    /^slack {2}RUNNING {2}18190 {2} {3}1 MB {2}<red>connect ECONNREFUSED\n/,
  )
})

test('nothing is shown of a lab that is down', () => {
  expect(statusText({ ...status([]), state: 'down' }, (_, text) => text)).toBe('')
})
