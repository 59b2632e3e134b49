import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parseDuration } from '@drillbook/content/duration'
import { nodesOf, parsePromql, selectedMetric, textOf } from '@drillbook/content/rules/promql'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { durationText } from '../../src/rules/duration-text.ts'

/** The parts of a promtool test file in which time or counters appear; the rest is carried along. */
const testFile = z.looseObject({
  rule_files: z.array(z.string()),
  evaluation_interval: z.string(),
  tests: z.array(
    z.looseObject({
      interval: z.string(),
      input_series: z.array(z.object({ series: z.string(), values: z.string() })),
      promql_expr_test: z.array(z.looseObject({ eval_time: z.string() })).default([]),
      alert_rule_test: z.array(z.looseObject({ eval_time: z.string(), exp_alerts: z.array(z.unknown()) })).default([]),
    }),
  ),
})

interface Playback {
  speed: number
  /** Folder of the compiled rule files. */
  rulesDir: string
  /** Expressions of all rules: what they put into rate() is a counter. */
  expressions: readonly string[]
  /** Prefix of the paths in `runbook_url` and `dashboard_url`, as compiled. */
  runbookBase: string
  grafanaBase: string
}

/**
 * Writes a promtool test file that plays the same story `speed` times faster against compiled rules: the same samples at
 * shorter intervals, the same expectations at earlier times. Counters count per second, so that in a tenth of the time they
 * grow by a tenth; gauges keep their values. Returns the path of the new file, below `outDir`.
 */
export function playFaster(path: string, outDir: string, playback: Playback): string {
  const source = testFile.parse(parse(readFileSync(path, 'utf8')))
  const faster = (text: string): string => durationText((parseDuration(text) ?? Number.NaN) / playback.speed)
  const counters = countersOf(playback.expressions)
  const played = {
    ...source,
    rule_files: source.rule_files.map((file) => resolve(playback.rulesDir, basename(file))),
    evaluation_interval: faster(source.evaluation_interval),
    tests: source.tests.map((test) => ({
      ...test,
      interval: faster(test.interval),
      input_series: test.input_series.map(({ series, values }) => ({
        series,
        values: counters.has(metricOf(series)) ? slowerCounter(values, playback.speed) : values,
      })),
      promql_expr_test: test.promql_expr_test.map((t) => ({ ...t, eval_time: faster(t.eval_time) })),
      alert_rule_test: test.alert_rule_test.map((t) => ({ ...t, eval_time: faster(t.eval_time) })),
    })),
  }
  const target = join(outDir, basename(path))
  const text = stringify(played, { aliasDuplicateObjects: false, lineWidth: 0 })
    .replaceAll('runbook_url: ', `runbook_url: ${playback.runbookBase}/`)
    .replaceAll('dashboard_url: ', `dashboard_url: ${playback.grafanaBase}`)
  writeFileSync(target, text)
  return target
}

function countersOf(expressions: readonly string[]): Set<string> {
  return new Set(
    expressions.map(parsePromql).flatMap((expression) =>
      nodesOf(expression, 'VectorSelector')
        .filter((selector) => {
          const call = selector.parent?.parent?.parent?.getChild('FunctionIdentifier')
          return call !== null && call !== undefined && textOf(expression, call) === 'rate'
        })
        .map((selector) => selectedMetric(expression, selector) ?? ''),
    ),
  )
}

function metricOf(series: string): string {
  return series.split('{')[0] ?? series
}

/** promtool's notation: `5`, `5x3`, `5+2x3`, `5-2x3`, `_`, `_x3`, `stale`, separated by blanks. */
function slowerCounter(values: string, speed: number): string {
  return values
    .split(/\s+/)
    .map((token) => {
      const match = /^([\d.]+)(?:([+-])([\d.]+))?(x\d+)?$/.exec(token)
      if (match === null) return token
      const [, start, sign, step, times] = match
      const growth = sign === undefined ? '' : `${sign}${Number(step) / speed}`
      return `${Number(start) / speed}${growth}${times ?? ''}`
    })
    .join(' ')
}
