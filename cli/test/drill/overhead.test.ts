import { describe, expect, test } from '@jest/globals'
import { timingsOf } from '../../src/drill/alertmanager-config.ts'
import { type AlertTimes, overheadOf, worstOverhead } from '../../src/drill/overhead.ts'

const WAIT = { groupWaitSeconds: 1, groupIntervalSeconds: 6, groupWasThere: false }
const RULE = { intervalSeconds: 1, forSeconds: 3 }
const alert = (name: string, notifiedAt: number | undefined, inFirstMessage = true): AlertTimes => ({
  name,
  signalAt: 10_000,
  firingAt: 14_000,
  notifiedAt,
  inFirstMessage,
  rule: RULE,
})

describe('detection overhead', () => {
  test('is what is left of signal to message after interval, for and group_wait', () => {
    expect(overheadOf(alert('A', 15_700), WAIT)).toBe(0.7)
  })

  test('of an alert that joined a later message allows for group_interval', () => {
    expect(overheadOf(alert('A', 20_500, false), WAIT)).toBe(0.5)
  })

  test('of a first message in a group that was still there allows for group_interval', () => {
    expect(overheadOf(alert('A', 20_500), { ...WAIT, groupWasThere: true })).toBe(0.5)
  })

  test('is not known for an alert that nobody was told of', () => {
    expect(overheadOf(alert('A', undefined), WAIT)).toBeUndefined()
  })

  test('of the drill is the worst in the first message, whatever came later', () => {
    const early = { ...alert('Early', 15_200), signalAt: 10_600 }
    const worst = worstOverhead([early, alert('Worst', 15_200), alert('Late', 40_000, false)], WAIT)
    expect([worst?.alert.name, worst?.seconds]).toEqual(['Worst', 0.2])
    expect(worst?.detail).toEqual({
      alert: 'Worst',
      signalToNotifiedSeconds: 5.2,
      intervalSeconds: 1,
      forSeconds: 3,
      groupWaitSeconds: 1,
      groupWasThere: false,
    })
  })
})

describe("Alertmanager's timings for an incident", () => {
  const labels = { incident: 'cache-outage', environment: 'lab' }

  test('are its defaults where nothing is said', () => {
    expect(timingsOf({}, labels)).toEqual({ groupWaitSeconds: 30, groupIntervalSeconds: 300 })
  })

  test('come from the first child that matches, which inherits what it does not say', () => {
    const route = {
      group_wait: '10s',
      group_interval: '1m',
      routes: [
        { matchers: ['alertname = "Watchdog"'], group_wait: '0s' },
        { matchers: ['incident=~"cache-.*"', 'environment!="production"'], group_wait: '2s' },
        { matchers: ['incident="cache-outage"'], group_wait: '5s' },
      ],
    }
    expect(timingsOf(route, labels)).toEqual({ groupWaitSeconds: 2, groupIntervalSeconds: 60 })
  })

  test('are those of the parent when no child matches', () => {
    const route = {
      group_wait: '10s',
      group_interval: '1m',
      routes: [{ match: { incident: 'memory-leak' }, group_wait: '1s' }],
    }
    expect(timingsOf(route, labels)).toEqual({ groupWaitSeconds: 10, groupIntervalSeconds: 60 })
  })
})
