import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { CliError } from '@drillbook/content/errors'
import { rootAt } from '@drillbook/content/root'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { currentEnvironment } from '../../src/environment/current-environment.ts'
import { loadEnvironment } from '../../src/environment/environment.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drillbook-folder-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const write = (files: Record<string, string>) => {
  for (const [name, text] of Object.entries(files)) {
    const file = join(dir, 'environments', name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
const load = (nameOrPath = 'shop') => loadEnvironment(rootAt(dir), nameOrPath, {})
const failure = (work: () => unknown): CliError => {
  try {
    work()
  } catch (error) {
    if (error instanceof CliError) return error
    throw error
  }
  throw new Error('it did not fail')
}

const CONNECTIONS = 'name: shop\nprometheus: { url: http://127.0.0.1:9090, tokenFile: ./token }\n'
const ACT = (name: string) => `actions:\n  ${name}: { exec: ["true"] }\n`
const FAULT = 'inject: { exec: ["true"] }\n    revert: { exec: ["true"] }\n    reverted: { promql: up, expect: "== 1" }'

describe('an environment in a folder', () => {
  test('is the sum of its files, and a path in one is relative to that file', () => {
    write({
      'shop/connections.yaml': CONNECTIONS,
      'shop/actions/cache.yaml': ACT('warm-up'),
      'shop/actions/database.yml': ACT('read-from-replica'),
      'shop/faults.yaml': `faults:\n  stopped:\n    ${FAULT}\n`,
      'shop/notifications/slack.yaml': 'slack: { webhookUrlFile: ./hook }\n',
      'shop/empty.yaml': '# nothing yet\n',
      'shop/secrets/token': 'not YAML\n',
      'shop/.draft.yaml': 'name: draft\n',
    })
    const shop = load()
    expect([...shop.actions.keys()]).toEqual(['warm-up', 'read-from-replica'])
    expect([...shop.faults.keys()]).toEqual(['stopped'])
    expect(shop.file).toBe(join(dir, 'environments/shop'))
    expect(shop.prometheus.tokenFile).toBe(join(dir, 'environments/shop/token'))
    expect(shop.slack?.webhookUrlFile).toBe(join(dir, 'environments/shop/notifications/hook'))
    expect(load(join(dir, 'environments/shop'))).toEqual(shop)
  })

  test('reports every problem in the file and on the line where it stands', () => {
    write({
      'shop/connections.yaml': 'name: shop\nprometheus: { url: ftp://nowhere }\nsofa: 1\n',
      'shop/actions/a.yaml': `${ACT('fine')}  slow: { exec: [sleep, "1"], timeout: soon }\n`,
      'shop/actions/b.yaml': `${ACT('also-fine')}  Wrong: { exec: ["true"] }\ntable: 2\n`,
    })
    expect(failure(load).message.split('\n').slice(1).sort()).toEqual([
      expect.stringContaining('environments/shop/actions/a.yaml:3  actions.slow.timeout: '),
      expect.stringContaining('environments/shop/actions/b.yaml:3  actions.Wrong: '),
      '  environments/shop/actions/b.yaml:4  Unrecognized key: "table"',
      expect.stringContaining('environments/shop/connections.yaml:2  prometheus.url: '),
      '  environments/shop/connections.yaml:3  Unrecognized key: "sofa"',
    ])
  })

  test('says the same key once: a second time names both files, for one action as for a connection', () => {
    write({
      'shop/a.yaml': `${CONNECTIONS}${ACT('warm-up')}`,
      'shop/b.yaml': `${ACT('cool-down')}  warm-up: { exec: ["false"] }\nname: shop\n`,
    })
    expect(failure(load).message.split('\n').slice(1)).toEqual([
      '  environments/shop/b.yaml:3  actions.warm-up stands in environments/shop/a.yaml:4, too',
      '  environments/shop/b.yaml:4  name stands in environments/shop/a.yaml:1, too',
    ])
  })

  test('names the folder when a key is missing, and the file that is broken or no mapping', () => {
    write({ 'shop/actions.yaml': ACT('warm-up'), 'shop/name.yaml': 'name: shop\n' })
    expect(failure(load).message).toMatch(/ {2}environments\/shop {2}prometheus: /)
    write({ 'shop/faults.yaml': 'faults: {' })
    expect(failure(load).message).toMatch(/environments\/shop\/faults\.yaml:1 {2}\S/)
    write({ 'shop/faults.yaml': '- one\n' })
    expect(failure(load).message).toContain('environments/shop/faults.yaml:1  an environment is a mapping')
  })

  test('is read again by a process that lives long when one of its files changes', () => {
    write({ 'shop/connections.yaml': CONNECTIONS, 'shop/actions/a.yaml': ACT('one') })
    const current = currentEnvironment(rootAt(dir), 'shop', {})
    expect([...current().actions.keys()]).toEqual(['one'])
    write({ 'shop/actions/a.yaml': ACT('two') })
    utimesSync(join(dir, 'environments/shop/actions/a.yaml'), 1, 1)
    expect([...current().actions.keys()]).toEqual(['two'])
    write({ 'shop/actions/b.yaml': ACT('three') })
    expect([...current().actions.keys()]).toEqual(['two', 'three'])
  })
})

describe('the name of an environment', () => {
  test('finds NAME.yaml, NAME.yml and the folder NAME, and refuses to choose between two', () => {
    write({ 'shop.yml': CONNECTIONS })
    expect(load().name).toBe('shop')
    write({ 'shop/connections.yaml': CONNECTIONS })
    const two = failure(load)
    expect([two.exitStatus, two.message]).toEqual([2, 'the environment shop is there more than once: shop.yml, shop'])
  })

  test('that nothing has is wrong use, and so is a folder without YAML; the hint lists what there is', () => {
    write({ 'shop.yaml': CONNECTIONS, 'empty/readme.txt': 'nothing\n' })
    expect(failure(() => load('empty'))).toMatchObject({
      exitStatus: 2,
      hint: expect.stringContaining('There are: shop.'),
    })
    expect(failure(() => load(join(dir, 'environments/empty'))).message).toContain('there is no *.yaml in')
    expect(failure(() => load(join(dir, 'environments/none.yaml'))).message).toContain('none.yaml does not exist')
  })
})
