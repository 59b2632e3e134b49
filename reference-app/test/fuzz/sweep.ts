import fc from 'fast-check'
import type { Api } from '../support/api.ts'
import { operations } from '../support/description.ts'
import { hostileTexts } from './body.ts'
import { edgesOf, nearlyOf, ODD_HEADER_VALUES, ODD_SEGMENTS } from './edges.ts'
import { type Tally, Watch } from './examine.ts'
import { hostileTargets, METHODS, ODD_HEADERS } from './hostile.ts'
import type { FuzzClient, FuzzRequest } from './request.ts'
import { type Described, fittingRequest } from './requests.ts'
import type { Schema } from './values.ts'

/** Honest requests to each operation, so that it also does what it is for. */
const HONEST = 6

/** As many requests follow each other, and are counted together. */
const AT_ONCE = 32

/**
 * Each operation once with each part of its request, alone, on and beyond every limit that the description names. No luck is needed for what one odd
 * value does; for what several do, or what comes before, there is `examine`. Throws when an answer or its count is wrong, with the request.
 */
export async function sweep(api: Api, client: FuzzClient): Promise<Tally> {
  const watch = await Watch.begin(api, client)
  const all = operations.flatMap(edgeRequests)
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const some = all.slice(from, from + AT_ONCE)
    const faults = await watch.send(some)
    if (faults.length > 0)
      throw new Error(`${faults.join('\n')}\n${some.map((one) => cut(JSON.stringify(one))).join('\n')}`)
  }
  return watch.tally
}

const cut = (text: string) => (text.length > 500 ? `${text.slice(0, 500)}...` : text)

function edgeRequests(described: Described, index: number): FuzzRequest[] {
  const honest = fc.sample(fittingRequest(described), { seed: 1, numRuns: HONEST })
  const [fit] = honest
  if (fit === undefined) throw new Error('nothing fits')
  // What is the same for all operations is tried with one of each kind.
  const first = operations.findIndex(
    ({ method, operation }) => method === described.method && hasBody(operation) === hasBody(described.operation),
  )
  return [
    ...honest,
    ...(described.operation.parameters ?? []).flatMap((parameter) =>
      parameter.in === 'path' ? pathEdges(described.path, fit, parameter.name) : headerEdges(fit, parameter.name),
    ),
    ...bodyEdges(described, fit),
    ...(index === first ? commonEdges(fit) : []),
  ]
}

const hasBody = ({ requestBody }: Described['operation']) => requestBody !== undefined

function pathEdges(template: string, fit: FuzzRequest, name: string): FuzzRequest[] {
  const at = template.split('/').indexOf(`{${name}}`)
  return ODD_SEGMENTS.map((odd) => ({ ...fit, target: fit.target.split('/').with(at, odd).join('/') }))
}

function headerEdges(fit: FuzzRequest, name: string): FuzzRequest[] {
  const others = fit.headers.filter(([known]) => known !== name)
  const own = fit.headers.filter(([known]) => known === name)
  const odd = ODD_HEADER_VALUES.map((value) => ({ ...fit, headers: [...others, [name, value] as [string, string]] }))
  return [...odd, { ...fit, headers: others }, { ...fit, headers: [...others, ...own, ...own, [name, 'twice']] }]
}

function bodyEdges({ operation }: Described, fit: FuzzRequest): FuzzRequest[] {
  const [type = '', { schema = {} } = {}] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
  if (type === 'application/json') {
    return nearlyOf(schema, JSON.parse(fit.body ?? 'null')).map((value) => ({ ...fit, body: JSON.stringify(value) }))
  }
  const fields = Object.entries((schema as Schema).properties ?? {})
  return fields.flatMap(([name, inner]) =>
    edgesOf(inner).map((value) => ({ ...fit, body: `${name}=${encodeURIComponent(textOf(value).toWellFormed())}` })),
  )
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** Of the router, the body's parsers and Node: whichever operation is behind them. */
function commonEdges(fit: FuzzRequest): FuzzRequest[] {
  return [
    ...METHODS.map((method) => ({ ...fit, method })),
    ...hostileTargets(fit.target).map((target) => ({ ...fit, target })),
    ...ODD_HEADERS.map((odd) => ({ ...fit, headers: [...fit.headers.filter(([name]) => name !== odd[0]), odd] })),
    ...['a=1&a=2', 'a[]=1', 'a[__proto__]=1', '%', '%00', '\u0026'.repeat(2_000)].map((query) => ({
      ...fit,
      target: `${fit.target}?${query}`,
    })),
    ...hostileTexts(fit.body ?? '{"userId":1}').map((body) => ({ ...fit, body })),
    { ...fit, headers: [...fit.headers, ['Content-Type', 'text/plain']] },
  ]
}
