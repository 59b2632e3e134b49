import { setTimeout as delay } from 'node:timers/promises'
import { formatDuration, parseDuration } from '@drillbook/content/duration'
import { CliError } from '@drillbook/content/errors'
import { printable } from '@drillbook/content/text/printable'
import { context } from '../context.ts'
import { keeperOf } from '../drill/admit.ts'
import { Lease } from '../drill/lease.ts'
import type { KeeperClient } from '../keeper/client.ts'
import { type FaultRecord, isOn, isOpen, MANUAL, type Session, type UndoRecord } from '../keeper/session.ts'
import type { Stdio } from '../stdio.ts'

interface Options {
  env?: string
  json?: boolean
}

/** How long a fault started by hand lasts unless --for says something else. */
const DEFAULT_FOR = '5m'
const LEASE_SECONDS = 15

/** The faults of the environment, and which are on. */
export async function list(stdio: Stdio, options: Options): Promise<void> {
  const { environment } = context(stdio, options)
  const session = environment.keeper === undefined ? undefined : await keeperOf(environment).current()
  const open = isOpen(session) ? session : undefined
  const rows = [...environment.faults].map(([name, fault]) => {
    const record = open?.faults.find((f) => f.name === name && isOn(f))
    return { name, summary: fault.summary ?? '', active: record !== undefined, since: record?.startedAt ?? null }
  })
  if (options.json === true) return stdio.out(`${JSON.stringify(rows, null, 2)}\n`)
  for (const { name, summary, active } of rows) {
    stdio.out(`${active ? stdio.style('red', 'ON ', 'out') : 'off'}  ${name.padEnd(24)} ${printable(summary)}\n`)
  }
}

/**
 * Starts a fault. Holds it in the foreground until --for is over or Ctrl-C; with --detach the keeper alone holds it,
 * and Ctrl-C before it is on undoes it.
 */
export async function start(
  stdio: Stdio,
  options: Options & { name: string; for?: string; detach?: boolean },
): Promise<void> {
  const { environment } = context(stdio, options)
  if (!environment.drillsAllowed) throw new CliError('refused', `drills are not allowed in ${environment.name}`)
  if (environment.production) {
    throw new CliError('refused', `${environment.name} is production: a fault is only injected there by a drill`, {
      hint: 'drillbook drill run asks the people who are there first.',
    })
  }
  const keeper = keeperOf(environment)
  const lastsMs = parseDuration(options.for ?? DEFAULT_FOR)
  if (lastsMs === undefined || lastsMs < 1000) {
    throw new CliError('usage', `--for is a duration of at least 1s, like 90s or 5m, not ${options.for}`)
  }
  const lastsSeconds = Math.ceil(lastsMs / 1000)
  const session = await keeper.open({
    drill: MANUAL,
    incident: MANUAL,
    rollbacks: [],
    leaseSeconds: options.detach === true ? lastsSeconds : LEASE_SECONDS,
    hardLimitSeconds: lastsSeconds,
  })
  if (options.detach === true) {
    const fault = await injected(keeper, session.id, options.name)
    if (stdio.signal.aborted) {
      refuseLeftOn(options.name, await stopFault(keeper, options.name))
      throw new CliError('interrupted', `interrupted: ${options.name} was undone again`)
    }
    tell(
      stdio,
      options,
      { ...fault, until: session.leaseUntil },
      `${options.name} is on until ${session.leaseUntil}. To end it sooner: drillbook fault stop ${options.name}`,
    )
    return
  }
  const lease = new Lease(keeper, session)
  try {
    await injected(keeper, session.id, options.name)
    stdio.err(`${options.name} is on for ${formatDuration(lastsMs)}; Ctrl-C ends it.\n`)
    const end = Date.now() + lastsMs
    while (!stdio.signal.aborted && lease.lost === undefined && Date.now() < end) {
      await delay(200, undefined, { signal: stdio.signal }).catch(() => undefined)
    }
  } finally {
    lease.stop()
  }
  report(stdio, options, options.name, await stopFault(keeper, options.name))
}

/** A fault that could not be started is undone at once: it may be on in part. */
async function injected(keeper: KeeperClient, session: string, name: string): Promise<FaultRecord> {
  try {
    return await keeper.inject(session, name)
  } catch (error) {
    await stopFault(keeper, name)
    throw error
  }
}

/** Undoes a fault and reads back. A fault that is not on is fine: it is off. */
export async function stop(stdio: Stdio, options: Options & { name: string }): Promise<void> {
  const { environment } = context(stdio, options)
  if (!environment.faults.has(options.name)) {
    throw new CliError('usage', `the environment ${environment.name} knows no fault ${options.name}`, {
      hint: `It knows: ${[...environment.faults.keys()].join(', ') || 'none'}.`,
    })
  }
  report(stdio, options, options.name, await stopFault(keeperOf(environment), options.name))
}

/** The session goes with its last fault. */
async function stopFault(keeper: KeeperClient, name: string): Promise<UndoRecord | undefined> {
  const session = await keeper.current()
  if (session === undefined) return undefined
  const undone = ofFault(session, name)
  if (session.state !== 'live')
    return isOpen(session) ? (await keeper.end(session.id)).find((u) => u.what === name) : undone
  if (session.drill !== MANUAL) {
    throw new CliError('refused', `${name} belongs to the drill ${session.drill}`, {
      hint: 'End it with: drillbook drill undo',
    })
  }
  const others = session.faults.some((f) => f.name !== name && isOn(f))
  if (others) return keeper.revert(session.id, name)
  return (await keeper.end(session.id)).find((u) => u.what === name)
}

function ofFault(session: Session, name: string): UndoRecord | undefined {
  return session.undo.find((u) => u.what === name)
}

function refuseLeftOn(name: string, undone: UndoRecord | undefined): void {
  if (undone === undefined || undone.ok) return
  const why = undone.error ?? `read-back ${undone.readBack}`
  throw new CliError('expectation_failed', `${name} could not be undone: ${why}`, {
    hint: 'The keeper tries again every half minute; see: drillbook fault list',
  })
}

function report(stdio: Stdio, options: Options, name: string, undone: UndoRecord | undefined): void {
  refuseLeftOn(name, undone)
  const text = undone === undefined ? `${name} was not on` : `${name} is off (read-back ${undone.readBack})`
  tell(stdio, options, { name, undo: undone ?? null }, text)
}

function tell(stdio: Stdio, options: Options, value: unknown, text: string): void {
  stdio.out(options.json === true ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`)
}
