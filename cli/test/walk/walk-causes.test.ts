import { beforeEach, describe, expect, test } from '@jest/globals'
import { renderReport } from '../../src/incident/report.ts'
import { renderTimeline } from '../../src/incident/timeline.ts'
import { type Asker, unattended } from '../../src/walk/asker.ts'
import { walkRunbook } from '../../src/walk/walk-runbook.ts'
import type { FakeInstance } from '../support/fake-instance.ts'
import { BLOCKED, BLOCKED_ACTIONS } from '../support/runbook-blocked.ts'
import { outcomes, walksOfOutage } from './walks.ts'

const walks = walksOfOutage()

/** The instance answers this for its sessions. */
function sessions(instance: FakeInstance | undefined, body: string): void {
  if (instance === undefined) throw new Error('no instance')
  instance.answer = ({ path }, response) => {
    if (path !== '/sessions') return false
    response.end(body)
    return true
  }
}

const ROWS = JSON.stringify({ rows: [{ pid: 4711, waits: 3 }, { pid: 12 }] })
const asker = (answers: Partial<Asker>): Asker => ({ ...unattended, ...answers })
const walkedWith = (answers: Partial<Asker>) => walks.walkOf({ mode: 'interactive', asker: asker(answers) })

beforeEach(() => {
  walks.setUp({ runbook: BLOCKED, actions: BLOCKED_ACTIONS })
  for (const instance of walks.instances) sessions(instance, ROWS)
})

describe('unattended', () => {
  test('the answer yes runs what it is the condition of, and nothing of the other cause', async () => {
    walks.prometheus.answers.set('lock_waits', [3])
    const { options, captured } = walks.walkOf()
    const { ended, steps } = await walkRunbook(options)
    expect(ended).toBe('finished')
    expect(outcomes(steps)).toEqual([
      'sign-errors done',
      'ask-what-changed unattended',
      'blocked-by-session done',
      'faults done',
      'list-sessions done',
      'end-session done',
      'grow-pool not-applicable',
      'repair unattended',
      'well done',
      'buy-a-second-one open',
    ])
    expect(steps[2]).toMatchObject({ kind: 'check', answer: 'yes', value: 3, shown: '3', expect: '> 0' })
    expect(steps[3]).toMatchObject({ kind: 'command', answer: 'yes' })
    expect(steps[6]).toMatchObject({ kind: 'act', note: 'not offered (blocked-by-session: yes)' })
    expect(walks.paths()).toEqual([
      ['/sessions', '/sessions/4711'],
      ['/sessions', '/sessions/4711'],
    ])
    expect(captured.stderr).toContain('– Grow the pool: not offered (blocked-by-session: yes)\n')
    expect(captured.stderr).not.toContain('it is too small')
  })

  test('the answer no runs the other one', async () => {
    walks.prometheus.answers.set('lock_waits', [0])
    const { steps } = await walkRunbook(walks.walkOf().options)
    expect(steps.find((s) => s.name === 'blocked-by-session')).toMatchObject({ outcome: 'done', answer: 'no' })
    expect(outcomes(steps)).toEqual(
      expect.arrayContaining(['list-sessions not-applicable', 'end-session not-applicable', 'grow-pool done']),
    )
    expect(walks.paths()).toEqual([['/pool'], ['/pool']])
  })

  test.each([
    ['an empty result is no', [], 'no'],
    ['one series that does not hold is no', [3, 0], 'no'],
  ])('%s', async (_, values, answer) => {
    walks.prometheus.answers.set('lock_waits', values)
    const { steps } = await walkRunbook(walks.walkOf().options)
    expect(steps.find((s) => s.name === 'blocked-by-session')?.answer).toBe(answer)
  })

  test.each([
    ['Prometheus is down', () => walks.prometheus.close()],
    ['the result is not a number', async () => void walks.prometheus.answers.set('lock_waits', [Number.NaN])],
  ])('when %s nothing is known, and neither cause is treated', async (_, breakIt) => {
    await breakIt()
    const { steps } = await walkRunbook(walks.walkOf().options)
    const decision = steps.find((s) => s.name === 'blocked-by-session')
    expect(decision?.outcome).toBe('unknown')
    expect(decision).not.toHaveProperty('answer')
    expect(outcomes(steps)).toEqual(
      expect.arrayContaining([
        'list-sessions not-applicable',
        'end-session not-applicable',
        'grow-pool not-applicable',
      ]),
    )
    expect(steps.find((s) => s.name === 'grow-pool')?.note).toBe('not offered (blocked-by-session: unknown)')
    expect(walks.paths()).toEqual([[], []])
  })

  test('a command that does not find what it expects answers no', async () => {
    walks.prometheus.answers.set('up', [0])
    const { steps } = await walkRunbook(walks.walkOf().options)
    expect(steps.find((s) => s.name === 'faults')).toMatchObject({ outcome: 'done', answer: 'no' })
  })

  test.each([
    ['nothing', '{"rows":[]}', /pid is missing: list-sessions\.rows\.0\.pid has no value/],
    ['an empty text', '{"rows":[{"pid":""}]}', /pid is missing/],
    ['no single value', '{"rows":[{"pid":{}}]}', /pid is missing/],
    ['a value of another type', '{"rows":[{"pid":"7; rm"}]}', /"7; rm".*pid has to be an integer of at least 1/],
    ['no JSON', 'three sessions', /pid is missing/],
    ['a name of the prototype', '{"rows":{"__proto__":{"pid":1}}}', /pid is missing/],
  ])('an act whose parameter would be %s fails and does not run', async (_, body, note) => {
    walks.prometheus.answers.set('lock_waits', [3])
    for (const instance of walks.instances) sessions(instance, body)
    const { steps } = await walkRunbook(walks.walkOf().options)
    expect(steps.find((s) => s.name === 'end-session')).toMatchObject({
      outcome: 'failed',
      note: expect.stringMatching(note),
    })
    expect(walks.paths().flat()).toEqual(['/sessions', '/sessions'])
  })

  test('a decision that was not asked for satisfies neither condition', async () => {
    const second =
      '```promql {"name":"many","expect":"> 5","decides":"true","when":"blocked-by-session"}\nlock_waits\n```\n\n'
    walks.setUp({
      runbook: BLOCKED.replace('### End the session', `${second}### End the session`).replace(
        '"when":"not blocked-by-session"',
        '"when":"not many"',
      ),
      actions: BLOCKED_ACTIONS,
    })
    walks.prometheus.answers.set('lock_waits', [0])
    const { steps } = await walkRunbook(walks.walkOf().options)
    expect(steps.find((s) => s.name === 'many')?.outcome).toBe('not-applicable')
    expect(steps.find((s) => s.name === 'grow-pool')).toMatchObject({
      outcome: 'not-applicable',
      note: 'not offered (many: unknown)',
    })
    expect(walks.paths().flat()).toEqual([])
  })

  test('of several instances the first that answers well counts', async () => {
    walks.prometheus.answers.set('lock_waits', [3])
    sessions(walks.instances[0], 'no JSON')
    sessions(walks.instances[1], '{"rows":[{"pid":5}]}')
    await walkRunbook(walks.walkOf().options)
    expect(walks.paths().flat()).toContain('/sessions/5')
  })

  test('an answer that is too long is shown in part and used in nothing', async () => {
    walks.prometheus.answers.set('lock_waits', [3])
    const rows = Array.from({ length: 30_000 }, (_, pid) => ({ pid: pid + 1 }))
    for (const instance of walks.instances) sessions(instance, JSON.stringify({ rows }))
    const { options, incident } = walks.walkOf()
    const { steps } = await walkRunbook(options)
    expect(steps.find((s) => s.name === 'end-session')?.outcome).toBe('failed')
    expect(JSON.stringify(incident.events()).length).toBeLessThan(20_000)
  })

  test('a check runs no action that does not say that it only reads', async () => {
    walks.prometheus.answers.set('lock_waits', [3])
    walks.setUp({ runbook: BLOCKED, actions: BLOCKED_ACTIONS.replace(', reads: true', '') })
    const { steps } = await walkRunbook(walks.walkOf().options)
    expect(steps.find((s) => s.name === 'list-sessions')).toMatchObject({
      outcome: 'failed',
      note: expect.stringContaining('reads: true'),
    })
    expect(walks.paths()).toEqual([[], []])
  })
})

test('what a check asked by an action is shown as a table, and its answer is in the record', async () => {
  walks.prometheus.answers.set('lock_waits', [3])
  const { options, captured, incident } = walks.walkOf()
  await walkRunbook(options)
  expect(captured.stderr).toContain('      pid   waits\n      4711  3\n      12\n')
  const event = incident.events().find((e) => e.type === 'step.finished' && e.step === 'list-sessions')
  expect(event).toMatchObject({ kind: 'command', json: JSON.parse(ROWS) })
})

describe('an action that only reads and decides', () => {
  const deciding = BLOCKED.replace(
    /```promql {"name":"blocked-by-session"[\s\S]*?```/,
    '```sh {"name":"blocked-by-session","kind":"check","decides":"true"}\ndrillbook act is-blocked\n```',
  )
  const setUp = (binding: string) =>
    walks.setUp({ runbook: deciding, actions: `${BLOCKED_ACTIONS}\n  is-blocked: { ${binding}, reads: true }` })
  const program = (code: string) => `exec: ${JSON.stringify([process.execPath, '-e', code])}`

  test.each([
    ['a program that ends with 0 says yes', 'console.log("{\\"rows\\":[]}")', { outcome: 'done', answer: 'yes' }],
    ['one that ends with 1 says no', 'process.exit(1)', { outcome: 'done', answer: 'no' }],
    ['one that ends with 2 says nothing', 'process.exit(2)', { outcome: 'unknown' }],
  ])('%s', async (_, code, ended) => {
    setUp(program(code))
    const { steps } = await walkRunbook(walks.walkOf().options)
    expect(steps.find((s) => s.name === 'blocked-by-session')).toMatchObject(ended)
  })

  test('an instance that refuses says nothing, and neither cause is treated', async () => {
    setUp('ops: { method: GET, path: /blocked }')
    for (const instance of walks.instances) {
      instance.answer = (_, response) => {
        response.statusCode = 500
        response.end('no')
        return true
      }
    }
    const { steps } = await walkRunbook(walks.walkOf().options)
    const decision = steps.find((s) => s.name === 'blocked-by-session')
    expect(decision).toMatchObject({ outcome: 'unknown', note: expect.stringContaining(': no') })
    expect(decision).not.toHaveProperty('answer')
    expect(walks.paths().flat()).toEqual(['/blocked', '/blocked'])
  })
})

test('the answer of a program is a source of parameters, too', async () => {
  const code = 'console.log(JSON.stringify({rows:[{pid:77}]}))'
  walks.setUp({
    runbook: BLOCKED,
    actions: BLOCKED_ACTIONS.replace(
      'ops: { method: GET, path: /sessions }',
      `exec: ${JSON.stringify([process.execPath, '-e', code])}`,
    ),
  })
  walks.prometheus.answers.set('lock_waits', [3])
  await walkRunbook(walks.walkOf().options)
  expect(walks.paths()[0]).toEqual(['/sessions/77'])
})

test('the record of what was done without being offered says so', async () => {
  walks.prometheus.answers.set('lock_waits', [3])
  const { options, incident } = walkedWith({ notOffered: async () => 'offer' })
  await walkRunbook(options)
  expect(renderTimeline(incident.events())).toMatch(/Act grow-pool done in .*, although it was not offered \|/)
  expect(renderReport(incident.root, incident)).toMatch(
    /\| Grow the pool \| grow-pool \| done \| .*although it was not offered \|/,
  )
})

describe('with a person who answers', () => {
  test('the answer is shown and can be changed; the record says by whom', async () => {
    walks.prometheus.answers.set('lock_waits', [3])
    const asked: unknown[] = []
    const { options } = walkedWith({
      decide: async (question) => {
        asked.push(question)
        return question.name === 'blocked-by-session' ? 'no' : (question.measured ?? 'unknown')
      },
    })
    const { steps } = await walkRunbook(options)
    expect(asked[0]).toMatchObject({ name: 'blocked-by-session', measured: 'yes' })
    expect(steps.find((s) => s.name === 'blocked-by-session')).toMatchObject({
      outcome: 'done',
      answer: 'no',
      overridden: true,
      note: 'the check said yes, me@here said no',
    })
    expect(steps.find((s) => s.name === 'faults')).not.toHaveProperty('overridden')
    expect(walks.paths()).toEqual([['/pool'], ['/pool']])
  })

  test('a person answers what cannot be measured', async () => {
    await walks.prometheus.close()
    const { options } = walkedWith({ decide: async () => 'yes' })
    const { steps } = await walkRunbook(options)
    expect(steps.find((s) => s.name === 'blocked-by-session')).toMatchObject({ outcome: 'done', answer: 'yes' })
    expect(steps.find((s) => s.name === 'end-session')?.outcome).toBe('done')
  })

  test('what was not offered can be run at the end of its phase, and the record says so', async () => {
    walks.prometheus.answers.set('lock_waits', [3])
    const offered: string[][] = []
    const { options, incident } = walkedWith({
      notOffered: async ({ acts }) => {
        offered.push(acts)
        return 'offer'
      },
    })
    const { steps } = await walkRunbook(options)
    expect(offered).toEqual([['grow-pool']])
    expect(steps.find((s) => s.name === 'grow-pool')).toMatchObject({ outcome: 'done', overridden: true })
    expect(walks.paths()[0]).toEqual(['/sessions', '/sessions/4711', '/pool'])
    expect(incident.state().steps.filter((s) => s.name === 'grow-pool')).toHaveLength(1)
  })

  test('a typed parameter is judged like any other, and asked again', async () => {
    walks.prometheus.answers.set('lock_waits', [3])
    const typed = ['', '..', '0', '99']
    const seen: unknown[] = []
    const { options, captured } = walkedWith({
      param: async (question) => {
        seen.push(question.default)
        return { value: typed.shift() ?? '' }
      },
    })
    await walkRunbook(options)
    expect(seen).toEqual(['4711', '4711', '4711', '4711'])
    expect(captured.stderr).toContain('pid has to be an integer of at least 1, not "0"')
    expect(walks.paths()[0]).toEqual(['/sessions', '/sessions/99'])
  })

  test('without a value to offer the act can be skipped', async () => {
    walks.prometheus.answers.set('lock_waits', [3])
    for (const instance of walks.instances) sessions(instance, '{"rows":[]}')
    const { options } = walkedWith({ param: async (question) => ('default' in question ? 'stop' : 'skip') })
    const { steps } = await walkRunbook(options)
    expect(steps.find((s) => s.name === 'end-session')).toMatchObject({ outcome: 'skipped' })
  })
})

describe('a walk that goes on', () => {
  test('takes up decisions and answers', async () => {
    walks.prometheus.answers.set('lock_waits', [3])
    const first = walkedWith({ act: async () => 'stop' })
    expect((await walkRunbook(first.options)).ended).toBe('stopped')
    walks.prometheus.answers.set('lock_waits', [0])
    for (const instance of walks.instances) sessions(instance, '{"rows":[]}')
    const { steps } = await walkRunbook(walks.walkOf({ incident: first.incident }).options)
    expect(outcomes(steps)).toEqual(expect.arrayContaining(['end-session done', 'grow-pool not-applicable']))
    expect(walks.paths()[0]).toEqual(['/sessions', '/sessions/4711'])
  })

  test('a walk that begins anew asks anew', async () => {
    walks.prometheus.answers.set('lock_waits', [3])
    const first = walks.walkOf()
    await walkRunbook(first.options)
    walks.prometheus.answers.set('lock_waits', [0])
    const { steps } = await walkRunbook(walks.walkOf({ incident: first.incident }).options)
    expect(steps.find((s) => s.name === 'end-session')?.outcome).toBe('not-applicable')
  })

  test('an act that was not offered, run anyway and cut off is asked about again', async () => {
    walks.prometheus.answers.set('lock_waits', [0])
    const abort = new AbortController()
    const first = walks.walkOf({
      mode: 'interactive',
      signal: abort.signal,
      asker: asker({ notOffered: async () => 'offer' }),
    })
    const [instance] = walks.instances
    if (instance === undefined) throw new Error('no instance')
    instance.answer = ({ path }, response) => {
      if (path.startsWith('/sessions/')) abort.abort()
      else response.end(ROWS)
      return true
    }
    await expect(walkRunbook(first.options)).rejects.toMatchObject({ code: 'interrupted' })
    expect(first.incident.state().unfinishedAct?.step).toBe('end-session')
    sessions(instance, ROWS)
    const { steps } = await walkRunbook(walks.walkOf({ incident: first.incident }).options)
    expect(steps.find((s) => s.name === 'end-session')).toMatchObject({ outcome: 'done', overridden: true })
  })
})

test('what is to be done in the long term is listed at the end and recorded as open, and nobody is asked', async () => {
  const asked: string[] = []
  const { options, captured, incident } = walkedWith({
    manual: async (step) => {
      asked.push(step.slug)
      return { outcome: 'done' }
    },
  })
  const { steps } = await walkRunbook(options)
  expect(asked).toEqual(['ask-what-changed', 'repair'])
  expect(steps.at(-1)).toMatchObject({ name: 'buy-a-second-one', phase: 'long-term', outcome: 'open', note: 'two.' })
  expect(captured.stderr).toMatch(/To do in the long term \(.*\):\n {2}- Buy a second one: two\.\n/)
  expect(incident.state().steps.at(-1)?.outcome).toBe('open')
})

test('a walk that was stopped leaves no to-dos yet', async () => {
  const { options } = walkedWith({ manual: async () => 'stop' })
  const { steps } = await walkRunbook(options)
  expect(steps.map((s) => s.outcome)).not.toContain('open')
})
