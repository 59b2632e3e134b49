import { expect, test } from '@jest/globals'
import type { Step } from '../../src/runbook/runbook.ts'
import { showStep } from '../../src/walk/show-step.ts'
import { capturedStdio } from '../support/captured-stdio.ts'

const LONG = 'word '.repeat(60).trim()
const STEP: Step = {
  phase: 'immediate',
  title: 'Repair',
  slug: 'repair',
  prose: LONG,
  why: LONG,
  method: LONG,
  goal: LONG,
  line: 1,
  blocks: [],
}

test.each([
  ['as wide as the terminal', 60],
  ['at most 100 columns wide', 300],
  ['80 columns wide where the width is not known', undefined],
])('the text of a step is %s', (_, columns) => {
  const { stdio, captured } = capturedStdio(columns === undefined ? {} : { columns })
  showStep(stdio, STEP)
  const widest = Math.max(...captured.stderr.split('\n').map((line) => line.length))
  const limit = Math.min(columns ?? 80, 100)
  expect(widest).toBeLessThanOrEqual(limit)
  expect(widest).toBeGreaterThan(limit - 'word '.length)
})
