import { afterEach, expect, test } from '@jest/globals'
import { walk } from '../../src/drill/phases/mend.ts'
import { drillReport } from '../../src/drill/report.ts'
import { readRunbook } from '../../src/runbook/read-runbook.ts'
import { type SmallRun, smallRun } from './small-run.ts'

/** One cause of two, so one step that is not offered; and one for the long term, which nobody is asked about. */
const RUNBOOK = `---
title: The thing is out
incident: outage
alerts: [ThingDown]
severity: critical
owner: on-call
limits: { immediate: 15m, short: 2h, long: 1w }
---

## Meaning

It is out.

## Impact

Users wait.

## Signs

Users say so.

## Immediate

### Tell the causes apart

- **Why:** each has its own remedy.
- **Method:** look.
- **Goal:** you know the cause.

\`\`\`promql {"name":"locked","expect":"> 0","decides":"true"}
lock_waits
\`\`\`

## Short term

### Repair

- **Why:** it is broken.
- **Method:** restart.
- **Goal:** whole again.

\`\`\`sh {"name":"repair","kind":"act","when":"locked"}
drillbook act repair
\`\`\`

## Long term

### Buy a second one

- **Why:** one is none.
- **Method:** money.
- **Goal:** two.

## Afterwards

### See that it is well

- **Why:** hope is no plan.
- **Method:** look.
- **Goal:** quiet.

\`\`\`promql {"name":"well","expect":"== 1"}
cache:up
\`\`\`
`

let small: SmallRun
afterEach(() => small.remove())

test('what was not needed and what is for the long term are no steps that were left undone', async () => {
  small = await smallRun({ runbook: RUNBOOK, drill: { incident: 'outage' } })
  small.prometheus.answers.set('lock_waits', [0]).set('cache:hit_ratio', [0.1])
  const run = { ...small.run, unattended: true }
  expect(await walk(run)).toBe('2 of 2 steps done')
  const report = drillReport(run.journal.data, readRunbook(run.root, 'outage'))
  expect(report.match(/^- \[.\] .*$/gm)).toEqual([
    '- [x] Tell the causes apart',
    '- [ ] _..._',
    '- [ ] Buy a second one',
  ])
})
