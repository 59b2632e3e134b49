import { setTimeout } from 'node:timers/promises'
import { Client } from './client.ts'
import { type Outage, play } from './faults.ts'
import type { Ground } from './ground.ts'
import { History } from './history.ts'
import type { Violation } from './model/evidence.ts'
import { check } from './model/model.ts'
import { faultsOf, stepsOf } from './plan.ts'
import { PROFILES, type Profile, type ProfileName } from './profile.ts'
import { takeSnapshot } from './snapshot.ts'
import { System } from './system.ts'
import { Wallet } from './wallet.ts'
import { act } from './workload.ts'

/** Pause between two looks at the rows while the run goes on. Milliseconds. */
const LOOK_EVERY_MS = 250
/** For what is unknown when the run is over: longer than the longest that a request may take. Milliseconds. */
const SETTLE_MS = 20_000

export interface RunOptions {
  seed: number
  profile: ProfileName
  seconds: number
  ground: Ground
  /** The reference-app, or a patched copy of it. */
  folder: string
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
}

/** One run, up to its first violation. Rejects when the system cannot be started or a fault not be mended: then nothing is known. */
export async function run({ seed, profile: profileName, seconds, ground, folder }: RunOptions): Promise<Verdict> {
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
  }
  const stop = new AbortController()
  const patience = new AbortController()
  const look = () => lookAt(system, profile, verdict)
  try {
    const faults = play(system, history, faultsOf(seed, profile, seconds), outages, stop.signal)
    const clients = clientsOf(seed, profile, system, history, stop.signal, patience.signal)
    const ended = AbortSignal.timeout(seconds * 1_000)
    while (!ended.aborted && verdict.violations.length === 0) {
      await setTimeout(LOOK_EVERY_MS)
      await look().catch(() => (verdict.looks.missed += 1)) // a fault: the next look sees the same rows and more
    }
    stop.abort()
    if (verdict.violations.length > 0) patience.abort()
    const impatience = global.setTimeout(() => patience.abort(), SETTLE_MS)
    await Promise.all([faults, clients])
    clearTimeout(impatience)
    if (verdict.violations.length === 0) await look()
    return verdict
  } finally {
    stop.abort()
    patience.abort()
    await system.remove()
  }
}

async function lookAt(system: System, { holdLimit, capacity }: Profile, verdict: Verdict): Promise<void> {
  const snapshot = await takeSnapshot(system.databaseUrl)
  verdict.looks.taken += 1
  verdict.violations = check({ history: verdict.history, snapshot, rules: { holdLimit, capacity } })
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
