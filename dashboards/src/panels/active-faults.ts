import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { stat } from '../grafana/stat.ts'
import { anySteps } from '../grafana/steps.ts'
import { words } from '../grafana/words.ts'

/** Faults that the keeper says a drill is injecting; 0 when none or when there is no keeper. */
export function activeFaults(id: number): Panel {
  return stat({
    id,
    title: 'Drill faults',
    description: [
      'Faults that a drill injects on purpose right now. Normal: none.',
      'If there is one, what you see may be an exercise: `drillbook fault list` says which, `drillbook drill undo` ends it.',
    ].join(' '),
    unit: 'none',
    queries: [{ expr: 'sum(drillbook_fault_active) or vector(0)', legend: 'active' }],
    thresholds: anySteps(COLOURS.chosen),
    mappings: words({ 0: { text: 'none' } }),
  })
}
