import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Journal } from '../../cli/src/drill/journal.ts'
import { Drillbook } from '../support/drillbook.ts'

/** Mistakes about causes, planted in a copy of the content of `triage`: each drill has to find its own and name it. */
let drillbook: Drillbook

function plant(file: string, find: string, replacement: string): void {
  const path = join(drillbook.dir, file)
  const before = readFileSync(path, 'utf8')
  const after = before.replace(find, replacement)
  if (after === before) throw new Error(`nothing was planted in ${path}`)
  writeFileSync(path, after)
}

async function drilled(name: string): Promise<Journal> {
  const { stdout } = await drillbook.run('drill', 'run', name, '--unattended', '--json')
  return JSON.parse(stdout)
}

beforeAll(async () => {
  drillbook = new Drillbook(4000)
  plant(
    'environments/lab/actions/load.yaml',
    'ops: { on: api, method: PUT, path: /drills/failing-share, json: { share: 0 } }',
    'exec: ["true"]',
  )
  plant('environments/lab/faults/release.yaml', 'delayMs: 3000', 'delayMs: 0')
  await drillbook.up()
}, 120_000)
afterAll(() => drillbook.remove(), 60_000)

describe('a drill of triage', () => {
  test('fails when the act that has to mend changes nothing, and says that the rollback mended it', async () => {
    const { verdict, mitigatedBy, reasons } = await drilled('triage.one-in-five-fails')
    expect({ verdict, mitigatedBy }).toEqual({ verdict: 'failed', mitigatedBy: 'rollback' })
    expect(reasons.join('\n')).toMatch(/the runbook was walked, but did not mitigate: service:http_errors:ratio1m/)
  })

  test('fails when the fault changes nothing, and names the symptom that is missing', async () => {
    const { verdict, reasons } = await drilled('triage.unknown')
    expect(verdict).toBe('failed')
    expect(reasons.join('\n')).toMatch(/confirm: .*service:http_request_duration_seconds:p99_1m/)
  })

  test("fails when the act of another cause runs, although the right one mended it, and names that cause's act", async () => {
    plant('runbooks/triage.md', '"optional":"true","when":"release-is-new"', '"optional":"true"')
    const { verdict, reasons, checks } = await drilled('triage.traffic-gone')
    expect(verdict).toBe('failed')
    expect(reasons.join('\n')).toContain("the wrong cause's act ran: roll-back-release")
    expect(checks.find(({ name }) => name === "no other cause's act ran")).toMatchObject({ state: 'failed' })
  })

  test('is refused when the label of its alert names another incident, and names the alert', async () => {
    plant('alerts/rules/triage.yaml', 'incident: triage', 'incident: cache-outage')
    const { status, stderr } = await drillbook.run('drill', 'run', 'triage.one-in-five-fails', '--unattended')
    expect(status).toBe(2)
    expect(stderr).toContain('ServiceErrorsHigh belongs to cache-outage, not to triage')
  })
})
