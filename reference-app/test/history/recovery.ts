import type { Api } from '../support/api.ts'
import { Buyer } from '../support/buyer.ts'
import { until } from '../support/until.ts'
import type { Violation } from './model/evidence.ts'

/** For an instance to be as good as before: its parts ask every second or so, a busy machine takes many times as long. Milliseconds. */
const WITHIN_MS = 60_000

/** Anybody. Each look has a token of its own: one lives for a quarter of an hour, and all runs of a process may take longer. */
const USER = 1

/** Nothing fails any more: each instance is ready, answers what it has from the cache, and lets people into its waiting room. */
export async function unrecovered(apis: readonly Api[], hasRoom: boolean): Promise<Violation[]> {
  const wanted: [string, (api: Api) => Promise<boolean>][] = [
    ['is ready', async (api) => (await api.call('/readyz')).status === 200],
    ['answers from the cache', isCached],
    ...(hasRoom ? ([['lets people join', canBeJoined]] satisfies [string, (api: Api) => Promise<boolean>][]) : []),
  ]
  const missed = apis.flatMap((api) =>
    wanted.map(async ([what, isSo]): Promise<Violation[]> => {
      try {
        await until(`${api.url} ${what}`, () => isSo(api), WITHIN_MS)
        return []
      } catch (error) {
        const { message, cause } = error as Error
        const rows = [...(cause === undefined ? [] : [String(cause)]), ...warningsOf(api)]
        return [{ invariant: 'what is mended works again', what: message, operations: [], rows }]
      }
    }),
  )
  return (await Promise.all(missed)).flat()
}

async function isCached(api: Api): Promise<boolean> {
  const hits = await api.lookups('hit')
  await api.call('/api/v1/concerts', { headers: new Buyer(USER).headers })
  return (await api.lookups('hit')) > hits
}

async function canBeJoined(api: Api): Promise<boolean> {
  return (await api.call(`/api/v1/queue/users/${USER}`, { method: 'POST' })).status === 200
}

/** The last of each kind. */
function warningsOf({ child }: Api): string[] {
  const lines = child.stdout.split('\n').filter((line) => /^\{"level":"(warn|error|fatal)"/.test(line))
  return [...new Map(lines.map((line) => [/"event":"([^"]+)"/.exec(line)?.[1], line])).values()]
}
