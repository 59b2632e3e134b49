import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Drillbook, until } from '../support/drillbook.ts'
import { query } from '../support/prometheus.ts'

/** The keeper's lease, and what undoing and reading back may take on top. */
const LEASE_MS = 15_000
const GRACE_MS = 10_000

/** Whatever is killed and whenever: the system is healthy again by itself. */
let drillbook: Drillbook
beforeAll(async () => {
  drillbook = new Drillbook(2000)
  await drillbook.up()
}, 120_000)
afterEach(() => drillbook.endLeft(), 60_000)
afterAll(() => drillbook.remove(), 60_000)

const supervisorctl = (...args: string[]) =>
  execFileSync('supervisorctl', ['-c', join(drillbook.labDir, 'supervisord.conf'), ...args], { encoding: 'utf8' })

/** The states of the keeper's sessions: it remembers one. */
async function sessions(): Promise<string[]> {
  const token = readFileSync(join(drillbook.labDir, 'secrets', 'keeper'), 'utf8').trim()
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`${drillbook.url(18199)}/v1/sessions`, { headers })
  const body = (await response.json()) as { sessions: { state: string }[] }
  return body.sessions.map((session) => session.state)
}

/** Everything that a drill may have changed, as the parts themselves tell it. */
async function health() {
  const token = readFileSync(join(drillbook.labDir, 'secrets', 'ops'), 'utf8').trim()
  const instances = await Promise.all(
    [18101, 18102].map(async (port) => {
      const response = await fetch(`${drillbook.url(port)}/state`, { headers: { authorization: `Bearer ${token}` } })
      const { cache, protection, banner } = (await response.json()) as {
        cache: { source: string; bypass: boolean; breaker: string }
        protection: { enabled: boolean }
        banner: unknown
      }
      return { ...cache, protected: protection.enabled, banner }
    }),
  )
  const one = async (promql: string) => (await query(drillbook.url(19090), promql))[0]?.[1]
  return {
    instances,
    sessions: await sessions(),
    faults: await one('sum(drillbook_fault_active)'),
    cachesUp: await one('min(redis_up)'),
    replicas: await one('redis_connected_slaves{instance="redis-cache"}'),
    // Of the last second, not of the rules' window: a rate over six seconds is healthy six seconds late.
    hitting: await one(
      'sum(irate(cache_lookups_total{result="hit"}[4s])) / sum(irate(cache_lookups_total[4s])) > bool 0.9',
    ),
    failing: await one('sum(irate(operation_outcomes_total{outcome="failed"}[4s]))'),
  }
}

const instance = { source: 'primary', bypass: false, breaker: 'closed', protected: true, banner: null }
const HEALTHY = {
  instances: [instance, instance],
  sessions: ['ended'],
  faults: 0,
  cachesUp: 1,
  replicas: 1,
  hitting: 1,
  failing: 0,
}

async function isHealthySoon(since: number): Promise<void> {
  const left = LEASE_MS + GRACE_MS - (performance.now() - since)
  await until('a healthy system', left, health, (seen) => JSON.stringify(seen) === JSON.stringify(HEALTHY))
}

/** What they wait for may have happened already: they may be over before anybody outside hears that they have begun. */
const MAY_BE_SHORT = ['confirm', 'notify', 'mitigate', 'recover', 'resolve']

describe('kill -9', () => {
  test.each([
    ['cache-outage', 'inject'],
    ['cache-outage', 'confirm'],
    ['cache-outage.hung-unprotected', 'detect'],
    ['cache-outage', 'notify'],
    ['cache-outage.hung-unprotected', 'walk'],
    ['cache-outage', 'mitigate'],
    ['cache-outage', 'recover'],
    ['cache-outage', 'resolve'],
    ['cache-outage', 'roll back'],
  ])('of a drill (%s) in its phase %s leaves a healthy system within lease + 10 s', async (name, phase) => {
    const begins = `▸ ${phase}\n`
    const command = ['drill', 'run', name, '--unattended']
    const supervisord = Number(supervisorctl('pid').trim())
    // Who injects asks it to: while it stands still, the drill cannot get beyond the middle of its injection.
    if (phase === 'inject') process.kill(supervisord, 'SIGSTOP')
    const drill = MAY_BE_SHORT.includes(phase) ? drillbook.startToDie(begins, ...command) : drillbook.start(...command)
    try {
      await drill.says(begins)
      // Not before there is something to undo.
      if (phase === 'inject') await until('a session', 30_000, sessions, (states) => states.includes('live'))
      drill.child.kill('SIGKILL')
    } finally {
      process.kill(supervisord, 'SIGCONT')
    }
    const killed = performance.now()
    await drill.ended
    const { verdict, phases } = drillbook.journal()
    expect({ verdict, phase: phases.at(-1)?.name }).toEqual({ verdict: 'running', phase })
    await isHealthySoon(killed)

    const list = await drillbook.must('drill', 'list')
    expect(list.stderr).toContain('did not finish: its process was killed')
    expect(drillbook.journal().verdict).toBe('aborted')
  })

  test('of a drill in the middle of an act of the runbook restores the layout of the caches', async () => {
    const drill = drillbook.start('drill', 'run', 'cache-outage', '--unattended')
    await drill.says('use-standby-cache')
    drill.child.kill('SIGKILL')
    const killed = performance.now()
    await drill.ended
    await isHealthySoon(killed)
    const undo = await drillbook.must('drill', 'undo')
    expect(undo.stdout).toContain('Nothing is left to undo')
  })

  test('of the keeper and the drill at once leaves a healthy system within lease + 10 s', async () => {
    const drill = drillbook.start('drill', 'run', 'cache-outage', '--unattended')
    await drill.says('▸ detect\n')
    const keeper = Number(supervisorctl('pid', 'keeper').trim())
    process.kill(keeper, 'SIGKILL')
    drill.child.kill('SIGKILL')
    const killed = performance.now()
    await drill.ended
    await isHealthySoon(killed)
    expect(Number(supervisorctl('pid', 'keeper').trim())).not.toBe(keeper)
  })

  test('of the keeper alone does not even stop the drill', async () => {
    const drill = drillbook.start('drill', 'run', 'cache-outage', '--unattended')
    await drill.says('▸ detect\n')
    process.kill(Number(supervisorctl('pid', 'keeper').trim()), 'SIGKILL')
    const { status, stderr } = await drill.ended
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
  })
})
