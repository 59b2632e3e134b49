import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { DeliveryWatch } from '../../src/drill/delivery.ts'
import { until } from '../keeper/fake-environment.ts'
import { RealAlertmanager } from './real-alertmanager.ts'

let alertmanager: RealAlertmanager
let watch: DeliveryWatch
beforeEach(async () => {
  alertmanager = new RealAlertmanager()
  await alertmanager.start()
  watch = new DeliveryWatch({ url: alertmanager.url }, ['CacheDown', 'CacheErrorsHigh'], 'test')
  await watch.begin()
})
afterEach(() => alertmanager.stop())

const look = async (firing = true) => watch.look(await watch.read(), firing)
const fired = async () => {
  await look()
  return watch.fired(Date.now())
}
const fire = () => Promise.all(['CacheDown', 'CacheErrorsHigh', 'Watchdog'].map((a) => alertmanager.tell(a, 'firing')))

describe('the counters of a real Alertmanager', () => {
  test('prove delivery when Slack took the message, and the resolved message after it', async () => {
    expect(await fired()).toEqual({ proven: false, text: 'Alertmanager has not got CacheDown, CacheErrorsHigh' })
    await fire()
    await until(async () => (await fired()).proven, 'the delivery to be proven')
    expect(alertmanager.received).toBeGreaterThan(0)
    await look(false)
    expect(watch.resolved(Date.now())).toMatchObject({ proven: false })
    await Promise.all(['CacheDown', 'CacheErrorsHigh'].map((alert) => alertmanager.tell(alert, 'ended')))
    const told = async () => {
      await look(false)
      return watch.resolved(Date.now()).proven
    }
    await until(told, 'the resolved message to be proven')
    expect(watch.resolved(Date.now()).text).toMatch(/^Alertmanager's counters: slack sent [+][2-9], failed [+]0$/)
  })

  test.each<[string, number | undefined]>([
    ['drops the connection', undefined],
    ['says that there is no such webhook', 404],
    ['is broken', 500],
  ])('do not prove it when Slack %s, although Alertmanager holds the alerts', async (_, status) => {
    alertmanager.slackStatus = status
    await fire()
    await until(async () => (await fired()).text.includes('sent +'), 'it to be sent')
    const begun = Date.now()
    await until(async () => (await fired()).proven || Date.now() - begun > 3000, 'three group intervals')
    expect(watch.missing()).toEqual([])
    expect(alertmanager.received).toBeGreaterThan(0)
    expect(watch.fired(Date.now())).toMatchObject({ proven: false })
  })
})
