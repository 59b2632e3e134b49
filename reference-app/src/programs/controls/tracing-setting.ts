import { samplingRatio, setSamplingRatio } from '@drillbook/instrumentation'
import { z } from 'zod'
import type { Setting } from '../../platform/controls/setting.ts'
import { Problem } from '../../platform/problem/problem.ts'

/** Share of the traces that start here; at first what the environment says. Refused with `tracing_off`. */
export function tracingSamplingRatio(): Setting<number> {
  const initial = samplingRatio() ?? 0
  return {
    name: 'tracing.sampling-ratio',
    schema: z.number().min(0).max(1),
    initial,
    apply: (ratio) => {
      if (setSamplingRatio(ratio) || ratio === initial) return
      throw new Problem('tracing_off', 'It was started without @drillbook/instrumentation/register.')
    },
  }
}
