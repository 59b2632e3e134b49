import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from '@jest/globals'
import { startFake, startTraffic } from './support/traffic.ts'
import { until } from './support/until.ts'

/** What the service answers to a request, or undefined for a 404. `asked`: how often this very method and path were asked before. */
type Answer = { status?: number; body: unknown } | undefined
type Answering = (request: string, asked: number) => Answer

/** A service that notes the topics of inquiries, and the traffic of one kind of journey against it. */
async function startJourneys(journey: string, answering: Answering, perSecond = '20') {
  const topics: string[] = []
  const asked = new Map<string, number>()
  const fake = await startFake(async (request, response) => {
    const text = await bodyOf(request)
    const name = `${request.method} ${request.url}`
    const before = asked.get(name) ?? 0
    asked.set(name, before + 1)
    if (request.url === '/api/v1/support/inquiries') {
      topics.push(JSON.parse(text).topic)
      return send(response, 201, {})
    }
    const answer = answering(name, before)
    send(response, answer?.status ?? (answer === undefined ? 404 : 200), answer?.body ?? { code: 'route_not_found' })
  })
  const traffic = await startTraffic(fake.url, { JOURNEYS_PER_SECOND: perSecond, JOURNEY_SHARES: `${journey}=1` })
  const ended = () => traffic.metric('traffic_journeys_total', { journey })
  return { topics, ended }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const place = (status: string, position: number) => ({
  body: { token: 'a-token', status, position, expiresAt: new Date(Date.now() + 60_000), estimatedWaitSeconds: 1 },
})
const refusal = (status: number, code: string) => ({ status, body: { code } })
/** Of those who are harmed nine in ten ask; of so many some fewer, by chance. */
const MOST = 0.6

test('who loses the place in line asks support about the queue', async () => {
  const { topics, ended } = await startJourneys('tickets', (request) =>
    request.startsWith('POST /api/v1/queue') ? place('waiting', 3) : refusal(401, 'queue_place_gone'),
  )
  await until('30 have lost theirs', async () => (await ended()) >= 30)
  await until('most have asked', () => topics.length > 30 * MOST) // an inquiry comes after the end of the journey
  expect(new Set(topics)).toEqual(new Set(['queue']))
})

test('who is overtaken in line asks support; who moves up does not', async () => {
  const cases = [
    [5, true],
    [2, false],
  ] as const
  const play = async ([second, asks]: (typeof cases)[number]) => {
    const { topics, ended } = await startJourneys('tickets', (request, asked) => {
      if (request.startsWith('POST /api/v1/queue')) return place('waiting', 3)
      if (request.startsWith('GET /api/v1/queue')) return asked === 0 ? place('waiting', second) : place('admitted', 0)
      return { body: [] }
    })
    await until('30 have had their turn', async () => (await ended()) >= 30)
    if (asks) await until('most have asked', () => topics.length > 30 * MOST)
    else expect(topics).toEqual([])
  }
  await Promise.all(cases.map(play))
})

const product = { id: 1, price: 1, available: true }
/** Orders whose status comes out as this. */
const shop =
  (order: unknown): Answering =>
  (request) => {
    if (request === 'GET /api/v1/products') return { body: [product] }
    if (request === 'POST /api/v1/orders') return { status: 201, body: { id: 1 } }
    if (request === 'POST /api/v1/orders/1/payment') return { body: {} }
    return request === 'GET /api/v1/orders/1' ? { body: order } : undefined
  }

test('whose payment fails asks support about it; whose bank declines does not', async () => {
  const cases = [
    ['providers_exhausted', true],
    ['card_declined', false],
  ] as const
  const play = async ([reason, asks]: (typeof cases)[number]) => {
    const { topics, ended } = await startJourneys('order', shop({ status: 'payment_failed', reason }))
    await until('50 have ended', async () => (await ended()) >= 50)
    if (asks) await until('most have asked', () => topics.length > 50 * MOST)
    expect(new Set(topics)).toEqual(new Set(asks ? ['payment'] : []))
  }
  await Promise.all(cases.map(play))
})

test('whose order is neither paid nor failed after ten seconds asks support about the payment', async () => {
  const { topics, ended } = await startJourneys('order', shop({ status: 'placed', reason: null }))
  await until('50 have given up', async () => (await ended()) >= 50, 60_000)
  await until('most have asked', () => topics.filter((topic) => topic === 'payment').length > 15)
  expect(new Set(topics)).toEqual(new Set(['payment']))
})

test('whoever is refused by the business asks nobody', async () => {
  const { topics, ended } = await startJourneys('tickets', (request) => {
    if (request.includes('/queue/')) return place('admitted', 0)
    if (request.startsWith('POST /api/v1/reservations')) return refusal(409, 'seat_taken')
    return { body: [{ id: 1, available: true }] }
  })
  await until('30 have ended', async () => (await ended()) >= 30)
  expect(topics).toEqual([])
})

test('who had been let in and is turned away at the seat has lost the turn, and asks', async () => {
  const { topics, ended } = await startJourneys('tickets', (request) => {
    if (request.includes('/queue/')) return place('admitted', 0)
    if (request.startsWith('POST /api/v1/reservations')) return refusal(403, 'queue_not_admitted')
    return { body: [{ id: 1, available: true }] }
  })
  await until('30 have ended', async () => (await ended()) >= 30)
  await until('most have asked', () => topics.length > 30 * MOST)
  expect(new Set(topics)).toEqual(new Set(['queue']))
})
