import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CliError, messageOf } from '@drillbook/content/errors'
import { DEFAULT_API_INSTANCES, isSpareInstance } from '../parts/api-instances.ts'
import { DATABASE, PARTS, type Part } from '../parts/parts.ts'
import type { Ports } from '../parts/ports.ts'
import type { Probe } from '../parts/probe.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'

export interface StartOptions {
  dir: string
  ports: Ports
  supervisor: Supervisor
  /** Resolves when the cluster's files are there: `postgres` is not started before. */
  cluster: Promise<void>
  prepareDatabase(): Promise<void>
  onReady(name: string): void
  signal: AbortSignal
}

/** Generous: on two busy cores the whole lab takes a third of it. */
export const READY_LIMIT_MS = 45_000
const PROBE_EVERY_MS = 60

/**
 * Starts every part as soon as what it needs is ready. Rejects with the first that fails; the caller then ends the
 * rest.
 */
export async function startParts(options: StartOptions): Promise<void> {
  const ready = new Map<string, Promise<void>>()
  const after = async (names: readonly string[]) => {
    for (const name of names) await ready.get(name)
  }
  const begin = (name: string, needs: readonly string[], work: () => Promise<void>) => {
    const done = Promise.resolve()
      .then(() => after(needs))
      .then(work)
      .then(() => options.onReady(name))
    done.catch(() => {}) // reported by Promise.all below; those that wait for it are not unhandled rejections
    ready.set(name, done)
  }
  begin(DATABASE, ['postgres'], options.prepareDatabase)
  const parts = PARTS.filter(({ name }) => !isSpareInstance(name, DEFAULT_API_INSTANCES))
  for (const part of parts) begin(part.name, part.needs, () => startPart(part, options))
  await Promise.all(ready.values())
}

/** Resolves when it is ready. */
export async function startPart(part: Part, options: Omit<StartOptions, 'prepareDatabase' | 'onReady'>): Promise<void> {
  if (part.name === 'postgres') await options.cluster
  options.signal.throwIfAborted()
  await options.supervisor.start(part.name).catch((error) => {
    throw new CliError('unreachable', `${part.name} cannot be started: ${messageOf(error)}`, { cause: error })
  })
  await waitUntilReady(part.name, part.probe(options.ports), options, () => refuseDead(part, options))
}

/** Throws `unreachable` with the last reason when it takes too long. */
export async function waitUntilReady(
  name: string,
  probe: Probe,
  { signal }: { signal: AbortSignal },
  check: () => Promise<void> = async () => {},
): Promise<void> {
  const until = performance.now() + READY_LIMIT_MS
  for (let round = 1; ; round++) {
    signal.throwIfAborted()
    const reason = await probe().catch(messageOf)
    if (reason === undefined) return
    if (round % 5 === 0) await check()
    if (performance.now() > until) {
      throw new CliError('unreachable', `${name} was not ready within ${READY_LIMIT_MS / 1000} s: ${reason}`, {
        hint: `Look at its log: drillbook lab logs${PARTS.some((p) => p.name === name) ? ` ${name}` : ''}`,
      })
    }
    await sleep(PROBE_EVERY_MS, undefined, { signal })
  }
}

/** A program that ends right after its start will not get better by waiting: say at once what it said last. */
async function refuseDead(part: Part, { supervisor, dir }: { supervisor: Supervisor; dir: string }): Promise<void> {
  const state = (await supervisor.programs()).find((p) => p.name === part.name)
  if (state === undefined || !['BACKOFF', 'FATAL', 'EXITED'].includes(state.statename)) return
  const log = join(dir, 'logs', `${part.name}.log`)
  const lines = lastLines(log, 8)
  const said = lines.length === 0 ? 'It wrote nothing.' : `It wrote:\n${lines.map((l) => `  ${l}`).join('\n')}`
  throw new CliError(
    'unreachable',
    `${part.name} ended right after its start${state.spawnerr ? ` (${state.spawnerr})` : ''}. ${said}`,
    {
      hint: `Its log is ${log}; it stays until the next \`lab up\` or \`lab down\`.`,
    },
  )
}

export function lastLines(file: string, count: number): string[] {
  if (count === 0) return []
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).filter(Boolean)
  } catch {
    return [] // it never wrote
  }
}
