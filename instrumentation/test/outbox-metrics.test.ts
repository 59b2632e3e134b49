import { createRegistry, outboxMetrics } from '@drillbook/instrumentation'
import { expect, test } from '@jest/globals'
import { samples } from './scrape.ts'

test('the backlog is 0 from the start, and then what was measured last', async () => {
  const registry = createRegistry({ service: 'test' })
  const outbox = outboxMetrics(registry)
  const now = async () => [
    (await samples(registry, 'outbox_pending'))[0]?.value,
    (await samples(registry, 'outbox_oldest_seconds'))[0]?.value,
  ]
  expect(await now()).toEqual([0, 0])
  outbox.backlog(3, 12.5)
  expect(await now()).toEqual([3, 12.5])
  outbox.backlog(0, 0)
  expect(await now()).toEqual([0, 0])
})
