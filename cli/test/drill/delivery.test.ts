import { afterEach, describe, expect, test } from '@jest/globals'
import { gate } from '../../src/drill/phases/gate.ts'
import { notify } from '../../src/drill/phases/notify.ts'
import { mark } from '../../src/drill/run.ts'
import { type SmallRun, type SmallRunOptions, smallRun } from './small-run.ts'

let small: SmallRun
afterEach(() => small.remove())

/** Up to the moment at which the alert fires and Alertmanager has it. */
async function fired(options: SmallRunOptions = {}, before: (small: SmallRun) => void = () => {}): Promise<SmallRun> {
  small = await smallRun(options)
  before(small)
  await gate(small.run)
  mark(small.run, 'injectedAt', new Date(), 'a test')
  small.run.observer.start(new Date())
  const [rule] = small.prometheus.rules
  if (rule !== undefined) rule.firing = true
  small.alertmanager.held = [{ alert: 'CacheDown', receivers: ['slack'] }]
  return small
}

describe('the delivery of an alert', () => {
  test('is not proven by Alertmanager that holds it while its webhook is dead', async () => {
    const { run, alertmanager } = await fired()
    for (const counters of alertmanager.counters.slice(0, 1)) Object.assign(counters, { sent: 1, refused: 7 })
    await expect(notify(run)).rejects.toThrow(/^delivery not proven: /)
  })

  test('is not proven where nobody can be asked', async () => {
    const { run } = await fired({ extra: '' })
    await expect(notify(run)).rejects.toThrow(/^delivery not proven: /)
  })
})
