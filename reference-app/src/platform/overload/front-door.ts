import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpMetrics, OutcomeMetrics } from '@drillbook/instrumentation'
import type { DrillFaults } from '../drill-faults/drill-faults.ts'
import { onceReceived } from '../http/once-received.ts'
import type { Operations } from '../http/operation-router.ts'
import type { KillSwitches } from './kill-switches.ts'
import type { LoadShedding } from './load-shedding.ts'
import { type MatchedOperation, operationFinder } from './operation-finder.ts'
import { Refusal } from './refusal.ts'
import { isEncoded, originForm } from './request-target.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface FrontDoor {
  operations: Operations<never>
  shedding: LoadShedding
  switches: KillSwitches
  http: HttpMetrics
  outcomes: OutcomeMetrics
  /** Absent where drills are not allowed. */
  drills?: DrillFaults | undefined
}

/** As the metrics call what no route matched. */
const UNMATCHED = 'unmatched'
const OVERLOADED = new Refusal('overloaded', 'Too much is going on. Try again in a moment.', 1)
/** People switch, so it takes minutes. */
const DISABLED = new Refusal('operation_disabled', 'This has been switched off for now. Try again later.', 30)

const FAULTY_RELEASE = new Refusal('internal_error', 'Something went wrong.')

const NO_PATH = new Refusal('invalid_request', 'The request target must be a path, with what is not ASCII encoded.')
const NOT_ENCODED = new Refusal('invalid_request', 'The path is not well percent-encoded.')

/**
 * Runs before routing and body parsing: refuses operations that are switched off, and sheds load. Requests that are not
 * in the table of operations (health, the description, wrong paths) pass.
 */
export function frontDoor(
  { operations, shedding, switches, http, outcomes, drills }: FrontDoor,
  inside: Handler,
): Handler {
  const find = operationFinder(operations)
  const refuse = (request: IncomingMessage, response: ServerResponse, matched: MatchedOperation, refusal: Refusal) => {
    refusal.write(response)
    http.refused(request, matched.route, refusal.status)
    outcomes.record(matched.operation, refusal.status < 500 ? 'rejected' : 'failed', refusal.code)
  }
  return (request, response) => {
    const url = originForm(request.url ?? '')
    if (url === undefined) {
      NO_PATH.write(response)
      http.refused(request, UNMATCHED, NO_PATH.status)
      return
    }
    request.url = url
    const matched = find(request.method ?? '', url)
    if (matched === undefined) return inside(request, response)
    if (!isEncoded(url)) return refuse(request, response, matched, NOT_ENCODED)
    if (switches.isOff(matched.operation)) return refuse(request, response, matched, DISABLED)
    if (drills?.release.fails() === true) return refuse(request, response, matched, FAULTY_RELEASE)
    if (!shedding.admits(matched.rank)) return refuse(request, response, matched, OVERLOADED)
    // A request that a drill delays is no load.
    const isWork = !matched.stream && (drills === undefined || drills.slow.delayMs === 0)
    if (isWork) onceReceived(request, () => measure(shedding, matched, response))
    inside(request, response)
  }
}

/**
 * From here until the answer is given it is work under way. Not before and not after: how long a client takes to send
 * and to read says nothing of our load.
 */
function measure(shedding: LoadShedding, { rank }: MatchedOperation, response: ServerResponse): void {
  if (response.writableEnded || response.destroyed) return // refused unread
  const ended = shedding.start(rank)
  let given = false
  response.on('prefinish', () => {
    given = true
    ended(response.statusCode < 500)
  })
  response.once('close', () => {
    if (!given) ended(true)
  })
}
