import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { takeLock } from '@drillbook/content/lock/lock'
import { processMark } from '@drillbook/content/lock/process-start'
import { findRoot } from '@drillbook/content/root'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readProofs } from '../../src/prove/proof-file.ts'
import { drillbookFolder } from '../support/drillbook-folder.ts'
import { runDrillbook } from '../support/run-drillbook.ts'

/** Files that are none, have no end, or were written to exhaust their reader: exit 2 that names the file, at once. */

const checkout = findRoot(import.meta.dirname)
let folder: ReturnType<typeof drillbookFolder>
beforeEach(() => {
  folder = drillbookFolder({ prometheusUrl: 'http://127.0.0.1:1', opsUrls: ['http://127.0.0.1:1'] })
})
afterEach(() => folder.remove())

const run = (...argv: string[]) => runDrillbook(argv, { cwd: folder.root.dir, env: { DRILLBOOK_ENV: 'test' } })
const replace = (file: string, by: (path: string) => void) => {
  const path = join(folder.root.dir, file)
  rmSync(path)
  by(path)
}
const sparse = (path: string) => {
  writeFileSync(path, '')
  truncateSync(path, 22 * 1024 ** 3)
}
const noFiles: [what: string, make: (path: string) => void, why: RegExp][] = [
  ['a FIFO', (path) => execFileSync('mkfifo', [path]), /is not a regular file/],
  ['a folder', (path) => mkdirSync(path), /is not a regular file/],
  ['an endless device', (path) => symlinkSync('/dev/zero', path), /is not a regular file/],
  ['22 GiB long', sparse, /is longer than 1 MiB|is longer than 64 KiB/],
]
const files: [file: string, command: string[]][] = [
  ['environments/test.yaml', ['query', 'up']],
  ['runbooks/outage.md', ['runbook', 'show', 'outage']],
  ['token', ['act', 'repair', '--yes']],
]

describe.each(files)('%s', (file, command) => {
  const unfit = noFiles.filter(([what]) => what !== 'a folder' || !file.startsWith('environments')) // an environment may be one
  test.each(unfit)('that is %s is refused by name', async (_, make, why) => {
    replace(file, make)
    const { status, stderr } = await run(...command)
    expect(status).toBe(2)
    expect(stderr).toContain(file)
    expect(stderr).toMatch(why)
  })
})

const fifo = (path: string) => {
  mkdirSync(dirname(path), { recursive: true })
  execFileSync('mkfifo', [path])
}

/** A reader of a FIFO waits for ever, and cannot even be interrupted: every reader has to see first what it is. */
describe('a FIFO keeps nobody waiting', () => {
  test.each(['alerts/tests/outage.yaml', 'runbooks/drills/outage.yaml', 'runbooks/notes/on-call.md'])(
    '%s is a problem of the content, named once',
    async (file) => {
      fifo(join(folder.root.dir, file))
      const { status, stderr } = await run('check')
      expect(status).toBe(2)
      expect(stderr.match(new RegExp(`${file}.* it is not a regular file`, 'g'))).toHaveLength(1)
    },
  )

  test.each([
    ['a template of messages', 'alerts/slack.tmpl'],
    ['a file where the compiled one belongs', 'out/rules/cache-outage.yaml'],
  ])('%s is refused by name', async (_, file) => {
    cpSync(checkout.alerts, folder.root.alerts, { recursive: true })
    rmSync(join(folder.root.dir, file), { force: true })
    fifo(join(folder.root.dir, file))
    const { status, stderr } = await run('rules', 'compile', '--out', 'out')
    expect(status).toBe(2)
    expect(stderr).toContain(file)
  })

  test('the proof of earlier runs is refused by name', () => {
    const file = join(folder.root.dir, 'docs/proof.json')
    fifo(file)
    expect(() => readProofs(file)).toThrow(`${file} cannot be read: it is not a regular file`)
  })

  test('a claim of a lock counts as one that cannot be understood', () => {
    const lock = join(folder.root.dir, 'lock')
    fifo(`${lock}.00000000000001-${process.pid}-${processMark(process.pid)}-1`)
    expect(takeLock(lock, 'tested')).toMatchObject({ pid: process.pid, doing: '' })
  })
})

const level = (name: string, below: string) => `${name}: &${name} [${Array(9).fill(below).join(', ')}]`
const lines = (count: number, line: (at: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n')
const BOMB = ['a: &a [x]', ...'bcdefgh'.split('').map((name, i) => level(name, `*${'abcdefgh'[i]}`))].join('\n')
/** What is said when the YAML begins so many lines below the file's first. */
type Said = (above: number) => RegExp
const at =
  (line: number, text: string): Said =>
  (above) =>
    new RegExp(`:${line + above} .*${text}`)
const anywhere =
  (text: string): Said =>
  () =>
    new RegExp(text)
const hostile: [what: string, yaml: string, said: Said][] = [
  ['an alias without its anchor', 'name: test\nprometheus: *x\n', at(2, 'the alias \\*x means nothing')],
  ['an alias inside of itself', 'name: test\nprometheus: &x [*x]\n', at(2, 'the alias \\*x means nothing')],
  ['an alias bomb', BOMB, anywhere('aliases multiply its size too often')],
  ['ten thousand levels', `name: ${'['.repeat(10_000)}`, anywhere('is nested too deeply')],
  ['as many levels of keys', '? '.repeat(30_000), anywhere('is nested too deeply')],
  ['many levels that end', `name: ${'['.repeat(900)}${']'.repeat(900)}`, anywhere('name: |too deeply|missing')],
  ['one line without an end', `name: ${'[], '.repeat(100_000)}`, at(1, 'the line is longer than 65536 characters')],
  ['thirty thousand keys', lines(30_000, (i) => `k${i}: x`), anywhere('and \\d+ more like this')],
  ['the same key thirty thousand times', lines(30_000, () => 'k: x'), at(2, 'Map keys must be unique')],
  [
    'twelve thousand aliases',
    lines(12_000, (i) => `a${i}: &a${i} x\nb${i}: *a${i}`),
    anywhere('more than 1000 aliases'),
  ],
  ['a thousand mistakes', ':\n%'.repeat(1000), anywhere('and \\d+ more like this')],
]

describe.each([
  ['an environment', 'environments/test.yaml', ['query', 'up'], (yaml: string) => yaml],
  ['front matter', 'runbooks/outage.md', ['runbook', 'show', 'outage'], (yaml: string) => `---\n${yaml}\n---\n`],
] as const)('%s with', (_, file, command, around) => {
  test.each(hostile)('%s is a problem with its line', async (_, yaml, said) => {
    writeFileSync(join(folder.root.dir, file), around(yaml))
    const { status, stderr } = await run(...command)
    expect(status).toBe(2)
    expect(stderr).toContain(`${file}:`)
    expect(stderr).toMatch(said(file.endsWith('.md') ? 1 : 0))
  })
})
