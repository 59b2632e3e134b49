import fc, { type Arbitrary } from 'fast-check'
import { type Operation, operations, type Parameter } from '../support/description.ts'
import { body, form } from './body.ts'
import { hostileKey, hostileSegment, hostileTarget, hostileToken, METHODS, oddHeader } from './hostile.ts'
import type { FuzzRequest } from './request.ts'
import { fitting, orderIdsOf, type Schema, USERS } from './values.ts'

export type Described = (typeof operations)[number]

/** Requests that an honest client may send, by and large for one user: his token, his path, his body. */
export function fittingRequest({ path, method, operation }: Described): Arbitrary<FuzzRequest> {
  return fc.constantFrom(...USERS).chain((user) =>
    fc
      .tuple(
        target(path, operation, user, fc.constant(undefined)),
        headers(operation, user),
        bodyOf(operation, false).map((text) => text?.replace(/"userId":[1-4](?=[,}])/, `"userId":${user}`)),
      )
      .map(([target, headers, body]) => made(method, target, headers, body)),
  )
}

/** Such a request with some of its parts wrong. */
function hostileRequest(described: Described): Arbitrary<FuzzRequest> {
  const { path, method, operation } = described
  return fittingRequest(described).chain((fit) =>
    fc
      .record({
        method: rarely(fc.constantFrom(...METHODS), method),
        target: fc.oneof(
          { weight: 5, arbitrary: fc.constant(fit.target) },
          { weight: 3, arbitrary: target(path, operation, 1, hostileSegment) },
          { weight: 2, arbitrary: hostileTarget(fit.target) },
        ),
        token: rarely(hostileToken, undefined),
        key: rarely(hostileKey, undefined),
        odd: fc.oneof(
          { weight: 3, arbitrary: fc.constant<[string, string][]>([]) },
          { weight: 1, arbitrary: fc.array(oddHeader, { maxLength: 2 }) },
        ),
        without: rarely(fc.constantFrom('QUEUE-TOKEN', 'Content-Type'), ''),
        body: fc.oneof(fc.constant(fit.body), bodyOf(operation, true)),
      })
      .map(({ method, target, token, key, odd, without, body }) => {
        const kept = fit.headers.filter(([name]) => name !== without && !odd.some(([other]) => other === name))
        const added: [string, string][] = [...odd]
        if (token !== undefined) added.push(['QUEUE-TOKEN', token])
        if (key !== undefined) added.push(['Idempotency-Key', key])
        const others = kept.filter(([name]) => !added.some(([other]) => other === name))
        return made(method, target, [...others, ...added], body)
      }),
  )
}

const rarely = <T, U>(arbitrary: Arbitrary<T>, usual: U): Arbitrary<T | U> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary })

function target(template: string, { parameters = [] }: Operation, user: number, odd: Arbitrary<string | undefined>) {
  const inPath = parameters.filter((parameter) => parameter.in === 'path')
  const values = inPath.map(({ name, schema }) => segment(name, schema as Schema, user).map(String))
  return fc.tuple(odd, fc.nat(), ...values).map(([odd, which, ...values]) => {
    if (odd !== undefined && values.length > 0) values[which % values.length] = odd
    return template.replaceAll(/\{\w+\}/g, () => values.shift() ?? '')
  })
}

/** Mostly of what is the user's own: that of others is only ever refused. */
function segment(name: string, schema: Schema, user: number): Arbitrary<unknown> {
  const any = fitting(schema, name)
  if (name === 'userId') return fc.constant(user)
  if (name !== 'orderId') return any
  return fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...orderIdsOf(user)) }, { weight: 1, arbitrary: any })
}

function headers({ parameters = [], requestBody }: Operation, user: number): Arbitrary<[string, string][]> {
  const type = Object.keys(requestBody?.content ?? {})[0]
  const fixed: [string, string][] = type === undefined ? [] : [['Content-Type', type]]
  const sent = parameters.filter((parameter) => parameter.in === 'header').map((parameter) => header(parameter, user))
  return fc.tuple(...sent).map((some) => [...fixed, ...some.flat()])
}

function header({ name, required, schema }: Parameter, user: number): Arbitrary<[string, string][]> {
  const one = (value: string): [string, string][] => [[name, value]]
  if (name === 'QUEUE-TOKEN') return fc.constant(required ? one(`token-of-user-${user}`) : [])
  if (name === 'Last-Event-ID') return fc.oneof(fc.constant<[string, string][]>([]), fc.constantFrom('1', '2').map(one))
  const few = fc.integer({ min: 1, max: 30 }).map((n) => `key-${n}`)
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant<[string, string][]>([]) },
    { weight: 1, arbitrary: few.map(one) },
    { weight: 1, arbitrary: fitting(schema as Schema).map((value) => one(String(value))) },
  )
}

function bodyOf({ requestBody }: Operation, isHostile: boolean): Arbitrary<string | undefined> {
  if (requestBody === undefined) return body(undefined, isHostile)
  const content = requestBody.content['application/json']
  if (content !== undefined) return body(content.schema as Schema, isHostile)
  return form(Object.values(requestBody.content)[0]?.schema as Schema, isHostile)
}

function made(method: string, target: string, headers: [string, string][], body: string | undefined): FuzzRequest {
  return { method, target, headers, ...(body === undefined ? {} : { body }) }
}

/** Any request to any operation, honest or not. */
export const anyRequest: Arbitrary<FuzzRequest> = fc
  .constantFrom(...operations)
  .chain((described) => fc.oneof(fittingRequest(described), hostileRequest(described)))
