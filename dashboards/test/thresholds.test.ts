import { rootAt } from '@drillbook/content/root'
import { describe, expect, test } from '@jest/globals'
import type { Rules } from '../src/rules/rule-files.ts'
import { readRules } from '../src/rules/rule-files.ts'
import { RulesError } from '../src/rules/rules-error.ts'
import { readThresholds } from '../src/rules/thresholds.ts'
import { panel, RULES } from './committed.ts'

describe('the lines and colours of the panels', () => {
  test.each([
    ['cache.json', 3, 'CacheErrorsHigh', />= (\S+)$/],
    ['cache.json', 21, 'CacheErrorsHigh', />= (\S+)$/],
    ['cache.json', 22, 'DatabaseLoadHigh', />= (\S+) \*/],
    ['cache.json', 8, 'ApiLatencyHigh', />= (\S+)\s+and/],
    ['service-overview.json', 2, 'ApiLatencyHigh', />= (\S+)\s+and/],
    ['service-overview.json', 21, 'ApiLatencyHigh', />= (\S+)\s+and/],
  ] as const)('start where the rule does: %s panel %i, %s', (file, id, alert, inRule) => {
    const ruled = Number(inRule.exec(exprOf(alert))?.[1])
    expect(ruled).toBeGreaterThan(0)
    expect(stepsOf(file, id).slice(1)).toEqual([{ color: colourOf(alert), value: ruled }])
  })

  test.each([
    ['cache.json', 1, 'CacheHitRateZero', /<= (\S+) and/],
    ['cache.json', 20, 'CacheHitRateZero', /<= (\S+) and/],
    ['cache.json', 4, 'CacheDown', /== (\S+)$/],
  ] as const)('end right above the rule for alerts on low values: %s panel %i, %s', (file, id, alert, inRule) => {
    const ruled = Number(inRule.exec(exprOf(alert))?.[1])
    const [bad, good] = stepsOf(file, id)
    expect(bad).toEqual({ color: colourOf(alert), value: null })
    expect(good?.value).toBeGreaterThan(ruled)
    expect(good?.value).toBeCloseTo(ruled, 6)
  })

  test('draw the database alert as a multiple of normal, with the factor of the rule', () => {
    const factor = />= (\S+) \*/.exec(exprOf('DatabaseLoadHigh'))?.[1]
    const drawn = panel('cache.json', 5).targets?.map(({ expr }) => expr)
    expect(drawn).toContain(`${factor} * db:transactions:normal{service=~"$database"}`)
  })

  test('are always in sight', () => {
    expect(panel('cache.json', 3).fieldConfig?.defaults.custom).toMatchObject({
      axisSoftMax: 100,
      thresholdsStyle: { mode: 'dashed' },
    })
  })
})

describe('reading thresholds', () => {
  test('follows a number that changes in the rule', () => {
    expect(readThresholds(withExpr('CacheErrorsHigh', 'cache:errors:rate1m > 250')).cacheErrors).toMatchObject({
      operator: '>',
      value: 250,
    })
  })

  test('names every alert that is missing or no longer compares what the panel shows', () => {
    const alerts = new Map(RULES.alerts)
    alerts.delete('CacheDown')
    const broken: Rules = { ...RULES, alerts }
    for (const [alert, expr] of [
      ['CacheErrorsHigh', 'cache:errors:rate5m >= 100'],
      ['CacheHitRateZero', 'absent(cache:hit_ratio)'],
      ['DatabaseLoadHigh', 'db:transactions:rate1m >= 60'],
      ['ApiLatencyHigh', 'service:http_request_duration_seconds:mean1m >= ('],
    ] as const) {
      alerts.set(alert, { ...ruleOf(alert), expr })
    }
    expect(problemsOf(() => readThresholds(broken))).toEqual([
      'CacheDown: no such alert in the rule files',
      'CacheErrorsHigh: compares cache:errors:rate5m, but the panel shows cache:errors:rate1m',
      'CacheHitRateZero: no number is compared at the top of: absent(cache:hit_ratio)',
      'DatabaseLoadHigh: compares with 60 * 1, but the panel draws db:transactions:normal',
      expect.stringMatching(/^ApiLatencyHigh: not PromQL at character \d+/),
    ])
  })

  test('says so when there are no rule files to read', () => {
    expect(() => readRules(rootAt('/nowhere'))).toThrow('/nowhere/alerts/rules')
  })
})

function ruleOf(alert: string) {
  const rule = RULES.alerts.get(alert)
  if (rule === undefined) throw new Error(`no alert ${alert}`)
  return rule
}

function exprOf(alert: string): string {
  return ruleOf(alert).expr
}

function colourOf(alert: string): string {
  return ruleOf(alert).labels.severity === 'critical' ? 'red' : 'orange'
}

function withExpr(alert: string, expr: string): Rules {
  return { ...RULES, alerts: new Map([...RULES.alerts, [alert, { ...ruleOf(alert), expr }]]) }
}

function stepsOf(file: Parameters<typeof panel>[0], id: number) {
  return panel(file, id).fieldConfig?.defaults.thresholds?.steps ?? []
}

function problemsOf(act: () => unknown): readonly string[] {
  try {
    act()
  } catch (error) {
    if (error instanceof RulesError) return error.problems
    throw error
  }
  throw new Error('nothing was thrown')
}
