import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { Drillbook } from '../support/drillbook.ts'

/** Mistakes are planted in a copy of the content: the drill has to find each and name it. */
let drillbook: Drillbook
afterEach(() => drillbook.remove(), 60_000)

const edit = (path: string, change: (text: string) => string) => {
  const before = readFileSync(path, 'utf8')
  const after = change(before)
  if (after === before) throw new Error(`nothing was planted in ${path}`)
  writeFileSync(path, after)
}

/** Valid in every respect, and of no use: nothing in it mends anything. */
const USELESS_RUNBOOK = `---
title: Cache outage
incident: cache-outage
alerts: [CacheDown, CacheErrorsHigh, CacheHitRateZero, DatabaseLoadHigh, ApiLatencyHigh]
severity: warning
owner: nobody
limits: { immediate: 15m, short: 2h, long: 1w }
---

## Meaning

The cache is gone.

## Impact

None.

## Signs

\`\`\`promql {"name":"sign","expect":"== 0"}
min(cache:up)
\`\`\`

## Immediate

### Ask what changed

- **Why:** it might be that.
- **Method:** ask.
- **Goal:** you know.

### Do nothing

- **Why:** it looks like an act.
- **Method:** in this environment it changes nothing.
- **Goal:** none.

\`\`\`sh {"name":"use-standby-cache","kind":"act","excludeFromRunAll":"true"}
drillbook act use-standby-cache
\`\`\`

\`\`\`sh {"name":"use-cache","kind":"act","excludeFromRunAll":"true"}
drillbook act use-cache
\`\`\`

## Short term

### Wait

- **Why:** nothing else is left.
- **Method:** wait.
- **Goal:** none.

## Long term

### Wait longer

- **Why:** nothing else is left.
- **Method:** wait.
- **Goal:** none.

## Afterwards

### Go home

- **Why:** it is late.
- **Method:** walk.
- **Goal:** sleep.
`

describe('a drill', () => {
  test('fails on an alert that is dead because its metric was renamed, and names the broken link', async () => {
    drillbook = new Drillbook(3000)
    edit(join(drillbook.dir, 'alerts', 'rules', 'cache-outage.yaml'), (text) =>
      text.replace('cache_lookups_total{result="error"}', 'cache_lookup_failures_total{result="error"}'),
    )
    await drillbook.up()
    const { status, stdout, stderr } = await drillbook.run('drill', 'run', 'cache-outage', '--unattended', '--json')
    const journal = JSON.parse(stdout)
    expect({ status, verdict: journal.verdict }).toEqual({ status: 1, verdict: 'failed' })
    expect(journal.alerts.fired).not.toContain('CacheErrorsHigh')
    expect(journal.reasons.join('\n')).toMatch(/CacheErrorsHigh.*cache_lookup_failures_total/)
    expect(stderr).toContain('cache_lookup_failures_total')
  })

  test('fails with mitigatedBy rollback when the act of the runbook does nothing, and when Slack is down says "not delivered"', async () => {
    drillbook = new Drillbook(3000)
    writeFileSync(join(drillbook.dir, 'runbooks', 'cache-outage.md'), USELESS_RUNBOOK)
    edit(join(drillbook.dir, 'environments', 'lab', 'actions', 'cache.yaml'), (text) =>
      text.replace(
        'ops: { method: PUT, path: /cache/source, json: { source: standby } }\n    undo: use-primary-cache',
        'exec: ["true"]',
      ),
    )
    await drillbook.up()
    const useless = await drillbook.run('drill', 'run', 'cache-outage', '--unattended', '--json')
    const journal = JSON.parse(useless.stdout)
    expect({ status: useless.status, verdict: journal.verdict, mitigatedBy: journal.mitigatedBy }).toEqual({
      status: 1,
      verdict: 'failed',
      mitigatedBy: 'rollback',
    })

    execFileSync('supervisorctl', ['-c', join(drillbook.labDir, 'supervisord.conf'), 'stop', 'slack'])
    const unheard = await drillbook.run('drill', 'run', 'cache-outage', '--unattended', '--json')
    expect(unheard.status).toBe(1)
    expect(JSON.parse(unheard.stdout).verdict).toBe('failed')
    expect(unheard.stderr).toContain('not delivered')
  })
})
