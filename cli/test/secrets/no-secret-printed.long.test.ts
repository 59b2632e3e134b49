import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findRoot } from '@drillbook/content/root'
import { afterEach, describe, expect, test } from '@jest/globals'
import { drillbookFolder } from '../support/drillbook-folder.ts'
import { runDrillbook } from '../support/run-drillbook.ts'
import { type Manner, type Parrot, parrot } from './parrot.ts'

/** An environment with secrets everywhere: no command prints or records one, whatever the services do with them. */

const SECRETS = {
  password: 'MARKED-password%21',
  key: 'MARKED-api-key-1',
  ops: 'MARKED-ops-token-1',
  keeper: 'MARKED-keeper-token-1',
  webhook: 'MARKED/BHOOK/webhook-1',
  query: 'MARKED-query-token-1',
}
/** How the password travels. */
const BASIC = Buffer.from('user:MARKED-password!').toString('base64')

let folder: ReturnType<typeof drillbookFolder> | undefined
let services: Parrot | undefined
afterEach(async () => {
  folder?.remove()
  await services?.close()
})

const RULES = `groups:
  - name: outage
    rules: [{ alert: ThingDown, expr: up == 0, labels: { severity: critical, service: shop, incident: outage } }]
`

/** A folder whose environment reaches everything at `url`. */
function drillbookAt(url: string): string {
  const withPassword = url.replace('//', `//user:${SECRETS.password}@`)
  folder = drillbookFolder({
    prometheusUrl: withPassword,
    opsUrls: [url],
    extra: `alertmanager: { url: "${withPassword}", headers: { X-Api-Key: ${SECRETS.key} } }
keeper: { url: "${url}", tokenFile: ../keeper-token }
slack: { webhookUrlFile: ../webhook, received: { url: "${url}/received?token=${SECRETS.query}" } }
drills: allowed
faults:
  cache-stopped:
    inject: { ops: { method: PUT, path: /off } }
    revert: { ops: { method: PUT, path: /on } }
    reverted: { promql: up, expect: "== 1" }`,
  })
  const { alerts, dir, drills } = folder.root
  writeFileSync(join(dir, 'token'), SECRETS.ops)
  writeFileSync(join(dir, 'keeper-token'), SECRETS.keeper)
  writeFileSync(join(dir, 'webhook'), `${url}/services/${SECRETS.webhook}\n`)
  const shipped = readFileSync(join(findRoot(import.meta.dirname).drills, 'cache-outage.yaml'), 'utf8')
  const drill = shipped
    .replace(/ {2}# What the runbook may[\s\S]*?(?=^extensions:)/m, '')
    .replace('incident: cache-outage', 'incident: outage')
    .replace(/expected: \[.*\]/, 'expected: [ThingDown]')
    .replace(/mendedBy: \[.*\]/, 'mendedBy: [use-spare]')
  mkdirSync(drills)
  writeFileSync(join(drills, 'outage.yaml'), drill)
  mkdirSync(join(alerts, 'rules'))
  writeFileSync(join(alerts, 'rules', 'outage.yaml'), RULES)
  return dir
}

/** All that the records say. */
function recorded(dir: string): string {
  const records = join(dir, '.drillbook')
  if (!existsSync(records)) return ''
  const files = readdirSync(records, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')).join('\n')
}

const secretsIn = (text: string) =>
  [/MARKED[^\s"]*/.exec(text)?.[0], text.includes(BASIC) ? BASIC : undefined].filter(Boolean)

/** Each group runs at once: what the second shows the first has written. */
const COMMANDS = [
  [
    'alerts',
    'alerts --json',
    'query up',
    'query up --expect >=2 --json',
    'act',
    'act repair --yes',
    'act repair --yes --json',
    'respond outage --yes --json',
    'fault list',
  ],
  ['incident list --json', 'incident show outage --json', 'incident report outage', 'drill list --json', 'drill undo'],
  ['incident close outage'],
  ['drill run outage --unattended --json'],
]

describe.each<Manner>(['refuses', 'babbles', 'agrees'])('with services of which each %s', (manner) => {
  test('no secret is printed or recorded, and nothing is a bug', async () => {
    services = await parrot(manner)
    const dir = drillbookAt(services.url)
    const run = async (command: string) => {
      const ended = await runDrillbook(command.split(' '), { cwd: dir, env: { DRILLBOOK_ENV: 'test' } })
      return { command, ...ended }
    }
    for (const group of COMMANDS) {
      for (const { command, status, stdout, stderr } of await Promise.all(group.map(run))) {
        expect({ command, secrets: secretsIn(stdout + stderr) }).toEqual({ command, secrets: [] })
        expect({ command, bug: status === 70, stderr }).toEqual({ command, bug: false, stderr })
      }
    }
    const records = recorded(dir)
    expect(secretsIn(records)).toEqual([])
    expect(records).toContain('"opened"')
    if (manner === 'agrees') expect(records).toContain('Slack answered 500 POST [secret]')
    expect(services.heard.get('/api/v1/query')).toBe(`Basic ${BASIC}`)
    expect(services.heard.get('/repair')).toBe(`Bearer ${SECRETS.ops}`)
  })
})

test('a service that is not there is named without the password in its URL', async () => {
  const dir = drillbookAt('http://127.0.0.1:1')
  const { status, stderr } = await runDrillbook(['query', 'up'], { cwd: dir, env: { DRILLBOOK_ENV: 'test' } })
  expect([status, secretsIn(stderr)]).toEqual([3, []])
  expect(stderr).toContain('Prometheus at http://127.0.0.1:1 does not answer')
})

test.each(['query up', 'alerts'])('an answer without an end is cut off: %s', async (command) => {
  services = await parrot('never ends')
  const dir = drillbookAt(services.url)
  const ended = await runDrillbook(command.split(' '), { cwd: dir, env: { DRILLBOOK_ENV: 'test' } })
  expect(ended.status).toBe(3)
  expect(ended.stdout + ended.stderr).toContain('its answer is longer than')
})

test("an instance's answer without an end is read only as far as it is shown", async () => {
  services = await parrot('never ends')
  const dir = drillbookAt(services.url)
  const ended = await runDrillbook(['act', 'repair', '--yes'], { cwd: dir, env: { DRILLBOOK_ENV: 'test' } })
  expect(ended.status).toBe(0)
  expect((ended.stdout + ended.stderr).length).toBeLessThan(10_000)
})

describe('a webhook file that holds no URL', () => {
  test.each([
    ['without https://', 'hooks.slack.com/services/MARKED/B/x'],
    ['in quotation marks', '"https://hooks.slack.com/services/MARKED/B/x"'],
    ['of two lines', 'https://hooks.slack.com/services/\nMARKED/B/x'],
  ])('(%s) is refused before the drill begins, by its name', async (_, content) => {
    services = await parrot('agrees')
    const dir = drillbookAt(services.url)
    writeFileSync(join(dir, 'webhook'), content)
    const run = ['drill', 'run', 'outage', '--unattended']
    const { status, stdout, stderr } = await runDrillbook(run, { cwd: dir, env: { DRILLBOOK_ENV: 'test' } })
    expect([status, stdout, secretsIn(stderr)]).toEqual([2, '', []])
    expect(stderr).toContain(join(dir, 'webhook'))
    expect(existsSync(join(dir, '.drillbook', 'drills'))).toBe(false)
  })
})

describe('an environment', () => {
  test.each([
    [
      'a password and a token for one service',
      'prometheus: { url: "http://u:MARKED-pw@a:1", tokenFile: ./t }',
      /env\.yaml:3 {2}prometheus\.url: a password/,
    ],
    [
      'a password for the operations ports',
      'prometheus: { url: "http://a:1" }\nops: { urls: ["http://u:MARKED-pw@a:1"], tokenFile: ./t }',
      /env\.yaml:4 {2}ops\.urls: a password/,
    ],
    [
      'a header that cannot be sent',
      'prometheus: { url: "http://a:1", headers: { X-Token: "MARKED-\\n-x" } }',
      /the header "X-Token" of http:\/\/a:1 cannot be sent/,
    ],
  ])('with %s is refused without showing it', async (_, yaml, said) => {
    const dir = drillbookAt('http://127.0.0.1:1')
    writeFileSync(join(dir, 'env.yaml'), `# mine\nname: mine\n${yaml}\n`)
    const { status, stderr } = await runDrillbook(['query', 'up', '--env', 'env.yaml'], { cwd: dir })
    expect([status, secretsIn(stderr)]).toEqual([2, []])
    expect(stderr).toMatch(said)
  })
})
