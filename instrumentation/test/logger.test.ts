import { createLogger, createRegistry, type EventLevels, type LogLevel } from '@drillbook/instrumentation'
import { expect, test } from '@jest/globals'
import { samples } from './scrape.ts'

function logger({ level = 'info', events }: { level?: LogLevel; events?: EventLevels } = {}) {
  const registry = createRegistry({ service: 'shop' })
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const options = { service: 'shop', instance: 'shop-1', level, registry, destination }
  const log = createLogger(events === undefined ? options : { ...options, events })
  const counted = async () =>
    (await samples(registry, 'log_events_total'))
      .filter(({ value }) => value > 0)
      .map(({ labels, value }) => `${labels.level} ${labels.event} ${value}`)
  return { log, lines, counted, registry }
}

test('a line has its time in UTC, its level as a word, the service and the instance', () => {
  const { log, lines } = logger()
  log.warn({ event: 'cache.unavailable', cache: 'catalogue' }, 'cache unavailable')
  expect(lines).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
      level: 'warn',
      service: 'shop',
      instance: 'shop-1',
      event: 'cache.unavailable',
      cache: 'catalogue',
      msg: 'cache unavailable',
    },
  ])
})

test('tokens are never written, wherever headers usually sit', () => {
  const { log, lines } = logger()
  const headers = { authorization: 'Bearer s3cret', 'queue-token': 's3cret', cookie: 's3cret', accept: '*/*' }
  log.info({ ...headers, headers, req: { headers } }, 'request')
  log.info({ queueToken: 's3cret', user: { queueToken: 's3cret' } }, 'joined')
  expect(JSON.stringify(lines)).not.toContain('s3cret')
  expect(lines[0]?.req).toEqual({
    headers: { authorization: '[redacted]', 'queue-token': '[redacted]', cookie: '[redacted]', accept: '*/*' },
  })
})

test('lines are counted by level and event', async () => {
  const { log, counted } = logger()
  log.warn({ event: 'cache.unavailable' }, 'once')
  log.warn({ event: 'cache.unavailable' }, 'twice')
  log.error({ event: 'cache.unavailable' }, 'another level')
  log.child({ part: 'cache' }).info({ event: 'cache.back' }, 'of a child')
  expect(await counted()).toEqual(['warn cache.unavailable 2', 'error cache.unavailable 1', 'info cache.back 1'])
})

test('lines below the level are neither written nor counted', async () => {
  const { log, lines, counted } = logger({ level: 'error' })
  log.warn({ event: 'cache.unavailable' }, 'too low')
  expect(lines).toEqual([])
  expect(await counted()).toEqual([])
})

test('lines without a well-formed event count as other', async () => {
  const { log, counted } = logger()
  log.info('no event')
  log.info({ event: 'User 17 joined' }, 'malformed')
  log.info({ event: 'x'.repeat(65) }, 'too long')
  log.info({ event: 17 }, 'not a name')
  log.error(new Error('an error alone'))
  expect(await counted()).toEqual(['error other 1', 'info other 4'])
})

test('after a hundred distinct events the rest count as other', async () => {
  const { log, counted } = logger()
  for (let index = 0; index < 130; index++) log.info({ event: `event.${index}` }, 'one of many')
  const events = await counted()
  expect(events).toHaveLength(101)
  expect(events).toContain('info other 30')
})

test('with declared events only these count by name, at 0 from the start', async () => {
  const { log, counted, registry } = logger({ events: { 'cache.unavailable': 'warn' } })
  const atStart = await samples(registry, 'log_events_total')
  expect(atStart.map(({ labels, value }) => [labels.level, labels.event, value])).toContainEqual([
    'warn',
    'cache.unavailable',
    0,
  ])
  log.warn({ event: 'cache.unavailable' }, 'declared')
  log.warn({ event: 'cache.unknown' }, 'not declared')
  log.warn({ event: 'constructor' }, 'not declared either')
  expect((await counted()).sort()).toEqual(['warn cache.unavailable 1', 'warn other 2'])
})
