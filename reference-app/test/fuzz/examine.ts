import fc from 'fast-check'
import type { Api } from '../support/api.ts'
import { endedByThemselves, troublesOf } from '../support/processes.ts'
import { until } from '../support/until.ts'
import { type Counts, countedAs, countsOf, differences } from './counts.ts'
import { codeOf, faultsOf, isUnreadable } from './judge.ts'
import { meaningOf } from './meaning.ts'
import type { FuzzClient, FuzzRequest } from './request.ts'
import { anyRequest } from './requests.ts'

export interface Examination {
  seed: number
  /** Requests, about. */
  cases: number
  /** Stops there, with what it has. Milliseconds. */
  withinMs: number
}

/** What was sent and came back: requests by what they were answered with, `"seat_reserve 409 seat_taken": 7`. */
export type Tally = Map<string, number>

/** As many requests follow each other, and are counted together. */
const AT_ONCE = 8

/** Sends requests one after another, and holds what comes back and what is counted against the description. */
export class Watch {
  readonly tally: Tally = new Map()
  private readonly api: Api
  private readonly client: FuzzClient
  private counts: Counts

  private constructor(api: Api, client: FuzzClient, counts: Counts) {
    this.api = api
    this.client = client
    this.counts = counts
  }

  static async begin(api: Api, client: FuzzClient): Promise<Watch> {
    return new Watch(api, client, await countsOf(api))
  }

  /** What was wrong. */
  async send(requests: readonly FuzzRequest[]): Promise<string[]> {
    const expected: string[] = []
    const faults: string[] = []
    for (const request of requests) {
      const answer = await this.client.send(request).catch(({ message }: Error) => message)
      if (typeof answer === 'string') {
        if (!isUnreadable(request)) faults.push(`${nameOf(request)}: no answer, ${answer}`)
        continue
      }
      expected.push(...countedAs(request, answer))
      faults.push(...faultsOf(request, answer).map((fault) => `${nameOf(request)}: ${fault}`))
      note(this.tally, [nameOf(request), String(answer.status), codeOf(answer) ?? ''].join(' ').trim())
    }
    const last = this.counts
    this.counts = await settled(this.api, last, expected)
    const miscounted = differences(last, this.counts, expected)
    faults.push(...miscounted.map(([name, grown, due]) => `${name}: counted ${grown} times instead of ${due}`))
    return faults.length === 0 ? [] : [...faults, ...lastWordsOf(this.api)]
  }
}

/** Sends generated requests. Throws, with the seed and the fewest requests that show it, when an answer or its count is wrong. */
export async function examine(api: Api, client: FuzzClient, { seed, cases, withinMs }: Examination): Promise<Tally> {
  const watch = await Watch.begin(api, client)
  const property = fc.asyncProperty(
    fc.array(anyRequest, { minLength: 1, maxLength: AT_ONCE, size: 'max' }),
    async (requests) => {
      const faults = await watch.send(requests)
      if (faults.length > 0) throw new Error(faults.join('\n'))
    },
  )
  await fc.assert(property, {
    seed,
    numRuns: Math.ceil((2 * cases) / (AT_ONCE + 1)),
    interruptAfterTimeLimit: withinMs,
    includeErrorInReport: true,
  })
  return watch.tally
}

/** Responses are counted when they have ended, a moment after the client has them. The counts of then, right or not. */
async function settled(api: Api, before: Counts, expected: readonly string[]): Promise<Counts> {
  let now = before
  const isRight = async () => {
    now = await countsOf(api)
    return differences(before, now, expected).length === 0
  }
  await until('all is counted', isRight, 10_000).catch(() => undefined)
  return now
}

/** What its log says is wrong, which answers keep to themselves. */
function lastWordsOf({ child }: Api): string[] {
  const processes = [{ name: 'api', child }]
  const ended = endedByThemselves(processes).flatMap(({ exit, lastWords }) => [
    `it ended by itself: ${exit}`,
    ...lastWords,
  ])
  return [
    ...troublesOf(processes)
      .slice(-3)
      .map(({ line }) => line.slice(0, 2_000)),
    ...ended,
  ]
}

function nameOf(request: FuzzRequest): string {
  return meaningOf(request)?.operation.operationId ?? 'elsewhere'
}

function note(tally: Tally, name: string): void {
  tally.set(name, (tally.get(name) ?? 0) + 1)
}
