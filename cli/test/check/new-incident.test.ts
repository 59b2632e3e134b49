import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { CliError, ProblemsError } from '@drillbook/content/errors'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { check } from '../../src/commands/check.ts'
import { incident } from '../../src/commands/new.ts'
import { capturedStdio } from '../support/captured-stdio.ts'

const CHECKOUT = resolve(import.meta.dirname, '../../..')
const FILES = [
  'alerts/rules/disk-full.yaml',
  'alerts/tests/disk-full.yaml',
  'runbooks/disk-full.md',
  'runbooks/drills/disk-full.yaml',
]

/** A drillbook of one's own: nothing but its mark. */
let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drillbook-new-'))
  writeFileSync(join(dir, 'drillbook.yaml'), '')
})
afterEach(() => rmSync(dir, { recursive: true }))

async function create(name = 'disk-full', cwd = dir, json = false) {
  const { stdio, captured } = capturedStdio({ cwd })
  await incident(stdio, { name, json })
  return captured
}
async function refusal(work: Promise<unknown>): Promise<CliError> {
  try {
    await work
  } catch (error) {
    if (error instanceof CliError) return error
    throw error
  }
  throw new Error('it was not refused')
}
async function problems(): Promise<readonly { file: string; line?: number; message: string }[]> {
  try {
    await check(capturedStdio({ cwd: dir }).stdio, {})
    return []
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems
    throw error
  }
}
const environment = (text: string) => {
  mkdirSync(join(dir, 'environments'), { recursive: true })
  writeFileSync(join(dir, 'environments/shop.yaml'), `name: shop\nprometheus: { url: http://127.0.0.1:1 }\n${text}`)
}
const filesBelow = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => join(parentPath, name).slice(folder.length + 1))
    .sort()
const promtool = (...args: string[]) => execFileSync('promtool', args, { cwd: dir, stdio: 'pipe', encoding: 'utf8' })

/** What a person would do, shortly: a sentence for each text, a name for each name. */
function fillIn(): void {
  for (const file of FILES) {
    const text = readFileSync(join(dir, file), 'utf8')
      .replaceAll('TO-WRITE-action', 'free-disk')
      .replaceAll('TO-WRITE-fault', 'disk-filled')
      .replaceAll('TO-WRITE-service', 'shop')
      .replaceAll(/TO WRITE: ([^"\n{]+)/g, 'About $1')
    writeFileSync(join(dir, file), text)
  }
}

describe('drillbook new incident', () => {
  test('writes rule, rule tests, runbook and drill, and says with file and line what only a person can write', async () => {
    const { stdout, stderr } = await create()
    expect(stdout.trim().split('\n')).toEqual(FILES)
    expect(filesBelow(dir)).toEqual([...FILES, 'drillbook.yaml'].sort())
    for (const said of ['runbooks/disk-full.md:2  TO WRITE: what is wrong', 'TO WRITE: the fault', 'environment'])
      expect(stderr).toContain(said)
  })

  test.each([
    ['without an environment', undefined],
    ['in an environment that says nothing of it', ''],
    ['in one that names it', 'incidents: [disk-full]\ndrills: allowed\n'],
  ])('leaves a skeleton of which check finds only what is marked, %s', async (_, text) => {
    const said = JSON.parse((await create('disk-full', dir, true)).stdout)
    if (text !== undefined) environment(text)
    const found = await problems()
    expect(found.filter(({ message }) => !message.startsWith('TO WRITE: '))).toEqual([])
    expect(found.filter(({ file }) => FILES.includes(file))).toEqual(said.toWrite)
    const marked = FILES.map((file) => readFileSync(join(dir, file), 'utf8').match(/^.*TO[ -]WRITE.*$/gm)?.length ?? 0)
    expect(said.toWrite).toHaveLength(marked.reduce((sum, count) => sum + count))
    for (const { line } of said.toWrite) expect(line).toBeGreaterThan(0)
  })

  test('leaves rules and rule tests that promtool takes, and the tests hold the rule', async () => {
    await create()
    promtool('check', 'rules', 'alerts/rules/disk-full.yaml')
    promtool('test', 'rules', 'alerts/tests/disk-full.yaml')
    const rules = join(dir, 'alerts/rules/disk-full.yaml')
    writeFileSync(rules, readFileSync(rules, 'utf8').replace('>= 1', '>= 2'))
    expect(() => promtool('test', 'rules', 'alerts/tests/disk-full.yaml')).toThrow()
  })

  test('filled in, it agrees with itself; before its action and fault are bound, check names the missing keys', async () => {
    await create()
    fillIn()
    environment('drills: allowed\n')
    expect((await problems()).map(({ file, message }) => `${file} ${message}`)).toEqual([
      'runbooks/disk-full.md actions.free-disk is missing in environments/shop.yaml',
      'runbooks/drills/disk-full.yaml faults.disk-filled is missing in environments/shop.yaml',
    ])
    environment(`drills: allowed
actions: { free-disk: { exec: ["true"] } }
faults:
  disk-filled:
    inject: { exec: ["true"] }
    revert: { exec: ["true"] }
    reverted: { promql: up, expect: "== 1" }
`)
    expect(await problems()).toEqual([])
  })

  test('finds its way beside the shipped content, whose classes and environments stay as they are', async () => {
    for (const name of ['alerts', 'dashboards', 'runbooks', 'environments'])
      cpSync(join(CHECKOUT, name), join(dir, name), {
        recursive: true,
        filter: (source) => !/node_modules|\/(src|test)$/.test(source.slice(CHECKOUT.length)),
      })
    await create('cache-down') // CacheDown is taken
    expect(readFileSync(join(dir, 'runbooks/cache-down.md'), 'utf8')).toContain('alerts: [CacheDownSign]')
    expect((await problems()).filter(({ message }) => !message.startsWith('TO WRITE: '))).toEqual([])
    const firstLine = () => readFileSync(join(dir, 'runbooks/drills/cache-down.yaml'), 'utf8').split('\n')[0]
    expect(firstLine()).toMatch(/^# TO WRITE/) // the schema of drills is not there
    rmSync(join(dir, 'runbooks'), { recursive: true })
    rmSync(join(dir, 'alerts/rules/cache-down.yaml'))
    rmSync(join(dir, 'alerts/tests/cache-down.yaml'))
    cpSync(join(CHECKOUT, 'cli/schema'), join(dir, 'cli/schema'), { recursive: true })
    await create('cache-down')
    expect(firstLine()).toBe('# yaml-language-server: $schema=../../cli/schema/drill.schema.json')
  })

  test('never overwrites: with one of the files there nothing is written', async () => {
    mkdirSync(join(dir, 'runbooks'))
    writeFileSync(join(dir, 'runbooks/disk-full.md'), 'mine\n')
    const error = await refusal(create())
    expect([error.exitStatus, error.message]).toEqual([2, 'runbooks/disk-full.md is there already'])
    expect(filesBelow(dir)).toEqual(['drillbook.yaml', 'runbooks/disk-full.md'])
    expect(readFileSync(join(dir, 'runbooks/disk-full.md'), 'utf8')).toBe('mine\n')
    rmSync(join(dir, 'runbooks'), { recursive: true })
    await create()
    expect((await refusal(create())).message).toContain('are there already')
  })

  test.each(['Disk-full', 'disk_full', '../disk', 'disk full', '-disk', 'disk-', '9-lives', '', 'a'.repeat(41)])(
    'refuses the name %j',
    async (name) => {
      const error = await refusal(create(name))
      expect([error.exitStatus, error.hint]).toEqual([2, expect.stringContaining('disk-full')])
      expect(filesBelow(dir)).toEqual(['drillbook.yaml'])
    },
  )

  test('writes below the nearest drillbook.yaml, and nowhere when there is none', async () => {
    mkdirSync(join(dir, 'some/where'), { recursive: true })
    await create('disk-full', join(dir, 'some/where'))
    expect(existsSync(join(dir, 'runbooks/disk-full.md'))).toBe(true)
    rmSync(join(dir, 'drillbook.yaml'))
    const error = await refusal(create('disk-slow', join(dir, 'some')))
    expect([error.exitStatus, error.hint]).toEqual([2, expect.stringContaining('touch drillbook.yaml')])
    expect(existsSync(join(CHECKOUT, 'runbooks/disk-slow.md'))).toBe(false)
  })

  test('leaves nothing of it behind when it cannot be written', async () => {
    writeFileSync(join(dir, 'runbooks'), 'a file where the folder would be\n')
    expect((await refusal(create())).message).toContain('could not be written')
    expect(filesBelow(dir)).toEqual(['drillbook.yaml', 'runbooks'])
  })
})
