import { createLogger, createRegistry } from '@drillbook/instrumentation'
import { expect, test } from '@jest/globals'
import { WaitingRoomEvents } from '../src/ticketing/waiting-room/events.ts'
import { waitingRoomMetrics } from '../src/ticketing/waiting-room/metrics.ts'

test('a loss is told once, and the next one again, also when another instance has rebuilt the room meanwhile', () => {
  const registry = createRegistry({ service: 'test' })
  const told: unknown[] = []
  const destination = { write: (line: string) => void told.push((JSON.parse(line) as { event: unknown }).event) }
  const logger = createLogger({ service: 'test', instance: 'test', level: 'info', registry, destination })
  const events = new WaitingRoomEvents(waitingRoomMetrics(registry), logger)
  const loss = () => {
    for (let calls = 0; calls < 3; calls += 1) events.lostData()
  }
  loss()
  expect(told).toEqual(['waiting_room.lost'])
  events.counted({ waiting: 1, admitted: 0, oldestWait: 0 })
  loss()
  expect(told).toEqual(['waiting_room.lost', 'waiting_room.lost'])
})
