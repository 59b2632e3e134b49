import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { CliError } from '@drillbook/content/errors'
import { rootAt } from '@drillbook/content/root'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readContent } from '../../src/check/content.ts'
import { runCli } from '../../src/cli.ts'
import { check } from '../../src/commands/check.ts'
import { run } from '../../src/commands/drill.ts'
import { respond } from '../../src/commands/respond.ts'
import { loadEnvironment } from '../../src/environment/environment.ts'
import { hasIncident, incidentContent } from '../../src/environment/incidents.ts'
import { listIncidents } from '../../src/incident/record.ts'
import { capturedStdio } from '../support/captured-stdio.ts'

const CHECKOUT = resolve(import.meta.dirname, '../../..')

/** What is shipped, with an environment `shop` beside the lab. Nobody listens where it points. */
let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drillbook-own-'))
  for (const name of ['alerts', 'dashboards', 'runbooks', 'environments', 'drillbook.yaml']) {
    cpSync(join(CHECKOUT, name), join(dir, name), {
      recursive: true,
      filter: (source) => !/node_modules|\/(src|test)$/.test(source.slice(CHECKOUT.length)),
    })
  }
})
afterEach(() => rmSync(dir, { recursive: true }))

const shop = (text: string) =>
  writeFileSync(
    join(dir, 'environments/shop.yaml'),
    `name: shop\nprometheus: { url: http://127.0.0.1:1 }\ndrills: allowed\n${text}`,
  )

async function outcome(work: Promise<void>): Promise<{ status: number; message: string; hint: string }> {
  try {
    await work
    return { status: 0, message: '', hint: '' }
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    return { status: error.exitStatus, message: error.message, hint: error.hint ?? '' }
  }
}
const stdio = () => capturedStdio({ cwd: dir }).stdio
const checked = () => outcome(check(stdio(), {}))
const drilled = () => outcome(run(stdio(), { name: 'cache-outage', env: 'shop', unattended: true }, runCli))
const walked = () => outcome(respond(stdio(), { incident: 'cache-outage', env: 'shop', yes: true }, runCli))

describe("an environment of one's own beside the shipped ones", () => {
  test('is judged by the incident classes for which it binds everything', async () => {
    shop('')
    const { stdio, captured } = capturedStdio({ cwd: dir })
    await check(stdio, {})
    expect(captured.stdout).toMatch(/The environment shop has: (?!.*cache-outage).*monitoring/)
    expect(captured.stdout).toMatch(/The environment lab has: .*cache-outage/)
  })

  test('that names a class has to bind all of it: each missing key is named with the file, the line and who asks', async () => {
    shop('incidents: [monitoring, cache-outage]\nactions:\n  bypass-cache: { exec: ["true"] }\n')
    const { status, message } = await checked()
    expect(status).toBe(2)
    expect(message).toMatch(
      /environments\/shop\.yaml:4 {2}incidents: cache-outage: actions\.use-standby-cache is missing in environments\/shop\.yaml; runbooks\/cache-outage\.md:\d+ asks for it/,
    )
    expect(message).toMatch(/faults\.cache-stopped is missing in .*; runbooks\/drills\/cache-outage\.yaml asks for it/)
    expect(message).not.toContain('actions.bypass-cache is missing')
    expect(message).not.toContain('monitoring')
  })

  test('needs no fault of a drill where drills are not allowed', async () => {
    writeFileSync(
      join(dir, 'environments/shop.yaml'),
      'name: shop\nprometheus: { url: http://127.0.0.1:1 }\nincidents: [cache-outage]\n',
    )
    const { message } = await checked()
    expect(message).toContain('actions.use-standby-cache is missing')
    expect(message).not.toContain('faults.')
  })

  test('has triage although it binds none of its acts: these are optional, and left to a person', async () => {
    const file = join(dir, 'environments/shop.yaml')
    writeFileSync(file, 'name: shop\nprometheus: { url: http://127.0.0.1:1 }\nincidents: [monitoring, triage]\n')
    expect(await checked()).toEqual({ status: 0, message: '', hint: '' })
    const runbook = join(dir, 'runbooks/triage.md')
    writeFileSync(runbook, readFileSync(runbook, 'utf8').replace('"optional":"true","when":"release-is-new",', ''))
    expect((await checked()).message).toContain('triage: actions.roll-back-release is missing')
  })

  test('that runs its drills has to bind the optional acts that have to mend, and no others', async () => {
    shop('incidents: [triage]\n')
    const { message } = await checked()
    expect(message).toMatch(
      /actions\.restart-api is missing in .*; runbooks\/drills\/triage\.unknown\.yaml asks for it/,
    )
    expect(message).not.toContain('actions.shed-load')
  })

  test('has to bind what a drill reads, as an action that only reads and with its parameters', async () => {
    const drill = join(dir, 'runbooks/drills/cache-outage.yaml')
    const proves = (action: string, params: string) => {
      const claim = `{ title: Nothing is lost, read: ${action}, params: ${params}, expect: "== 0", within: 1m }`
      writeFileSync(drill, `${shippedDrill}    proves: [${claim}]\n`)
    }
    const shippedDrill = readFileSync(drill, 'utf8')
    proves('count-lost', '{}')
    expect((await checked()).message).toMatch(/drills\/cache-outage\.yaml {2}actions\.count-lost is missing in /)
    proves('clear-banner', '{}')
    expect((await checked()).message).toMatch(
      /cache-outage\.yaml {2}proves: Nothing is lost: clear-banner .*`reads: true`/,
    )
    const bound = '  count-lost: { reads: true, exec: [echo, "[]"], params: { last: { type: integer } } }'
    writeFileSync(join(dir, 'environments/lab/actions/counts.yaml'), `actions:\n${bound}\n`)
    proves('count-lost', '{ last: 5, nobody: 1 }')
    expect((await checked()).message).toMatch(/proves: Nothing is lost: .*it has no parameter nobody/)
    proves('count-lost', '{ last: 5 }')
    expect((await checked()).status).toBe(0)
  })

  test('that names a class which is not there, or is named unlike its file, is a problem', async () => {
    shop('incidents: [flood]\n')
    expect((await checked()).message).toMatch(/shop\.yaml:4 {2}incidents: there is no runbook runbooks\/flood\.md/)
    writeFileSync(join(dir, 'environments/shop.yaml'), 'name: lab\nprometheus: { url: http://127.0.0.1:1 }\n')
    expect((await checked()).message).toContain('shop.yaml  name: lab is not the name of shop.yaml')
  })

  test('may leave a class out, but one that no environment has is a problem with what is missing where', async () => {
    shop('incidents: []\n')
    expect((await checked()).status).toBe(0)
    rmSync(join(dir, 'environments/lab'), { recursive: true })
    expect((await checked()).message).toContain(
      'runbooks/cache-outage.md  no environment names cache-outage under incidents',
    )
    shop('actions:\n  bypass-cache: { exec: ["true"] }\n')
    expect((await checked()).message).toMatch(
      /runbooks\/cache-outage\.md:\d+ {2}actions\.use-standby-cache is missing in environments\/shop\.yaml/,
    )
  })

  test('has its own class beside the shipped ones, which the lab need not bind', async () => {
    mkdirSync(join(dir, 'own'))
    shop('actions:\n  free-disk: { exec: ["true"] }\n')
    const runbook = readContent(rootAt(dir)).content.runbooks.find((r) => r.frontMatter.incident === 'monitoring')
    expect(runbook).toBeDefined()
    const text = `---\ntitle: The disk is full\nincident: own-disk\nalerts: []\nseverity: critical\nowner: me\nlimits: { immediate: 15m, short: 2h, long: 1w }\n---\n
## Meaning\n\nx\n\n## Impact\n\nx\n\n## Signs\n\nx\n\n${['Immediate', 'Short term', 'Long term', 'Afterwards']
      .map((heading) => `## ${heading}\n\n### Do ${heading}\n\n- **Why:** x\n- **Method:** x\n- **Goal:** x\n`)
      .join('\n')
      .replace(
        '- **Goal:** x\n',
        '- **Goal:** x\n\n```sh {"name":"free","kind":"act"}\ndrillbook act free-disk\n```\n',
      )}`
    writeFileSync(join(dir, 'runbooks/own-disk.md'), text)
    expect(await checked()).toEqual({ status: 0, message: '', hint: '' })
    const content = incidentContent(rootAt(dir))
    const environment = loadEnvironment(rootAt(dir), 'shop', {})
    expect(['own-disk', 'cache-outage', 'unknown'].map((name) => hasIncident(environment, name, content))).toEqual([
      true,
      false,
      true,
    ])
  })
})

describe('a class that the environment does not have', () => {
  test('is neither drilled nor walked when the environment names others, and nothing is recorded', async () => {
    shop('incidents: [monitoring]\n')
    for (const attempt of [drilled, walked]) {
      const { status, message, hint } = await attempt()
      expect(status).toBe(2)
      expect(message).toBe(
        'the environment shop does not have the incident class cache-outage: environments/shop.yaml names monitoring under incidents',
      )
      expect(hint).toContain('Add cache-outage to incidents')
    }
    expect(listIncidents(rootAt(dir))).toEqual([])
  })

  test('is refused with the missing keys when nothing of it is bound', async () => {
    shop('')
    for (const attempt of [drilled, walked]) {
      const { status, message } = await attempt()
      expect(status).toBe(2)
      expect(message).toMatch(/does not have .* cache-outage: actions\.bypass-cache, .* missing in environments\/shop/)
    }
    expect(listIncidents(rootAt(dir))).toEqual([])
  })

  test('can be walked, but not drilled, where a part of it is bound: people do the rest by hand', async () => {
    shop('actions:\n  bypass-cache: { exec: ["true"] }\n')
    expect((await drilled()).message).toContain('does not have the incident class')
    expect((await walked()).message).not.toContain('does not have the incident class')
    expect(listIncidents(rootAt(dir))).toHaveLength(1)
  })

  test('is not drilled when it is named and a key is missing', async () => {
    shop('incidents: [cache-outage]\n')
    const { status, message, hint } = await drilled()
    expect([status, hint]).toEqual([2, 'See all that is missing with: drillbook check'])
    expect(message).toMatch(
      /^shop names cache-outage, but actions\.bypass-cache, .* missing in environments\/shop\.yaml$/,
    )
  })
})
