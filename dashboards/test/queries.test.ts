import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { metricNames } from '@drillbook/content/rules/promql'
import { afterAll, describe, expect, test } from '@jest/globals'
import { stringify } from 'yaml'
import { annotationQueries, dashboardQueries } from '../src/queries.ts'
import { committed, FILES, HAND_WRITTEN } from './committed.ts'
import { KNOWN_METRICS } from './known-metrics.ts'

const SUBSTITUTIONS = { service: 'reference-app', rate_interval: '1m' }
const scratch = mkdtempSync(join(tmpdir(), 'drillbook-queries-'))

afterAll(() => rmSync(scratch, { recursive: true }))

describe.each(FILES)('the queries of %s', (file) => {
  const queries = dashboardQueries(committed(file), SUBSTITUTIONS)
  const expressions = [...queries, ...annotationQueries(committed(file), SUBSTITUTIONS)].map(({ expr }) => expr)

  test('ask only for metrics of the contract and for recorded names', () => {
    const unknown = expressions.flatMap(metricNames).filter((name) => !KNOWN_METRICS.has(name))
    expect(unknown).toEqual([])
  })

  test('are valid for the Prometheus that is installed', () => {
    const rules = expressions.map((expr, index) => ({ record: `panel:query:${index}`, expr }))
    const path = join(scratch, `${file}.yaml`)
    writeFileSync(path, stringify({ groups: [{ name: 'panels', rules }] }))
    expect(execFileSync('promtool', ['check', 'rules', path], { encoding: 'utf8' })).toContain('SUCCESS')
  })

  test('leave no variable behind', () => {
    expect(expressions.filter((expr) => expr.includes('$'))).toEqual([])
  })

  test('name panel and refId once each', () => {
    const names = queries.map(({ panelId, refId }) => `${panelId}${refId}`)
    expect(new Set(names).size).toBe(names.length)
  })
})

test.each(HAND_WRITTEN)('%s takes rates of raw counters over $__rate_interval only', (file) => {
  const raw = JSON.stringify(committed(file)).match(/rate\([^)]*\)/g) ?? []
  expect(raw.length).toBeGreaterThan(0)
  expect(raw.filter((call) => !call.endsWith('[$__rate_interval])'))).toEqual([])
})

describe('dashboardQueries', () => {
  const json = {
    panels: [
      {
        id: 7,
        title: 'All sorts',
        targets: [
          { refId: 'A', expr: 'rate(a{service=~"$service"}[$__rate_interval]) + b{x=~"$other"}' },
          { refId: 'B', expr: ['c{service=~"$', '{service}"}'].join('') },
          { refId: 'C', expr: 'ALERTS{alertstate="firing"}' },
          { refId: 'D', expr: 'count(ALERTS) or vector(0)' },
        ],
      },
    ],
  }

  test('puts values in place of variables and everything in place of unknown ones', () => {
    expect(dashboardQueries(json, SUBSTITUTIONS).map(({ expr }) => expr)).toEqual([
      'rate(a{service=~"reference-app"}[1m]) + b{x=~".+"}',
      'c{service=~"reference-app"}',
      'ALERTS{alertstate="firing"}',
      'count(ALERTS) or vector(0)',
    ])
  })

  test('knows which queries answer nothing while all is well', () => {
    expect(dashboardQueries(json, SUBSTITUTIONS).map(({ emptyIsNormal }) => emptyIsNormal)).toEqual([
      false,
      false,
      true,
      false,
    ])
  })
})
