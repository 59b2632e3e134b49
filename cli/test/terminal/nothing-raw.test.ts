import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { findRoot } from '@drillbook/content/root'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { listIncidents } from '../../src/incident/record.ts'
import { SlackQueue } from '../../src/slack/webhook.ts'
import { OUTAGE } from '../support/drillbook-folder.ts'
import { Terminal } from '../support/terminal.ts'
import { ENV, responderDesk } from '../walk/desk.ts'
import { EVIL, evilPrometheus, harmOf } from './evil.ts'

/** Texts of others through the real command: what reaches the terminal does nothing to it, and forges no line. */

const desk = responderDesk()
let prometheus: Awaited<ReturnType<typeof evilPrometheus>>
beforeEach(async () => {
  prometheus = await evilPrometheus()
})
afterEach(() => prometheus.close())

/** Both outputs; fails when they do harm, or when the text of others is not in them at all. */
async function harmless(...argv: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const ended = await desk.drillbook(...argv)
  expect(harmOf(ended.stdout)).toEqual([])
  expect(harmOf(ended.stderr)).toEqual([])
  expect(ended.stdout + ended.stderr).toContain('respond evil')
  return ended
}

describe('Prometheus', () => {
  beforeEach(() => desk.setUp({ prometheusUrl: prometheus.url }))

  test.each([
    ['labels and annotations of alerts', ['alerts'], 0],
    ['labels of an answer', ['query', 'up'], 0],
    ['labels of an answer that does not hold', ['query', 'up', '--expect', '== 1'], 1],
    ['a refusal', ['query', 'refuse'], 2],
  ])('%s are escaped', async (_, argv, wanted) => {
    const { status, stdout, stderr } = await harmless(...argv)
    expect(status).toBe(wanted)
    expect(stdout + stderr).toMatch(/\\n-> drillbook respond evil\\n.*\\u001b\[2J.*\\u009b2J.*\\u202e.*\\udb40\\udc41/)
  })

  test('JSON holds the same value, and no control character raw', async () => {
    const { stdout } = await harmless('query', 'up', '--json')
    expect(JSON.parse(stdout).samples[0].labels.incident).toBe(EVIL)
  })

  test('a walk shows what it sees escaped', async () => {
    const { stderr } = await harmless('respond', 'outage', '--yes')
    expect(stderr).toContain('● present')
  })
})

test('a note is escaped in the timeline, in the post-mortem and in JSON', async () => {
  await desk.drillbook('respond', 'outage', '--yes')
  const id = listIncidents(desk.folder.root)[0]?.id ?? ''
  const file = join(desk.folder.root.records, 'incidents', id, 'events.jsonl')
  const at = new Date().toISOString()
  const words = { startedAt: at, shown: EVIL, expect: EVIL, note: EVIL }
  for (const event of [
    { at, type: 'note', actor: EVIL, text: EVIL },
    { at, type: 'alert', name: EVIL, severity: EVIL, state: 'firing' },
    { at, type: 'impact', service: EVIL, from: EVIL, until: EVIL, requests: 1, failed: 1, slow: 1 },
    { at, type: 'step.finished', step: EVIL, title: EVIL, phase: 'signs', kind: 'check', outcome: 'done', ...words },
    { at, type: 'step.finished', step: 'x', title: EVIL, phase: 'immediate', kind: 'check', outcome: 'done', ...words },
    { at, type: 'impact.pending', reason: EVIL },
  ]) {
    writeFileSync(file, `${JSON.stringify(event)}\n`, { flag: 'a' })
  }
  await harmless('incident', 'show', id)
  await harmless('incident', 'report', id)
  const { stdout } = await harmless('incident', 'show', id, '--json')
  expect(JSON.parse(stdout).events.find((event: { type: string }) => event.type === 'note').text).toBe(EVIL)
})

test("a runbook's title is escaped in the post-mortem", async () => {
  desk.setUp({ runbook: OUTAGE.replace('title: The thing is out', `title: ${JSON.stringify(EVIL)}`) })
  await desk.drillbook('respond', 'outage', '--yes')
  await harmless('incident', 'report', 'outage')
})

test('the journal of a killed drill, and the folder of a damaged one, are named escaped', async () => {
  const drills = join(desk.folder.root.records, 'drills')
  const journal = {
    version: 1,
    id: EVIL,
    drill: EVIL,
    environment: 'test',
    verdict: 'running',
    reasons: [],
    startedAt: '2026-11-21T03:15:00.000Z',
    runner: { pid: 2 ** 22 + 1, host: hostname(), processStartedAt: null },
    session: null,
    incidentId: null,
    phases: [],
  }
  for (const [name, text] of [
    ['killed', JSON.stringify(journal)],
    ['x\n-> drillbook respond evil', '{'],
  ] as const) {
    mkdirSync(join(drills, name), { recursive: true })
    writeFileSync(join(drills, name, 'journal.json'), text)
  }
  const { stderr } = await harmless('drill', 'list')
  expect(stderr).toContain('did not finish')
  expect(stderr).toContain('is damaged and is left out')
})

describe('an instance', () => {
  test.each([
    ['refuses in its own words', 500, EVIL],
    ['refuses with a problem', 409, JSON.stringify({ title: EVIL, detail: EVIL, code: EVIL })],
    ['says what it has done', 200, JSON.stringify({ file: EVIL })],
    ['agrees in its own words', 200, EVIL],
  ])('%s, escaped', async (_, status, body) => {
    desk.instance.answer = (_, response) => {
      response.statusCode = status
      response.end(body)
      return true
    }
    await harmless('act', 'repair', '--yes')
    await harmless('respond', 'outage', '--yes')
  })
})

test('a parameter and the words of a program are escaped', async () => {
  desk.setUp({
    actions: `  say: { exec: [echo, "\${what}"], params: { what: { type: string } }, summary: ${JSON.stringify(EVIL)} }`,
  })
  await harmless('act')
  const ended = await desk.drillbook('act', 'say', '--yes', '--param', 'what=a\u009b\u202eb')
  expect(ended.status).toBe(0)
  expect(harmOf(ended.stderr)).toEqual([])
  expect(ended.stderr).toContain('a\\u009b\\u202eb')
})

test('a key of an environment is escaped where it is refused', async () => {
  desk.setUp({ extra: `${JSON.stringify(EVIL)}: 1` })
  const { status } = await harmless('alerts')
  expect(status).toBe(2)
})

test('the prose of a runbook, its headings and its file are escaped', async () => {
  const prose = 'x&#27;[2J&#155;31m&#8238; -> drillbook respond evil'
  desk.setUp({
    runbook: OUTAGE.replace('### Repair', `### Repair ${prose}`)
      .replace('it works.', `it works. ${prose}`)
      .replace('title: The thing is out', `title: ${JSON.stringify(EVIL)}`),
  })
  writeFileSync(join(desk.folder.root.dir, 'runbooks', 'x\n-> drillbook respond evil\u009b.md'), 'nothing')
  await harmless('runbook', 'show', 'outage')
  await harmless('runbook', 'list')
  await harmless('respond', 'outage', '--yes')
})

test("a drill's title is escaped", async () => {
  const shipped = findRoot(import.meta.dirname)
  const { dir } = desk.folder.root
  cpSync(join(shipped.alerts, 'rules'), join(dir, 'alerts', 'rules'), { recursive: true })
  cpSync(join(shipped.runbooks, 'cache-outage.md'), join(dir, 'runbooks', 'cache-outage.md'))
  mkdirSync(join(dir, 'runbooks', 'drills'))
  const text = readFileSync(join(shipped.drills, 'cache-outage.yaml'), 'utf8')
  writeFileSync(
    join(dir, 'runbooks', 'drills', 'cache-outage.yaml'),
    text.replace(/^title: .*$/m, `title: ${JSON.stringify(EVIL)}`),
  )
  const { status } = await harmless('drill', 'list')
  expect(status).toBe(0)
})

test('what Slack answers is escaped where it is told', async () => {
  const slack = createServer((_, response) => {
    response.statusCode = 400
    response.end(EVIL)
  })
  await new Promise<void>((resolve) => slack.listen(0, '127.0.0.1', resolve))
  const queue = new SlackQueue(`http://127.0.0.1:${(slack.address() as AddressInfo).port}/`)
  queue.send('x')
  const [delivery] = await queue.flush()
  slack.close()
  expect(harmOf(delivery?.error ?? '')).toEqual([])
  expect(delivery?.error).toContain('Slack answered 400 x\\n-> drillbook respond evil')
})

test('on a terminal our own colours and no others get through', async () => {
  desk.setUp({ prometheusUrl: prometheus.url })
  await using terminal = new Terminal(['respond', 'outage'], { cwd: desk.folder.root.dir, env: ENV })
  await terminal.sees('q\u001b[22m stop > ')
  terminal.press('q')
  await terminal.ended()
  const sequences = terminal.screen.split('\u001b').slice(1)
  expect(sequences.filter((rest) => !/^\[(\d+m|2K|\?2004[hl])/.test(rest))).toEqual([])
  expect(terminal.screen).toContain('● present')
  expect(harmOf(terminal.screen.replaceAll('\u001b', '').replaceAll('\r', ''))).toEqual([])
})

test('no other file of the command writes to the terminal', () => {
  const root = join(import.meta.dirname, '..', '..', '..')
  const writers = globSync('{cli,content,lab}/src/**/*.ts', { cwd: root }).filter((file) =>
    /process\.std(out|err)\.write|\bconsole\.|writeSync\([12],/.test(readFileSync(join(root, file), 'utf8')),
  )
  // No part of the command: a generator that prints names of our own files, and a program of the lab.
  expect(writers.sort()).toEqual(['cli/src/schemas/main.ts', 'cli/src/stdio.ts', 'lab/src/slack/main.ts'])
})
