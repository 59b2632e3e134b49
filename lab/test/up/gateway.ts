import { expect, test } from '@jest/globals'
import { until } from '../lab-process.ts'
import type { UpLab } from './up-lab.ts'

/** What nginx does besides passing requests on. */
export function gatewayTests(lab: UpLab): void {
  test('passes on the progress of an order as it happens', async () => {
    const url = lab.gateway().replace('banner', 'orders')
    const order = { userId: 1, orderItems: [{ productId: 1, quantity: 1, price: 1 }] }
    let placed = Response.error()
    await until(async () => {
      placed = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(order),
      })
      return placed.status !== 503
    }, 'an instance that is not overloaded')
    expect(placed.status).toBe(201)
    const { id } = (await placed.json()) as { id: number }
    const events = await fetch(`${url}/${id}/events`, { signal: AbortSignal.timeout(10_000) })
    expect([events.status, events.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/event-stream'),
    ])
    let text = ''
    for await (const chunk of events.body ?? []) {
      text += Buffer.from(chunk).toString()
      if (text.includes('data: ')) break
    }
    expect(text).toContain('"status":"')
  })

  test('shows people a page and programs a problem while no instance is there', async () => {
    lab.supervisorctl('stop', 'api-1', 'api-2')
    const page = await fetch(lab.gateway(), { headers: { accept: 'text/html,*/*' } })
    expect([page.status, page.headers.get('content-type'), page.headers.get('retry-after')]).toEqual([
      503,
      'text/html',
      '10',
    ])
    expect(await page.text()).toMatch(/^<!doctype html>/i)
    const problem = await fetch(lab.gateway(), { method: 'POST', body: '{}' })
    expect([problem.status, problem.headers.get('content-type')]).toEqual([503, 'application/problem+json'])
    expect(await problem.json()).toMatchObject({ status: 503, code: 'no_instance' })
    lab.supervisorctl('start', 'api-1', 'api-2')
    await until(async () => (await fetch(lab.gateway())).status < 300, 'an instance')
  })

  test('takes a request body that is too large for the gateway to hold in memory', async () => {
    const response = await fetch(lab.gateway(), { method: 'POST', body: 'x'.repeat(300_000) })
    expect([404, 405, 413]).toContain(response.status) // the API's own refusal, no 5xx of the gateway
  })
}
