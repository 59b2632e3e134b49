import { setTimeout as pause } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { loot, TOKEN_ATTACKS } from '../../reference-app/test/support/token-attacks.ts'
import { until } from '../../reference-app/test/support/until.ts'
import { type PlaceBody, placeOf, WaitingStack } from '../../reference-app/test/support/waiting-stack.ts'
import type { Row } from './row.ts'

const USERS = 10_000
const RETRIES = 0.2
const AT_ONCE = 100
const CAP = 100
/** Admitted and leaving again while the cap goes up and down. */
const THROUGH = 3_000
/** Nobody asks while this runs: it must not end a stay. */
const ENV = {
  WAITING_ROOM_CAPACITY: String(CAP),
  WAITING_ROOM_ADMISSIONS_PER_SECOND: '1000',
  WAITING_ROOM_ABANDONED_AFTER_SECONDS: '3600',
}

/** One user's joining: sent first, answered first, in milliseconds, and every token that was answered. */
interface Joined {
  sentAt: number
  answeredAt: number
  tokens: Set<string>
}

/** Two instances, one waiting room, and the rows and keys afterwards: what clients count is no evidence. */
export async function run(progress: (text: string) => void): Promise<Row[]> {
  const stack = await WaitingStack.start(ENV)
  const cap = new Cap(stack)
  try {
    const joined = await everybodyJoins(stack, progress)
    const rows = [...(await lineRows(stack, joined))]
    await peoplePass(stack, joined, cap, progress)
    rows.push(...(await admissionRows(stack, cap)))
    rows.push(await attackRow(stack))
    return rows
  } finally {
    cap.stop()
    await stack.remove()
  }
}

/** 10,000 users in a shuffled order, one in five twice; Redis loses its connections, then its process, then its data. */
async function everybodyJoins(stack: WaitingStack, progress: (text: string) => void): Promise<Map<number, Joined>> {
  const agent = new Agent({ connections: AT_ONCE })
  const joined = new Map<number, Joined>()
  let failures = 0
  const call = async (userId: number, instance: number): Promise<void> => {
    const entry = joined.get(userId) ?? { sentAt: performance.now(), answeredAt: 0, tokens: new Set<string>() }
    joined.set(userId, entry)
    for (;;) {
      const url = `${stack.apis[instance % 2]?.url}/api/v1/queue/users/${userId}`
      const { statusCode, body } = await request(url, { method: 'POST', dispatcher: agent })
      const answer = (await body.json()) as PlaceBody
      if (statusCode === 200) {
        entry.answeredAt ||= performance.now()
        entry.tokens.add(answer.token)
        return
      }
      failures += 1
      await pause(50)
    }
  }
  const cuts = new Map<number, [string, () => Promise<unknown>]>([
    [USERS * 0.3, ['connections cut', () => stack.queue.use((redis) => redis.client('KILL', 'TYPE', 'NORMAL'))]],
    [USERS * 0.5, ['killed and restarted', () => stack.queue.restart()]],
    [USERS * 0.8, ['all data gone', () => stack.queue.use((redis) => redis.flushall())]],
  ])
  let next = 0
  const pending: Promise<unknown>[] = []
  const startedAt = performance.now()
  const worker = async () => {
    while (next < USERS) {
      next += 1
      const cut = cuts.get(next)
      if (cut !== undefined) {
        progress(`after ${next} joins: ${cut[0]}`)
        pending.push(cut[1]())
      }
      const userId = 1 + ((next * 7_919) % USERS)
      const twice = next % (1 / RETRIES) === 0
      await Promise.all([call(userId, next), ...(twice ? [call(userId, next + 1)] : [])])
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  await Promise.all(pending)
  await agent.close()
  progress(
    `${USERS} joined in ${((performance.now() - startedAt) / 1000).toFixed(1)} s; ${failures} calls were refused with 503 and sent again`,
  )
  return joined
}

async function lineRows(stack: WaitingStack, joined: Map<number, Joined>): Promise<Row[]> {
  const rows = await stack.postgres.query<{ user_id: number; seq: string }>(
    'select user_id, seq from waiting_room_journal where ended_as is null order by seq',
  )
  const seqs = new Map(rows.map(({ user_id, seq }) => [user_id, Number(seq)]))
  const counts = await stack.counts()
  const severalTokens = [...joined.values()].filter(({ tokens }) => tokens.size !== 1).length
  const duplicates = rows.length - seqs.size + severalTokens + Math.abs(counts.admitted + counts.waiting - USERS)
  const waiting = await stack.order()
  const asWritten = rows.map(({ user_id }) => user_id).slice(-waiting.length)
  const misplaced = waiting.filter((userId, place) => userId !== asWritten[place]).length
  const inversions = outOfTurn(joined, seqs) + misplaced
  const figure = `${USERS} joins, 20 % twice, Redis cut off, killed and emptied`
  return [
    { figure: `${figure}: duplicates`, measured: String(duplicates), goal: '0', reached: duplicates === 0 },
    { figure: `${figure}: inversions`, measured: String(inversions), goal: '0', reached: inversions === 0 },
  ]
}

/** Users who asked only after somebody else had been answered, and yet stand in front of that one. */
function outOfTurn(joined: Map<number, Joined>, seqs: Map<number, number>): number {
  const all = [...joined].map(([userId, entry]) => ({ ...entry, seq: seqs.get(userId) ?? 0 }))
  const answered = all.toSorted((a, b) => a.answeredAt - b.answeredAt)
  let highest = 0
  let index = 0
  let count = 0
  for (const { sentAt, seq } of all.toSorted((a, b) => a.sentAt - b.sentAt)) {
    for (let entry = answered[index]; entry !== undefined && entry.answeredAt < sentAt; entry = answered[index]) {
      highest = Math.max(highest, entry.seq)
      index += 1
    }
    if (seq <= highest) count += 1
  }
  return count
}

/** Looks every 50 ms how many are in. */
class Cap {
  samples = 0
  above = 0
  highest = 0
  private allowed = CAP
  private readonly stack: WaitingStack
  private readonly timer: NodeJS.Timeout

  constructor(stack: WaitingStack) {
    this.stack = stack
    this.timer = setInterval(() => void this.sample().catch(() => undefined), 50) // Redis is away now and then: no sample
  }

  /** What is lowered holds for admissions from then on: whoever is in stays, so the samples follow when it was reached. */
  async set(capacity: number): Promise<void> {
    if (capacity > this.allowed) this.allowed = capacity
    await this.stack.queue.use((redis) => redis.hset('waiting-room:state', 'capacity', capacity))
    if (capacity < this.allowed) {
      await until('the house is emptier', async () => (await this.stack.counts()).admitted <= capacity)
      this.allowed = capacity
    }
  }

  stop(): void {
    clearInterval(this.timer)
  }

  private async sample(): Promise<void> {
    const allowed = this.allowed
    const { admitted } = await this.stack.counts()
    this.samples += 1
    this.highest = Math.max(this.highest, admitted)
    if (admitted > Math.max(allowed, this.allowed)) this.above += 1
  }
}

/** Whoever is in leaves at once, so that the line moves as fast as it may. */
async function peoplePass(
  stack: WaitingStack,
  joined: Map<number, Joined>,
  cap: Cap,
  progress: (text: string) => void,
): Promise<void> {
  const startedAt = performance.now()
  let left = 0
  let going = true
  const leaving = async () => {
    while (going) {
      const inside = await stack.queue.use((redis) => redis.zrange('waiting-room:admitted', '0', '49'))
      await Promise.all(
        inside.map(async (user) => {
          const [token = ''] = joined.get(Number(user))?.tokens ?? []
          if ((await stack.leave(Number(user), token)).status === 204) left += 1
        }),
      )
    }
  }
  const people = leaving()
  for (const capacity of [CAP / 2, CAP * 2, CAP / 4, CAP]) {
    const goal = left + THROUGH / 4
    await cap.set(capacity)
    await until(`${goal} have passed`, () => left >= goal, 60_000)
  }
  going = false
  await people
  progress(`${left} passed in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
}

async function admissionRows(stack: WaitingStack, cap: Cap): Promise<Row[]> {
  const inversions = await stack.metric('waiting_room_order_inversions_total')
  const admitted = await stack.metric('waiting_room_admitted_total')
  await until('the journal has them', async () => {
    const [row] = await stack.postgres.query<{ late: string }>(
      `select count(*) as late from (select seq, max(seq) over (order by admitted_until, seq rows between unbounded preceding and 1 preceding)
        as before from waiting_room_journal where admitted_until is not null) as admission where seq < before`,
    )
    return Number(row?.late) === 0
  }).catch(() => undefined)
  const [row] = await stack.postgres.query<{ late: string }>(
    `select count(*) as late from (select seq, max(seq) over (order by admitted_until, seq rows between unbounded preceding and 1 preceding)
      as before from waiting_room_journal where admitted_until is not null) as admission where seq < before`,
  )
  const late = Number(row?.late)
  return [
    {
      figure: 'admitted out of turn, by the metric and by the journal',
      measured: `${inversions} and ${late} of ${admitted}`,
      goal: '0 and 0',
      reached: inversions === 0 && late === 0,
    },
    {
      figure: 'admitted above the cap, in samples of 50 ms',
      measured: `${cap.above} of ${cap.samples}`,
      goal: '0',
      reached: cap.above === 0 && cap.samples > 100,
    },
  ]
}

/** Each attack against the gate: refused, and no seat is held. */
async function attackRow(stack: WaitingStack): Promise<Row> {
  await stack.queue.use((redis) => redis.hset('waiting-room:state', 'capacity', USERS * 2, 'rate', USERS * 2))
  await until('nobody waits', async () => (await stack.counts()).waiting === 0)
  const victim = USERS + 1
  const join = async (userId: number) => {
    const { token, status } = placeOf(await stack.join(userId))
    if (status !== 'admitted') throw new Error(`user ${userId} should be in`)
    return token
  }
  const stolen = await loot(victim, join, (userId, token) => stack.leave(userId, token))
  const attacks = Object.values(TOKEN_ATTACKS)
  let refused = 0
  for (const attack of attacks) {
    const { status } = await stack.reserve(victim, attack(stolen), 1)
    if (status === 401 || status === 403) refused += 1
  }
  const held = await stack.postgres.query('select from reservation')
  const control = await stack.reserve(victim, stolen.genuine, 1)
  return {
    figure: 'token attacks refused (and the genuine token taken)',
    measured: `${refused} of ${attacks.length}`,
    goal: 'all, at least 12',
    reached: refused === attacks.length && refused >= 12 && held.length === 0 && control.status === 200,
  }
}
