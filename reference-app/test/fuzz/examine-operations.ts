import fc from 'fast-check'
import { ACCESS } from '../../src/operations/access.ts'
import { type Api, OPS_TOKEN, type Reply, send } from '../support/api.ts'
import { body } from './body.ts'
import type { Examination } from './examine.ts'
import type { Schema } from './values.ts'

/** What the settings and actions have for members, so that not all is refused for a strange one. */
const MEMBERS: Schema = {
  type: 'object',
  properties: {
    message: { type: 'string', minLength: 1 },
    bypass: { enum: [false] },
    source: { enum: ['primary', 'standby'] },
    max: { type: 'integer', minimum: 1, maximum: 100 },
    paused: { enum: [false] },
    provider: { enum: ['automatic', 'primary'] },
    class: { enum: ['none', 'browse'] },
    enabled: { enum: [true] },
    mode: { enum: ['live', 'static', 'off'] },
    capacity: { type: 'integer', minimum: 1, maximum: 10_000 },
    prefix: { type: 'string' },
    draining: { enum: [false] },
  },
}
const NAMES = [
  'concert_list',
  'outbox-relay',
  'x',
  '0',
  '%ff',
  '%00',
  '__proto__',
  'constructor',
  '2147483648',
  'x'.repeat(3_000),
]
const TOKENS = [undefined, '', 'x', `${OPS_TOKEN}x`, OPS_TOKEN.slice(1), '\u00e9', 'x'.repeat(3_000)]
const ACTORS = [undefined, 'somebody', '', 'x'.repeat(65), '<script>', '\u00e9']
/** Refused by a dependency that is not there, or by a machine without room. */
const PERMITTED_5XX = ['warm_up_failed']

const call = fc.record({
  route: fc.constantFrom(...Object.keys(ACCESS)),
  name: fc.constantFrom(...NAMES),
  token: fc.oneof(
    { weight: 4, arbitrary: fc.constant(OPS_TOKEN) },
    { weight: 1, arbitrary: fc.constantFrom(...TOKENS) },
  ),
  actor: fc.constantFrom(...ACTORS),
  body: fc.oneof(body(MEMBERS, true), fc.option(body(MEMBERS, false))),
})

/** Sends generated requests to the routes of the operations port. Throws as `examine` does. */
export async function examineOperations(api: Api, { seed, cases, withinMs }: Examination): Promise<void> {
  const property = fc.asyncProperty(call, async ({ route, name, token, actor, body }) => {
    const [method = '', path = ''] = route.split(' ')
    const reply = await send(api.opsUrl + path.replaceAll(/\{\w+\}/g, name), {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(actor === undefined ? {} : { 'x-drillbook-actor': actor }),
      },
      ...(body === undefined || body === null || method === 'GET' ? {} : { body }),
    })
    const isOpen = ACCESS[route]?.includes('nobody') === true
    const faults = [...statusFaults(reply), ...(isOpen || token === OPS_TOKEN ? [] : refusedFaults(reply))]
    if (faults.length > 0) throw new Error(faults.join('\n'))
  })
  await fc.assert(property, { seed, numRuns: cases, interruptAfterTimeLimit: withinMs, includeErrorInReport: true })
}

function statusFaults({ status, headers, body }: Reply): string[] {
  const { code = '' } = body as { code?: string }
  if (status >= 500 && !PERMITTED_5XX.includes(code)) return [`${status} ${JSON.stringify(body)}`]
  const type = headers.get('content-type') ?? ''
  return status >= 400 && !type.startsWith('application/problem+json') ? [`${status} as "${type}"`] : []
}

function refusedFaults({ status, headers }: Reply): string[] {
  return status === 401 && headers.get('www-authenticate') === 'Bearer' ? [] : [`${status} without a token`]
}
