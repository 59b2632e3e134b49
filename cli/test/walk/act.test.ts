import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { responderDesk } from './desk.ts'

/** `drillbook act`, and what production refuses, through the front door: the real process, stand-ins for what it talks to. */

const desk = responderDesk()

describe('production', () => {
  beforeEach(() => {
    desk.setUp({ production: true })
  })

  test.each([
    ['respond', ['respond', 'outage', '--yes']],
    ['act', ['act', 'repair', '--yes']],
    ['act with nobody there', ['act', 'repair']],
  ])('refuses %s', async (_, argv) => {
    const { status } = await desk.drillbook(...argv)
    expect(status).toBe(4)
    expect(desk.instance.calls).toEqual([])
    expect(existsSync(desk.folder.root.records)).toBe(false)
  })
})

describe('act', () => {
  const audit = () =>
    readFileSync(join(desk.folder.root.records, 'audit.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))

  test('does one action, and the audit log says who, what and how it ended', async () => {
    const { status, stdout, stderr } = await desk.drillbook('act', 'use-spare', '--param', 'reason=a=b; c', '--yes')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^use-spare done in (\d+ms|\d+\.\ds)\n$/)
    expect(stderr).toContain(`PUT ${desk.instance.url}/source {"source":"spare","reason":"a=b; c"}`)
    expect(desk.instance.calls).toMatchObject([{ body: '{"source":"spare","reason":"a=b; c"}', actor: 'ann@desk' }])
    expect(audit()).toMatchObject([
      { event: 'started', actor: 'ann@desk', environment: 'test', action: 'use-spare', params: { reason: 'a=b; c' } },
      { event: 'finished', ok: true },
    ])
  })

  describe('of an action that only reads', () => {
    const READS = 'list-sessions: { ops: { method: GET, path: /sessions }, reads: true }'
    beforeEach(() => {
      desk.instance.answer = (_, response) => {
        response.end('{"rows":[{"pid":4711,"query":"select 1"},{"pid":12}]}')
        return true
      }
    })

    test.each([false, true])(
      'asks nobody, shows the rows, and leaves no audit line (production: %p)',
      async (production) => {
        desk.setUp({ actions: `  ${READS}`, production })
        const { status, stdout } = await desk.drillbook('act', 'list-sessions')
        expect(status).toBe(0)
        expect(stdout).toBe('pid   query\n4711  select 1\n12\n')
        expect(existsSync(join(desk.folder.root.records, 'audit.jsonl'))).toBe(false)
      },
    )

    test('has the whole answer with --json', async () => {
      desk.setUp({ actions: `  ${READS}` })
      const { stdout } = await desk.drillbook('act', 'list-sessions', '--json')
      expect(JSON.parse(stdout)).toMatchObject({
        ok: true,
        targets: [{ json: { rows: [{ pid: 4711 }, { pid: 12 }] } }],
      })
    })

    test('is listed as such', async () => {
      desk.setUp({ actions: `  ${READS}` })
      expect((await desk.drillbook('act')).stdout).toBe('list-sessions\n    changes nothing\n')
    })
  })

  test('an instance that says what it has done is heard, one that answers its state is not', async () => {
    const file = { file: `/${'long/'.repeat(20)}heap-20261121T173500Z-12345.heapsnapshot`, bytes: 61_234_567 }
    const answers: object[] = [file, { instance: 'api-1', settings: 'x'.repeat(1_000) }]
    desk.instance.answer = (_, response) => {
      response.end(JSON.stringify(answers.shift()))
      return true
    }
    const [done, state] = [
      await desk.drillbook('act', 'repair', '--yes'),
      await desk.drillbook('act', 'repair', '--yes'),
    ]
    expect(done.stderr).toContain(`ok ${desk.instance.url} 200 ${JSON.stringify(file)}\n`)
    expect(state.stderr).toContain(`ok ${desk.instance.url} 200\n`)
  })

  test('an instance that refuses makes it exit with 1', async () => {
    desk.instance.answer = (_, response) => {
      response.statusCode = 503
      response.end('{"code":"busy"}')
      return true
    }
    const { status, stdout, stderr } = await desk.drillbook('act', 'repair', '--yes', '--json')
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ name: 'repair', ok: false, targets: [{ status: 503 }] })
    expect(stderr).toContain('repair failed on 1 of 1 targets')
    expect(audit().at(-1)).toMatchObject({ event: 'finished', ok: false })
  })

  test('a problem is told in a sentence', async () => {
    desk.instance.answer = (_, response) => {
      response.statusCode = 404
      response.end('{"type":"urn:x","title":"No such job","status":404,"detail":"There are a, b.","code":"nothing"}')
      return true
    }
    const { stderr } = await desk.drillbook('act', 'repair', '--yes')
    expect(stderr).toContain(`no ${desk.instance.url} 404 No such job: There are a, b. (nothing)\n`)
  })

  test('without a name it lists what can be done, and does nothing', async () => {
    desk.setUp({
      actions: `  use-spare:
    summary: Use the spare one
    ops: { method: PUT, path: /source, json: { share: "\${share}", reason: "\${reason}" } }
    undo: use-own
    params: { share: { type: number, min: 0, max: 1, default: 0.5 }, reason: { type: string, maxLength: 20, summary: why } }
  use-own: { exec: ["true"] }`,
    })
    const text = await desk.drillbook('act')
    expect(text).toMatchObject({ status: 0, stderr: '' })
    expect(text.stdout).toBe(`use-spare
    Use the spare one
    --param share=...  a number from 0 to 1; without it: 0.5
    --param reason=...  why (a text of at most 20 characters on one line)
    taken back by use-own
use-own
`)
    const json = JSON.parse((await desk.drillbook('act', '--json')).stdout)
    expect(json).toMatchObject({
      environment: 'test',
      actions: [{ name: 'use-spare', undo: 'use-own' }, { name: 'use-own' }],
    })
    expect(json.actions[0].params.share).toEqual({ type: 'number', min: 0, max: 1, default: 0.5 })
    expect(desk.instance.calls).toEqual([])
    expect(existsSync(desk.folder.root.records)).toBe(false)
  })

  test.each([
    ['nobody can be asked', ['act', 'repair'], 4, /Say --yes/],
    ['the action is unknown', ['act', 'explode', '--yes'], 2, /knows no action explode/],
    ['a parameter is missing', ['act', 'use-spare', '--yes'], 2, /reason is missing/],
    [
      'a parameter is no pair',
      ['act', 'use-spare', '--yes', '--param', 'reason'],
      2,
      /--param is name=value, not reason/,
    ],
    [
      'a parameter is there twice',
      ['act', 'use-spare', '--yes', '--param', 'reason=a', '--param', 'reason=b', '--param', '=c'],
      2,
      /--param reason is there twice; --param is name=value, not =c\n.*`drillbook act` lists/,
    ],
    ['a parameter is there without an action', ['act', '--param', 'reason=a'], 2, /which action is to have reason=a\?/],
  ])('nothing is done when %s', async (_, argv, wanted, message) => {
    const { status, stderr } = await desk.drillbook(...argv)
    expect(status).toBe(wanted)
    expect(stderr).toMatch(message)
    expect(desk.instance.calls).toEqual([])
  })
})
