import { PROBLEMS, type ProblemCode } from '../../src/platform/problem/codes.ts'
import { description, headersOf, misfits, responseOf } from '../support/description.ts'
import { mistaken } from './allowed.ts'
import { type Meaning, meaningOf } from './meaning.ts'
import type { FuzzAnswer, FuzzRequest } from './request.ts'

/** Beyond `x-problems`: what any operation may refuse. */
const ANY = ['invalid_request', 'invalid_json', 'body_too_large']
const NO_OPERATION = ['route_not_found', 'method_not_allowed', 'invalid_request']
/** Of Node (MAX_HEADER_BYTES in http/listener.ts). */
const MAX_HEADER_BYTES = 8 * 1024

/** The code of the problem; undefined when the body is none. */
export function codeOf({ headers, body }: FuzzAnswer): string | undefined {
  if (headers['content-type']?.startsWith('application/problem+json') !== true || body === '') return undefined
  return (JSON.parse(body) as { code: string }).code
}

/** Node answers these by itself or, while they still come in, cuts the connection: too much of headers, or a target that is none. */
export function isUnreadable({ target, headers }: FuzzRequest): boolean {
  const size = headers.reduce((sum, [name, value]) => sum + name.length + value.length, target.length)
  return size > MAX_HEADER_BYTES || !/^(\/|http:)[!-~]*$/.test(target)
}

/** Without a body, and counted as no request (test/malformed-http.test.ts). */
export function isRefusedByNode(request: FuzzRequest, { status, headers }: FuzzAnswer): boolean {
  return isUnreadable(request) && (status === 431 || status === 400) && headers['content-type'] === undefined
}

/** What is wrong with the answer by the description; nothing when all is well. */
export function faultsOf(request: FuzzRequest, answer: FuzzAnswer): string[] {
  const { status, headers } = answer
  if (isRefusedByNode(request, answer)) return []
  if (status >= 500) return [`${status} ${answer.body.slice(0, 300)}`]
  const meaning = meaningOf(request)
  return [
    ...(meaning === undefined ? strayFaults(request, answer) : promiseFaults(request, answer, meaning)),
    ...problemFaults(request, answer),
    ...(headers['x-powered-by'] === undefined ? [] : ['x-powered-by is sent']),
  ]
}

function strayFaults({ method }: FuzzRequest, answer: FuzzAnswer): string[] {
  const { status, headers } = answer
  if (method === 'HEAD') return [400, 404, 405].includes(status) ? [] : [`${status} for what is no operation`]
  const code = codeOf(answer)
  if (code === undefined || !NO_OPERATION.includes(code)) return [`${status} ${code} for what is no operation`]
  return status === 405 && headers.allow?.includes(method) === true ? [`Allow names ${method}`] : []
}

function promiseFaults(request: FuzzRequest, answer: FuzzAnswer, meaning: Meaning): string[] {
  const { method } = request
  const { operation } = meaning
  const { status, headers, body } = answer
  const response = responseOf(operation, status)
  if (response === undefined) return [`${operation.operationId} does not promise ${status}`]
  const faults = [...mistaken(request, answer, meaning), ...headerFaults(answer, headersOf(response))]
  if (response.content === undefined) return body === '' ? faults : [...faults, `a body with ${status}`]
  const type = headers['content-type'] ?? ''
  const content = response.content[type.split(';')[0] ?? '']
  if (content === undefined) return [...faults, `${operation.operationId} does not promise ${status} as "${type}"`]
  if (!/; charset=utf-8$/.test(type)) faults.push(`no charset in ${type}`)
  if (method === 'HEAD') return body === '' ? faults : [...faults, 'a body for HEAD']
  const value = type.includes('json') ? JSON.parse(body) : body
  const code = codeOf(answer)
  const codes = [...ANY, ...(operation['x-problems'] ?? [])]
  if (code !== undefined && !codes.includes(code)) faults.push(`${operation.operationId} does not promise ${code}`)
  return [...faults, ...misfits(content.schema, value)]
}

/** Headers that the description names: there when they must be, and of the right form. */
function headerFaults({ headers }: FuzzAnswer, promised: ReturnType<typeof headersOf>): string[] {
  const known = ['location', 'retry-after', 'idempotency-replayed', 'set-cookie', 'allow', 'www-authenticate']
  const strange = known.filter((name) => headers[name] !== undefined && name !== 'set-cookie' && !(name in promised))
  const wrong = Object.entries(promised).flatMap(([name, { required = false, schema }]) => {
    const value = [headers[name]].flat().join(', ')
    if (headers[name] === undefined) return required ? [`no header ${name}`] : []
    const typed = (schema as { type?: string }).type === 'integer' ? Number(value) : value
    return misfits(schema, typed).map((fault) => `header ${name}: ${fault}`)
  })
  return [...strange.map((name) => `the header ${name} is not promised`), ...wrong]
}

/** What every problem has. */
function problemFaults({ method }: FuzzRequest, answer: FuzzAnswer): string[] {
  const { status, headers, body } = answer
  const needed = { 401: 'www-authenticate', 405: 'allow', 503: 'retry-after' }[status]
  const faults = needed === undefined || headers[needed] !== undefined ? [] : [`${status} without ${needed}`]
  const code = codeOf(answer)
  if (code === undefined || method === 'HEAD') return faults
  const problem = JSON.parse(body) as { status: number; title: string; type: string }
  const { title, status: meant } = PROBLEMS[code as ProblemCode] ?? { title: 'none', status: 0 }
  if (status !== meant || problem.status !== status || problem.title !== title) faults.push(`${status} for ${body}`)
  if (headers['cache-control'] !== 'no-store') faults.push('a problem that may be kept')
  return [...faults, ...misfits(description.components.schemas.Problem, problem)]
}
