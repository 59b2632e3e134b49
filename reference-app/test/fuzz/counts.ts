import type { Api } from '../support/api.ts'
import { codeOf, isRefusedByNode } from './judge.ts'
import { meaningOf, routeOf } from './meaning.ts'
import type { FuzzAnswer, FuzzRequest } from './request.ts'

/** How often, by series. */
export type Counts = Map<string, number>

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']
const SERIES = /^(operation_outcomes_total|http_server_request_duration_seconds_count)\{(.*)\} (\S+)/
const UNCOUNTED = ['/healthz', '/readyz']

/** Of both metrics, as they are now. */
export async function countsOf(api: Api): Promise<Counts> {
  const response = await fetch(`${api.opsUrl}/metrics`, { signal: AbortSignal.timeout(5_000) })
  const counts: Counts = new Map()
  for (const line of (await response.text()).split('\n')) {
    const [, metric, text = '', value] = SERIES.exec(line) ?? []
    const labels = Object.fromEntries(
      [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]),
    )
    if (metric === undefined) continue
    const name =
      metric === 'operation_outcomes_total'
        ? outcome(labels.operation ?? '', labels.outcome ?? '', labels.reason ?? '')
        : ended(
            labels.http_request_method ?? '',
            labels.http_route ?? '',
            labels.http_response_status_code ?? '',
            labels.error_type ?? '',
          )
    counts.set(name, (counts.get(name) ?? 0) + Number(value))
  }
  return counts
}

/** What one exchange must have added: one outcome when it was an operation, and one ended request. */
export function countedAs(request: FuzzRequest, answer: FuzzAnswer): string[] {
  if (isRefusedByNode(request, answer)) return []
  const { status } = answer
  const meaning = meaningOf(request)
  const method = METHODS.includes(request.method) ? request.method : '_OTHER'
  const route = meaning?.route ?? (status === 405 ? (routeOf(request) ?? 'unmatched') : 'unmatched')
  if (UNCOUNTED.includes(route)) return []
  const counted = [ended(method, route, String(status), '')]
  if (meaning?.name === undefined) return counted
  return [...counted, outcome(meaning.name, status >= 400 ? 'rejected' : 'success', reasonOf(request, answer))]
}

/** The code that a client can see. A page shows none, and there is none with HEAD: then any will do. */
function reasonOf({ method }: FuzzRequest, answer: FuzzAnswer): string {
  if (answer.status < 400) return ''
  if (method === 'HEAD') return '?'
  return codeOf(answer) ?? 'invalid_request' // the form with what is wrong, for people
}

const outcome = (operation: string, outcome: string, reason: string) =>
  `outcome ${operation} ${outcome} ${reason}`.trim()
const ended = (method: string, route: string, status: string, error: string) =>
  `${method} ${route} ${status} ${error}`.trim()

/** Series whose growth is not what it must be: `[series, grown, expected]`. */
export function differences(before: Counts, now: Counts, expected: readonly string[]): [string, number, number][] {
  const due = new Map<string, number>()
  for (const name of expected) due.set(name, (due.get(name) ?? 0) + 1)
  const names = new Set([...now.keys(), ...due.keys()])
  const wrong = [...names].flatMap((name): [string, number, number][] => {
    const [grown, wanted] = [(now.get(name) ?? 0) - (before.get(name) ?? 0), due.get(name) ?? 0]
    return grown === wanted ? [] : [[name, grown, wanted]]
  })
  return withoutJokers(wrong)
}

/** A `?` for a reason takes any reason of the same operation and outcome. */
function withoutJokers(wrong: [string, number, number][]): [string, number, number][] {
  const jokers = wrong.filter(([name]) => name.endsWith(' ?'))
  const left = wrong.filter(([name]) => !name.endsWith(' ?'))
  for (const [name, , wanted] of jokers) {
    const rest = name.slice(0, -1)
    let open = wanted
    for (const entry of left.filter(([other]) => other.startsWith(rest))) {
      const taken = Math.min(open, entry[1] - entry[2])
      entry[2] += taken
      open -= taken
    }
    if (open !== 0) left.push([name, 0, open])
  }
  return left.filter(([, grown, wanted]) => grown !== wanted)
}
