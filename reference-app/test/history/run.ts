import { setTimeout } from 'node:timers/promises'
import { endedByThemselves, type Trouble, troublesOf } from '../support/processes.ts'
import { until } from '../support/until.ts'
import { browse } from './browse.ts'
import { Client } from './client.ts'
import { type Outage, play } from './faults.ts'
import type { Ground } from './ground.ts'
import { History, now } from './history.ts'
import type { Violation } from './model/evidence.ts'
import { check } from './model/model.ts'
import { faultsOf, stepsOf } from './plan.ts'
import type { Profile } from './profile.ts'
import { PROFILES, type ProfileName } from './profiles.ts'
import { type OrderPaymentRow, type Snapshot, takeSnapshot } from './snapshot.ts'
import { System } from './system.ts'
import { Wallet } from './wallet.ts'
import { act } from './workload.ts'

/** Pause between two looks at the rows while the run goes on. Milliseconds. */
const LOOK_EVERY_MS = 250
/** For what is unknown when the run is over: longer than the longest that a request may take. Milliseconds. */
const SETTLE_MS = 20_000
/** A run goes on until it has done so many operations for each of its seconds, and every planned fault: on a busy machine it takes longer. */
const OPERATIONS_PER_SECOND = 20
/** But not for ever. Milliseconds. */
const LONGEST_MS = 300_000
/** For Postgres to answer when nothing is broken any more. Milliseconds. */
const LAST_LOOK_MS = 60_000

export interface RunOptions {
  seed: number
  profile: ProfileName
  /** At least. */
  seconds: number
  ground: Ground
  /** The reference-app, or a patched copy of it. */
  folder: string
  /** Goes on after its first violation until one of these is broken. Absent: the first is enough. */
  breaks?: readonly string[]
}

export interface Verdict {
  seed: number
  profile: ProfileName
  seconds: number
  history: History
  outages: Outage[]
  /** How often the model looked, and how often it could not because Postgres did not answer. */
  looks: { taken: number; missed: number }
  /** None: nothing was found. */
  violations: Violation[]
  /** From the logs, once the run is over. */
  troubles: Trouble[]
}

/** One run, up to its first violation that counts. Rejects when the system cannot be started or a fault not be mended: then nothing is known. */
export async function run({
  seed,
  profile: profileName,
  seconds,
  ground,
  folder,
  breaks,
}: RunOptions): Promise<Verdict> {
  const profile: Profile = PROFILES[profileName]
  const system = await System.start(ground, folder, profile)
  const history = new History()
  const outages: Outage[] = []
  const verdict: Verdict = {
    seed,
    profile: profileName,
    seconds,
    history,
    outages,
    looks: { taken: 0, missed: 0 },
    violations: [],
    troubles: [],
  }
  const stop = new AbortController()
  const patience = new AbortController()
  const look = () => lookAt(system, profile, verdict)
  const isFound = () => verdict.violations.some(({ invariant }) => breaks === undefined || breaks.includes(invariant))
  try {
    const faults = play(system, history, faultsOf(seed, profile, seconds), outages, stop.signal)
    const clients = clientsOf(seed, profile, system, history, stop.signal, patience.signal)
    const browsing = 'redis-hung' in profile.faults ? browsersOf(profile, system, stop.signal) : undefined
    const mended = { yet: false }
    faults.then(
      () => (mended.yet = true),
      () => (mended.yet = true), // reported below
    )
    const hasEnded = () => {
      const ms = now() - history.startedAt
      const done = history.operations.length >= seconds * OPERATIONS_PER_SECOND && mended.yet
      return ms >= LONGEST_MS || (ms >= seconds * 1_000 && done)
    }
    while (!hasEnded() && !isFound()) {
      await setTimeout(LOOK_EVERY_MS)
      await look().catch(() => (verdict.looks.missed += 1)) // a fault: the next look sees the same rows and more
    }
    stop.abort()
    if (isFound()) patience.abort()
    const impatience = global.setTimeout(() => patience.abort(), SETTLE_MS)
    await Promise.all([faults, clients, browsing])
    clearTimeout(impatience)
    if (!isFound()) await until('the rows can be read', () => look().then(() => true), LAST_LOOK_MS)
    if (verdict.violations.length === 0 && system.hasOffice) await settle(system, verdict, look)
    if (verdict.violations.length === 0) verdict.violations = await system.unrecovered()
    verdict.troubles = troublesOf(system.processes)
    return verdict
  } finally {
    stop.abort()
    patience.abort()
    await system.remove()
  }
}

/** Nobody orders any more and nothing fails any more: every order comes to its end. */
async function settle(system: System, verdict: Verdict, look: () => Promise<Snapshot>): Promise<void> {
  await system.endLeases()
  const isOpen = ({ state }: OrderPaymentRow) => state === 'requested' || state === 'charging'
  const open = ({ orderPayments }: Snapshot) => orderPayments.filter(isOpen)
  const deadline = now() + LONGEST_MS
  for (;;) {
    const snapshot = await until('the rows can be read', look, LAST_LOOK_MS)
    if (verdict.violations.length > 0 || (snapshot.pendingEvents === 0 && open(snapshot).length === 0)) return
    if (now() > deadline) {
      const what = `${snapshot.pendingEvents} events and ${open(snapshot).length} payments are still under way after ${LONGEST_MS} ms`
      verdict.violations = [{ invariant: 'every order comes to its end', what, operations: [], rows: open(snapshot) }]
      return
    }
    await setTimeout(LOOK_EVERY_MS)
  }
}

async function lookAt(system: System, { holdLimit, capacity }: Profile, verdict: Verdict): Promise<Snapshot> {
  const snapshot = await takeSnapshot(system.databaseUrl)
  verdict.looks.taken += 1
  const { history, outages } = verdict
  const charges = system.hasOffice ? system.office.charges : undefined
  const ended = endedByThemselves(system.processes)
  verdict.violations = check({ history, snapshot, charges, outages, ended, rules: { holdLimit, capacity } })
  return snapshot
}

async function browsersOf({ instances }: Profile, system: System, stop: AbortSignal): Promise<void> {
  await Promise.all(Array.from({ length: instances }, (_, n) => browse(() => system.target(n).url, stop)))
}

async function clientsOf(
  seed: number,
  profile: Profile,
  system: System,
  history: History,
  stop: AbortSignal,
  patience: AbortSignal,
): Promise<void> {
  const wallets = Array.from({ length: profile.users }, () => new Wallet())
  const acting = Array.from({ length: profile.clients }, async (_, id) => {
    const user = id % profile.users
    const wallet = wallets[user] ?? new Wallet()
    const client = new Client(history, id, user + 1)
    const target = (n: number) => system.target(id + n)
    await act({ client, wallet, steps: stepsOf(seed, profile, id), target, stop, patience })
    await client.send(target(0), { kind: 'balance' })
  })
  await Promise.all(acting)
}
