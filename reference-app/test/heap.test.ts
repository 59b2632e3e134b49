import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { getHeapStatistics } from 'node:v8'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type HeapSnapshot, HeapSnapshots, measureRoom, type Room } from '../src/programs/controls/heap-snapshots.ts'
import { heapStatistics } from '../src/programs/controls/heap-statistics.ts'
import { run } from './support/child.ts'
import { scratchFolder } from './support/scratch.ts'

let folder: { path: string; remove(): void }

beforeEach(() => {
  folder = scratchFolder()
})

afterEach(() => folder.remove())

const PLENTY = 1e15
const room = (measured: Partial<Room>) => async () => ({ disk: PLENTY, memory: PLENTY, ...measured })
const files = () => readdirSync(folder.path)

/** The first is taken, the second is asked for meanwhile, a third after it. */
const TAKE = `
import { HeapSnapshots } from '${new URL('../src/programs/controls/heap-snapshots.ts', import.meta.url).href}'
let disk = ${PLENTY}
const snapshots = new HeapSnapshots(process.argv[1], async () => ({ disk, memory: ${PLENTY} }))
const code = async () => (await snapshots.take().catch((error) => error)).code
const first = snapshots.take()
const meanwhile = await code()
const taken = await first
disk = 0
console.info(JSON.stringify({ pid: process.pid, taken, codes: [meanwhile, await code(), await code()] }))
`

/** In a process of its own: the heap of this one grows from test file to test file, to hundreds of megabytes, and a look at it takes a minute. */
async function take(): Promise<{ pid: number; taken: HeapSnapshot; codes: string[] }> {
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', TAKE, folder.path])
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Awaited<ReturnType<typeof take>>
}

test('a snapshot is whole, is what it says, and is for its owner alone', async () => {
  const { pid, taken } = await take()
  expect(files().map((name) => join(folder.path, name))).toEqual([taken.file])
  expect(taken.file).toMatch(new RegExp(`/heap-\\d{8}T\\d{6}Z-${pid}\\.heapsnapshot$`))
  const { size, mode } = statSync(taken.file)
  expect([size, mode & 0o777]).toEqual([taken.bytes, 0o600])
  expect(taken.bytes).toBeGreaterThan(1_000_000)
  expect(taken.blockedSeconds).toBeGreaterThan(0)
  expect(taken.seconds).toBeGreaterThanOrEqual(taken.blockedSeconds)
  const text = readFileSync(taken.file, 'utf8')
  expect(text.startsWith('{"snapshot":{"meta":')).toBe(true)
  expect(text.trimEnd().endsWith('}')).toBe(true)
})

test.each([
  ['disk', 2, /of disk/],
  ['memory', 3, /of memory/],
] as const)('without room on the %s (%d times the used heap) nothing is written', async (what, factor, detail) => {
  const used = getHeapStatistics().used_heap_size
  const refused = new HeapSnapshots(folder.path, room({ [what]: factor * 0.5 * used })).take()
  await expect(refused).rejects.toMatchObject({ code: 'heap_snapshot_no_room', message: expect.stringMatching(detail) })
  expect(files()).toEqual([])
})

test('without a folder it is refused, and with one that cannot be written to it fails and leaves nothing behind', async () => {
  await expect(new HeapSnapshots(undefined).take()).rejects.toMatchObject({ code: 'heap_snapshot_disabled' })
  const missing = new HeapSnapshots(join(folder.path, 'missing'))
  await expect(missing.take()).rejects.toMatchObject({ code: 'heap_snapshot_failed' })
  expect(existsSync(join(folder.path, 'missing'))).toBe(false)
})

test('there is one at a time, and another one after it', async () => {
  const { codes } = await take()
  expect(codes).toEqual(['heap_snapshot_running', 'heap_snapshot_no_room', 'heap_snapshot_no_room'])
})

test('the room is measured: some of the disk, and no more memory than the machine has', async () => {
  const { disk, memory } = await measureRoom(folder.path)
  expect(disk).toBeGreaterThan(0)
  const total = Number(/MemTotal:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1_024
  expect(memory).toBeGreaterThan(0)
  expect(memory).toBeLessThan(total)
})

test('the statistics add up', () => {
  const { usedBytes, totalBytes, limitBytes, residentBytes, spaces } = heapStatistics()
  expect(usedBytes).toBeLessThanOrEqual(totalBytes)
  expect(totalBytes).toBeLessThanOrEqual(limitBytes)
  expect(residentBytes).toBeGreaterThan(usedBytes)
  expect(spaces.map(({ name }) => name)).toContain('old_space')
})
