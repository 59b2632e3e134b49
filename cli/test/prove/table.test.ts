import type { AlertRule } from '@drillbook/content/rules/read-rules'
import { expect, test } from '@jest/globals'
import { proofMarkdown } from '../../src/prove/markdown.ts'
import { mergeRuns } from '../../src/prove/proof-file.ts'
import { alertRows, median, runRows } from '../../src/prove/table.ts'
import { proofRun } from './proof-run.ts'

const alert = (name: string, incident: string): AlertRule => ({
  alert: name,
  file: 'alerts/rules/x.yaml',
  line: 1,
  group: 'g',
  expr: 'x',
  labels: { incident },
  annotations: {},
  for: undefined,
  keepFiringFor: undefined,
})
const ALERTS = [alert('CacheDown', 'cache-outage'), alert('CacheErrorsHigh', 'cache-outage'), alert('Dead', 'meta')]
const FACTS = { tested: new Set(['CacheDown']), noDrill: new Map([['Dead', '../runbooks/meta.md']]) }

test('an alert counts as delivered, mended and resolved only in runs in which it fired', () => {
  const runs = [
    proofRun(),
    proofRun({ fired: [], verdict: 'failed' }),
    proofRun({ mended: false, resolved: false, verdict: 'failed' }),
  ]
  const [down] = alertRows(ALERTS, FACTS, runs)
  expect(down).toEqual({
    alert: 'CacheDown',
    incident: 'cache-outage',
    tested: true,
    runs: 3,
    fired: 2,
    delivered: 2,
    mended: 1,
    resolved: 1,
    drills: ['cache-outage'],
    noDrill: undefined,
  })
})

test('an alert that no run expects says so in bold, unless its runbook has the reason', () => {
  const rows = alertRows(ALERTS, FACTS, [proofRun()])
  const text = proofMarkdown(rows, runRows([proofRun()]), [proofRun()])
  expect(text).toContain(
    '| cache-outage | CacheErrorsHigh | **no** | – | – | – | – | **no run of a drill that expects it** |',
  )
  expect(text).toContain('| meta | Dead | **no** | – | – | – | – | none: [why](../runbooks/meta.md) |')
})

test('times are the median and the worst of the runs that passed', () => {
  const times = (detect: number) => ({ detect, notify: 1, mitigate: 1, recover: 1, resolve: null })
  const runs = [4, 9, 5].map((detect) => proofRun({ seconds: times(detect) }))
  const [row] = runRows([...runs, proofRun({ verdict: 'failed', seconds: times(900) })])
  expect(row).toMatchObject({ runs: 4, passed: 3, overhead: { median: -1, worst: -1 } })
  expect([row?.median?.detect, row?.worst?.detect, row?.median?.resolve]).toEqual([5, 9, null])
})

test('a run that did not pass is in bold with every verdict', () => {
  const runs = [proofRun(), proofRun({ verdict: 'invalid' })]
  expect(proofMarkdown([], runRows(runs), runs)).toContain('| cache-outage | **1 of 2** (passed, invalid) |')
})

test('the median of an even number of values is between the middle two', () => {
  expect([median([3]), median([4, 1]), median([9, 1, 2]), median([1, 2, 3, 10])]).toEqual([3, 2.5, 2, 2.5])
})

test('new runs replace those of the same drill and leave the rest', () => {
  const before = [proofRun({ name: 'a', reasons: ['old'] }), proofRun({ name: 'b' })]
  const merged = mergeRuns(before, [proofRun({ name: 'a', reasons: ['new'] })])
  expect(merged.map(({ name, reasons }) => [name, reasons])).toEqual([
    ['a', ['new']],
    ['b', []],
  ])
})
