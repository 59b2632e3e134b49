import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { outdatedSchemas } from '../../src/schemas/generate.ts'

const CHECKOUT = resolve(import.meta.dirname, '../../..')
const SCHEMAS = join(CHECKOUT, 'cli/schema')
const validate = (name: string) =>
  new Ajv({ allErrors: true, allowUnionTypes: true }).compile(JSON.parse(readFileSync(join(SCHEMAS, name), 'utf8')))
const whole = validate('environment.schema.json')
const part = validate('environment-part.schema.json')
const drill = validate('drill.schema.json')
const VALIDATORS: Record<string, typeof whole> = {
  'environment.schema.json': whole,
  'environment-part.schema.json': part,
  'drill.schema.json': drill,
}

let scratch: string | undefined
afterEach(() => {
  if (scratch !== undefined) rmSync(scratch, { recursive: true })
  scratch = undefined
})

const filesIn = (folder: string) =>
  readdirSync(join(CHECKOUT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(folder, name))

describe('the schemas that editors use', () => {
  test.each([...filesIn('environments'), ...filesIn('runbooks/drills')])(
    '%s names its schema in the first line, and holds to it',
    (file) => {
      const text = readFileSync(join(CHECKOUT, file), 'utf8')
      const [, named = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? []
      const schema = resolve(dirname(join(CHECKOUT, file)), named)
      expect([named, existsSync(schema)]).toEqual([expect.stringMatching(/\.json$/), true])
      const validator = VALIDATORS[schema.slice(SCHEMAS.length + 1)]
      expect(validator?.(parse(text)) ? [] : validator?.errors).toEqual([])
    },
  )

  const BASE = 'name: shop\nprometheus: { url: http://127.0.0.1:9090 }\n'
  const FAULT = '{ inject: { exec: [a] }, revert: { exec: [a] }, reverted: { promql: up, expect: EXPECT } }'
  test.each([
    ['without a Prometheus', 'name: shop\n'],
    ['with a key that there is not', `${BASE}sofa: 1\n`],
    ['with a URL of another kind', BASE.replace('http', 'ftp')],
    ['with a name that is not kebab-case', BASE.replace('shop', 'My Shop')],
    ['with incidents that are no list', `${BASE}incidents: cache-outage\n`],
    ['with an action of two ways', `${BASE}actions: { a: { exec: [a], ops: { method: PUT, path: /x } } }\n`],
    ['with an action of no way', `${BASE}actions: { a: { summary: nothing } }\n`],
    ['with a command for a shell', `${BASE}actions: { a: { exec: "rm -rf /" } }\n`],
    ['with a path that is none', `${BASE}actions: { a: { ops: { method: PUT, path: x } } }\n`],
    ['with a time-out that is no duration', `${BASE}actions: { a: { exec: [a], timeout: soon } }\n`],
    ['with an expectation that is none', `${BASE}faults: { f: ${FAULT.replace('EXPECT', 'one')} }\n`],
    ['with drills that are anything but allowed', `${BASE}drills: true\n`],
  ])('refuse an environment %s', (_, text) => {
    expect(whole(parse(text))).toBe(false)
  })

  test('take an environment in one file as people write it, and a part of one in a folder', () => {
    const fault = `faults: { f: ${FAULT.replace('EXPECT', '"== 1"')} }\n`
    expect(whole(parse(`${BASE}${fault}incidents: [triage]\n`))).toBe(true)
    expect([part(parse(fault)), whole(parse(fault))]).toEqual([true, false])
    expect(part(parse(`${fault}sofa: 1\n`))).toBe(false)
  })

  test.each([
    ['no method', /^method:[\s\S]*?(?=^rollbacks:)/m, ''],
    ['rollbacks that may be skipped', 'strategy: always', 'strategy: default'],
    [
      'a step that is a shell command',
      'arguments: [fault, stop, cache-stopped]',
      'arguments: fault stop cache-stopped',
    ],
    ['a key of ours that there is not', '    confirm:', '    sofa: 1\n    confirm:'],
    ['a wait that is no duration', 'within: 2m', 'within: two minutes'],
  ])('refuse a drill with %s', (_, find, replacement) => {
    const text = readFileSync(join(CHECKOUT, 'runbooks/drills/cache-outage.yaml'), 'utf8')
    expect(drill(parse(text))).toBe(true)
    expect(text.replace(find, replacement)).not.toBe(text)
    expect(drill(parse(text.replace(find, replacement)))).toBe(false)
  })
})

describe('npm run schemas', () => {
  test('has been run: the committed schemas are those that the command reads with', () => {
    expect(outdatedSchemas(SCHEMAS)).toEqual([])
  })

  test('--check exits 1 and names what is not current, and what is missing; without it they are written', () => {
    scratch = mkdtempSync(join(tmpdir(), 'drillbook-schemas-'))
    cpSync(join(CHECKOUT, 'cli/src'), join(scratch, 'cli/src'), { recursive: true })
    cpSync(SCHEMAS, join(scratch, 'cli/schema'), { recursive: true })
    cpSync(join(CHECKOUT, 'cli/package.json'), join(scratch, 'cli/package.json'))
    execFileSync('ln', ['-s', join(CHECKOUT, 'node_modules'), join(scratch, 'node_modules')])
    const main = (...args: string[]) => {
      const argv = [join(scratch ?? '', 'cli/src/schemas/main.ts'), ...args]
      const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' })
      return { status, stderr }
    }
    expect(main('--check')).toEqual({ status: 0, stderr: '' })
    writeFileSync(join(scratch, 'cli/schema/drill.schema.json'), '{}\n')
    rmSync(join(scratch, 'cli/schema/environment.schema.json'))
    expect(main('--check')).toEqual({
      status: 1,
      stderr:
        'cli/schema/environment.schema.json is not current\ncli/schema/drill.schema.json is not current\nnpm run schemas brings them up to date\n',
    })
    expect(main()).toEqual({ status: 0, stderr: '' })
    expect(main('--check').status).toBe(0)
    expect(main('--chekc')).toEqual({ status: 2, stderr: expect.stringContaining('--chekc') })
  })
})
