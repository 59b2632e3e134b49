import { afterEach, describe, expect, test } from '@jest/globals'
import { gate } from '../../src/drill/phases/gate.ts'
import { notify } from '../../src/drill/phases/notify.ts'
import { resolve } from '../../src/drill/phases/resolve.ts'
import { mark, type Run } from '../../src/drill/run.ts'
import { until } from '../keeper/fake-environment.ts'
import { type SmallRun, type SmallRunOptions, smallRun } from './small-run.ts'
import { CONFIG, countersOf, type StubCounters } from './stub-alertmanager.ts'

let small: SmallRun
afterEach(() => small.remove())

/** Up to the moment at which the alert fires and Alertmanager has it. */
async function fired(options: SmallRunOptions = {}, before: (small: SmallRun) => void = () => {}): Promise<SmallRun> {
  small = await smallRun(options)
  before(small)
  await gate(small.run)
  mark(small.run, 'injectedAt', new Date(), 'a test')
  small.run.observer.start(new Date())
  setFiring(true)
  small.alertmanager.held = [{ alert: 'CacheDown', receivers: ['slack'] }]
  return small
}

function setFiring(firing: boolean): void {
  const [rule] = small.prometheus.rules
  if (rule !== undefined) rule.firing = firing
}

/** The counters of one integration go up by so much. */
function count(integration: string, rise: Partial<StubCounters>): void {
  const counters = small.alertmanager.counters.find((c) => c.integration === integration)
  if (counters === undefined) throw new Error(`nothing is counted for ${integration}`)
  counters.sent += rise.sent ?? 0
  counters.failed += rise.failed ?? 0
  counters.answered += rise.answered ?? 0
  counters.refused += rise.refused ?? 0
}

const ARRIVED = { sent: 1, answered: 1 }
const TWO_SLACKS = `${CONFIG}  - { name: payments, slack_configs: [{ send_resolved: true }] }\n`
const seenByAlertmanager = () =>
  until(() => small.run.observer.delivery?.missing().length === 0, 'the alert to be seen')

/** With limits that are over at once: everything has been seen. */
const hurried = (run: Run): Run => ({
  ...run,
  drill: { ...run.drill, limitsMs: { ...run.drill.limitsMs, notify: 0, resolve: 0 } },
})

/** Alertmanager is looked at so many times more; twice in each look. */
async function looks(times: number): Promise<void> {
  const enough = small.alertmanager.reads + 2 * times
  await until(() => small.alertmanager.reads >= enough, 'Alertmanager to be looked at')
}

describe('the delivery of an alert', () => {
  test('is proven when the counters of its receiver rose after the fault, and none failed', async () => {
    const { run } = await fired({}, () => count('slack', { sent: 5, failed: 2, answered: 3 }))
    await seenByAlertmanager()
    count('slack', { sent: 2, answered: 2 })
    await expect(notify(run)).resolves.toBe("Alertmanager's counters: slack sent +2, failed +0")
    expect(run.journal.data.evidence.notifiedAt).toBe("Alertmanager's counters: slack sent +2, failed +0")
  })

  test('is proven by a message that was sent just before the alert was seen there, when a group_interval has passed', async () => {
    const { run } = await fired()
    count('slack', ARRIVED)
    await expect(notify(run)).resolves.toMatch(/slack sent [+]1, failed [+]0/)
  })

  test('is proven by the counters of its own receiver where Alertmanager tells receivers apart', async () => {
    const { run } = await fired({}, ({ alertmanager }) => {
      alertmanager.config = TWO_SLACKS
      alertmanager.counters = [countersOf('slack', 'slack'), countersOf('slack', 'payments')]
    })
    await seenByAlertmanager()
    count('slack', ARRIVED)
    await expect(notify(run)).resolves.toMatch(/slack sent [+]1, failed [+]0/)
  })

  test('is asked for with the headers of the environment', async () => {
    const extra = 'alertmanager: { url: "ALERTMANAGER", headers: { x-scope-orgid: shop } }'
    const { run } = await fired({ extra }, ({ alertmanager }) => {
      alertmanager.needs = { 'x-scope-orgid': 'shop' }
    })
    await seenByAlertmanager()
    count('slack', ARRIVED)
    await expect(notify(run)).resolves.toMatch(/slack sent [+]1/)
  })

  test.each<[string, () => void, RegExp]>([
    ['Alertmanager holds the alert and sends nothing', () => {}, /slack sent [+]0, failed [+]0$/],
    [
      'its webhook is dead, which Alertmanager counts as failed only when it gives up',
      () => count('slack', { sent: 1, refused: 7 }),
      /slack sent [+]1, failed [+]0, 1 without a good answer so far$/,
    ],
    ['one of two messages failed', () => count('slack', { sent: 2, failed: 1, answered: 1 }), /failed [+]1/],
    ['only the heartbeat was sent', () => count('webhook', { sent: 9, answered: 9 }), /slack sent [+]0/],
    [
      'the alert is silenced',
      () => Object.assign(small.alertmanager.held[0] ?? {}, { state: 'suppressed' }),
      /Alertmanager has not got CacheDown/,
    ],
    ['Alertmanager has not got the alert', () => small.alertmanager.held.splice(0), /has not got CacheDown/],
    [
      'Alertmanager has the same alert of another environment only',
      () => Object.assign(small.alertmanager.held[0] ?? {}, { environment: 'production' }),
      /has not got CacheDown/,
    ],
    ['Alertmanager was restarted', () => count('slack', { sent: -1 }), /its counters fell/],
    [
      'Alertmanager no longer tells its counters',
      () => small.alertmanager.missing.push('/metrics'),
      /metrics answered status 404/,
    ],
    ['its receiver sends to nobody', () => small.alertmanager.held[0]?.receivers.splice(0), /sends to nobody/],
  ])('is not proven when %s', async (_, happens, why) => {
    const { run } = await fired({}, () => count('slack', { sent: 1, answered: 1 }))
    happens()
    await looks(2)
    const result = notify(hurried(run))
    await expect(result).rejects.toThrow(/^delivery not proven: /)
    await expect(result).rejects.toThrow(why)
  })

  test.each<[string, (small: SmallRun) => void, RegExp]>([
    ['the counters were not read before the fault', ({ alertmanager }) => alertmanager.missing.push('/metrics'), /404/],
    [
      'the counters mix its receiver with another one',
      ({ alertmanager }) => {
        alertmanager.config = TWO_SLACKS
      },
      /counts slack for all receivers together, and payments has it, too/,
    ],
  ])('is not proven when %s', async (_, before, why) => {
    const { run, alertmanager } = await fired({}, before)
    alertmanager.missing = []
    await seenByAlertmanager()
    count('slack', ARRIVED)
    await looks(2)
    await expect(notify(hurried(run))).rejects.toThrow(why)
  })

  test('is not proven where nobody can be asked, and that is said at once', async () => {
    const { run } = await fired({ extra: '' })
    await expect(notify(run)).rejects.toThrow('delivery not proven: test names neither slack.received nor alertmanager')
  })

  test('is not proven when what Slack received cannot be read', async () => {
    const extra = 'slack: { webhookUrlFile: ../token, received: { url: "ALERTMANAGER/nowhere" } }'
    const { run, alertmanager } = await fired({ extra })
    alertmanager.missing = ['/nowhere']
    await until(() => run.observer.slackUnreadable !== undefined, 'Slack to be asked')
    await expect(notify(hurried(run))).rejects.toThrow(
      /^delivery not proven: the received Slack messages cannot be read: status 404/,
    )
  })
})

describe('the resolved message', () => {
  /** The alert fired, was delivered and has ended. */
  async function ended(options: SmallRunOptions = {}, before: (small: SmallRun) => void = () => {}) {
    await fired(options, before)
    await seenByAlertmanager()
    count('slack', ARRIVED)
    await notify(small.run)
    setFiring(false)
    small.alertmanager.held = []
    return small.run
  }

  test('is proven when the counters rose again after the alerts had ended', async () => {
    const run = await ended()
    await until(() => run.observer.isQuiet, 'the end to be seen')
    count('slack', ARRIVED)
    await expect(resolve(run)).resolves.toBe("Alertmanager's counters: slack sent +2, failed +0")
    expect(run.journal.data.times.resolvedAt).not.toBeNull()
  })

  test.each<[string, () => void, RegExp]>([
    [
      'nothing was sent after the end',
      () => {},
      /slack sent [+]1, failed [+]0, but none of them after the alerts had ended/,
    ],
    ['it failed', () => count('slack', { sent: 1, failed: 1 }), /failed [+]1/],
    ['it got no answer', () => count('slack', { sent: 1 }), /1 without a good answer/],
  ])('is not proven when %s', async (_, happens, why) => {
    const run = await ended()
    await until(() => run.observer.isQuiet, 'the end to be seen')
    happens()
    await looks(2)
    const result = resolve(hurried(run))
    await expect(result).rejects.toThrow(/^the delivery of the resolved message not proven: /)
    await expect(result).rejects.toThrow(why)
  })

  test('is not proven when its receiver sends none', async () => {
    const run = await ended({}, ({ alertmanager }) => {
      alertmanager.config = CONFIG.replace('send_resolved: true', 'send_resolved: false')
    })
    count('slack', ARRIVED)
    await until(() => run.observer.isQuiet, 'the end to be seen')
    await expect(resolve(hurried(run))).rejects.toThrow(/the receiver slack sends no resolved messages/)
  })

  test('does not come while an alert fires', async () => {
    const run = await ended()
    setFiring(true)
    count('slack', ARRIVED)
    await until(() => run.observer.firing.size > 0, 'the alert to be seen again')
    await expect(resolve(hurried(run))).rejects.toThrow('still firing: CacheDown')
  })

  test('is not asked for when it cannot be seen whether alerts fire', async () => {
    const run = await ended()
    await until(() => run.observer.isQuiet, 'the end to be seen')
    small.prometheus.down = '/api/v1/rules'
    await until(() => !run.observer.isQuiet, 'Prometheus to be away')
    await expect(resolve(hurried(run))).rejects.toThrow(/^the end of the alerts not proven: /)
  })
})
