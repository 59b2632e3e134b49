import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Journal } from '../../cli/src/drill/journal.ts'
import { OwnStack } from './own-service/stack.ts'

/** Whatever a drill says about a service of ours it has to say about one that it has never seen. */
const stack = new OwnStack()
beforeAll(() => stack.start(), 180_000)
afterAll(() => stack.stop(), 60_000)

const RUNBOOK = 'runbooks/worker-stuck.md'
const ENVIRONMENT = 'environments/own.yaml'

const failedChecks = ({ checks }: Journal) => checks.filter(({ ok }) => !ok).map(({ name }) => name)

describe('a drill of a service of somebody else, with a Prometheus and an Alertmanager of its own', () => {
  test('passes: the alert fires, the message arrives, and the act for this cause mends it', async () => {
    const { status, stderr, journal } = await stack.drill()
    expect({ status, verdict: journal.verdict, reasons: journal.reasons }).toEqual({
      status: 0,
      verdict: 'passed',
      reasons: [],
    })
    expect(journal.acts.map(({ name }) => name)).toEqual(['restart-worker'])
    expect(journal.mitigatedBy).toBe('runbook')
    expect(stderr).toContain("Alertmanager's counters: slack sent +")
    expect(stack.messages.join('\n')).toContain('WorkerStuck')
  })

  test('fails when the fault has no effect', async () => {
    const undo = stack.edit(ENVIRONMENT, (text) =>
      text.replace('/worker/hangs, json: true', '/worker/hangs, json: false'),
    )
    const { status, journal } = await stack.drill()
    undo()
    expect({ status, verdict: journal.verdict }).toEqual({ status: 1, verdict: 'failed' })
    expect(failedChecks(journal)).toContain('the fault had its effect')
  })

  test('fails when the act of another cause runs, and names it', async () => {
    const undo = stack.edit(RUNBOOK, (text) => text.replace('"expect":"== 1","decides"', '"expect":"== 0","decides"'))
    const { status, journal } = await stack.drill()
    undo()
    expect({ status, verdict: journal.verdict }).toEqual({ status: 1, verdict: 'failed' })
    expect(journal.acts.map(({ name }) => name)).toEqual(['resume-worker'])
    expect(journal.reasons.join('\n')).toContain('resume-worker')
  })

  test('fails when nobody listens behind the webhook: delivery is not proven', async () => {
    await stack.closeChat()
    const { status, journal } = await stack.drill()
    expect({ status, verdict: journal.verdict }).toEqual({ status: 1, verdict: 'failed' })
    expect(journal.reasons.join('\n')).toContain('delivery not proven')
  })
})
