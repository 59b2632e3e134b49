import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CliError } from '@drillbook/content/errors'
import { readRules } from '@drillbook/content/rules/read-rules'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { compile as command } from '../../src/commands/rules.ts'
import { type CompileRulesOptions, compileRules } from '../../src/rules/compile.ts'
import { replaceFiles } from '../../src/rules/replace-files.ts'
import { capturedStdio } from '../support/captured-stdio.ts'
import { type Book, book, problemsOf } from './book.ts'
import { checkout } from './tool.ts'

let b: Book
beforeEach(() => {
  b = book()
})
afterEach(() => b.remove())

const compile = (options: Partial<CompileRulesOptions> = {}): string[] =>
  compileRules({ root: b.root, outDir: b.out, speed: 10, ...options })

/** Every file below the folder with what is in it. */
function everything(dir: string): Record<string, string> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    files.map((entry) => [
      join(entry.parentPath, entry.name),
      readFileSync(join(entry.parentPath, entry.name), 'utf8'),
    ]),
  )
}

test('a folder that cannot be made is refused at once', () => {
  expect(() => compile({ outDir: '/proc/drillbook' })).toThrow(/nothing was written: .*ENOENT/)
})

describe('the output is all or nothing', () => {
  test.each([
    ['a rule file', () => b.put('rules/x.yaml', 'groups: [')],
    ['the Alertmanager configuration', () => b.put('alertmanager.yaml', 'route: nowhere\n')],
    ['a template that cannot be read', () => mkdirSync(join(b.root.alerts, 'y.tmpl'))],
    [
      'the folder, where another one takes the place of a file,',
      () => {
        b.put('rules/zz.yaml', 'groups:\n  - { name: zz, rules: [{ record: zz, expr: up }] }\n')
        mkdirSync(join(b.out, 'rules', 'zz.yaml'))
      },
    ],
  ])('a fault in %s changes nothing', (_name, spoil) => {
    compile()
    spoil()
    const before = everything(b.out)
    expect(() => compile({ speed: 5 })).toThrow(CliError)
    expect(everything(b.out)).toEqual(before)
  })

  test('a fault leaves no new folder behind', () => {
    b.put('rules/x.yaml', 'groups: [')
    expect(() => compile()).toThrow(CliError)
    expect(() => compile({ outDir: join(b.root.alerts, 'new'), alertmanagerDir: b.root.alerts })).toThrow(CliError)
    expect(existsSync(b.out)).toBe(false)
    expect(existsSync(join(b.root.alerts, 'new'))).toBe(false)
  })

  test.each([1, 2, 5])(
    'killed at rename %i, every file is the old or the new one, and the next run mends it',
    (nth) => {
      compile()
      const old = everything(b.out)
      compile({ speed: 5 })
      const fresh = everything(b.out)
      compile()
      const module = (file: string) => JSON.stringify(pathToFileURL(join(checkout.dir, file)).href)
      const script = `
      import fs from 'node:fs'
      import { syncBuiltinESMExports } from 'node:module'
      const rename = fs.renameSync
      let left = ${nth}
      fs.renameSync = (...args) => { if (--left === 0) process.kill(process.pid, 'SIGKILL'); rename(...args) }
      syncBuiltinESMExports()
      const { compileRules } = await import(${module('cli/src/rules/compile.ts')})
      const { rootAt } = await import(${module('content/src/root.ts')})
      compileRules({ root: rootAt(${JSON.stringify(b.root.dir)}), outDir: ${JSON.stringify(b.out)}, speed: 5 })`
      const { signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8',
      })
      expect({ signal, stderr }).toMatchObject({ signal: 'SIGKILL' })
      for (const [path, text] of Object.entries(everything(b.out)).filter(([path]) => !path.endsWith('.new'))) {
        expect([old[path], fresh[path]]).toContain(text)
      }
      compile({ speed: 5 })
      expect(everything(b.out)).toEqual(fresh)
    },
  )

  test('what cannot be written is told, and what was written before stays', () => {
    const dir = join(b.root.dir, 'target')
    replaceFiles([{ path: join(dir, 'a'), text: 'old' }])
    writeFileSync(join(dir, 'b'), 'in the way')
    const files = [
      { path: join(dir, 'a'), text: 'new' },
      { path: join(dir, 'b', 'c'), text: 'new' },
    ]
    expect(() => replaceFiles(files)).toThrow(/nothing was written/)
    expect(everything(dir)).toEqual({ [join(dir, 'a')]: 'old', [join(dir, 'b')]: 'in the way' })
  })
})

describe('what others wrote', () => {
  test('a configuration that was not compiled is refused, and stays', () => {
    mkdirSync(b.out)
    writeFileSync(join(b.out, 'prometheus.yaml'), 'global: {}\n')
    expect(() => compile()).toThrow('was not compiled by drillbook')
    expect(everything(b.out)).toEqual({ [join(b.out, 'prometheus.yaml')]: 'global: {}\n' })
  })
})

describe('an environment that has only some classes', () => {
  const has = (...names: string[]): Partial<CompileRulesOptions> => ({ hasIncident: (name) => names.includes(name) })
  const compiled = (): string[] =>
    readRules({ ...b.root, alerts: b.out }).flatMap((group) => group.rules.map((rule) => rule.alert ?? rule.record))

  test('gets the alerts of those, and all recordings, as dashboards read them', () => {
    compile(has('triage', 'monitoring'))
    expect(compiled()).toEqual(
      expect.arrayContaining(['ServiceErrorsHigh', 'Watchdog', 'service:http_requests:rate1m']),
    )
    expect(compiled()).toEqual(expect.arrayContaining(['cache:hit_ratio', 'db:up']))
    expect(compiled()).not.toContain('CacheDown')
  })

  test('loses the file of a class with alerts only, when it no longer has it', () => {
    b.put(
      'rules/disk-full.yaml',
      'groups:\n  - name: disk-full\n    labels: { incident: disk-full }\n    rules: [{ alert: DiskFull, expr: up == 0 }]\n',
    )
    compile(has('disk-full'))
    expect(compiled()).toContain('DiskFull')
    compile(has('triage'))
    expect(existsSync(join(b.out, 'rules', 'disk-full.yaml'))).toBe(false)
  })

  test('is named on the command line, and gives its name to the alerts', async () => {
    mkdirSync(b.root.environments)
    writeFileSync(
      join(b.root.environments, 'shop.yaml'),
      'name: shop\nprometheus: { url: http://127.0.0.1:1 }\nincidents: [triage]\n',
    )
    const { stdio } = capturedStdio({ cwd: b.root.dir })
    await command(stdio, { out: b.out, env: 'shop' })
    expect(compiled()).toContain('ServiceSlow')
    expect(compiled()).not.toContain('Watchdog')
    expect(b.read('prometheus.yaml')).toMatch(/environment: shop\b/)
    await expect(command(stdio, { out: b.out, env: 'nowhere' })).rejects.toThrow(CliError)
  })

  test('keeps an alert without a class', () => {
    b.put('rules/own.yaml', 'groups:\n  - name: own\n    rules: [{ alert: Own, expr: up == 0 }]\n')
    expect(problemsOf(() => compile(has('triage')))).toEqual([])
    expect(compiled()).toContain('Own')
  })
})
