import type { DataSourceRef } from '@grafana/schema'
import { describe, expect, test } from '@jest/globals'
import { GRID_COLUMNS, SCREEN_ROWS } from '../src/grafana/layout.ts'
import { annotationsOf, committed, committedText, FILES, HAND_WRITTEN, panelsOf } from './committed.ts'

const DATASOURCE: DataSourceRef = { type: 'prometheus', uid: ['$', '{datasource}'].join('') }

describe.each(FILES)('%s', (file) => {
  const dashboard = committed(file)
  const panels = panelsOf(dashboard)
  const variables = dashboard.templating?.list ?? []

  test('is a dashboard that Grafana 10 to 13 import as a new one', () => {
    expect(dashboard).toMatchObject({
      id: null,
      schemaVersion: 38,
      timezone: 'browser',
      refresh: '10s',
      time: { from: 'now-1h', to: 'now' },
      graphTooltip: 1,
      tags: ['drillbook'],
    })
    expect(dashboard.title).toBeTruthy()
    expect(dashboard.description).toBeTruthy()
    expect(dashboard.uid).toMatch(/^[a-z-]{1,40}$/)
    expect(dashboard).not.toHaveProperty('__inputs')
    expect(dashboard).not.toHaveProperty('__requires')
    expect(committedText(file)).not.toContain(`$${'{DS_'}`)
  })

  test('gives every panel an id of its own, from 1', () => {
    const ids = (dashboard.panels ?? []).map(({ id }) => id) // headings have one, too
    expect(ids.every((id) => Number.isInteger(id) && Number(id) >= 1)).toBe(true)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test.each(panels)('says what panel $id "$title" means', ({ title, description, fieldConfig }) => {
    expect(title).toMatch(/\S/)
    expect(fieldConfig?.defaults.unit).toMatch(/\S/)
    expect(description).toMatch(/Normal: .+/)
    expect(String(description).length).toBeGreaterThan(100)
  })

  test.each(panels)('asks the chosen data source in panel $id "$title", with a refId for each query', (panel) => {
    const targets = panel.targets ?? []
    expect(targets.length).toBeGreaterThan(0)
    expect(panel.datasource).toEqual(DATASOURCE)
    for (const target of targets) expect(target).toMatchObject({ datasource: DATASOURCE, expr: expect.any(String) })
    expect(targets.map(({ refId }) => refId)).toEqual([...'ABCDEFGH'].slice(0, targets.length))
  })

  test('names no data source but the chosen one, anywhere', () => {
    const others = datasourcesIn(dashboard).filter((ref) => JSON.stringify(ref) !== JSON.stringify(DATASOURCE))
    expect(others).toEqual([])
  })

  test('lets people choose the data source first, and services one, several or all', () => {
    expect(variables[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' })
    const service = variables.find(({ name }) => name === 'service')
    expect(service).toMatchObject({ type: 'query', multi: true, includeAll: true, datasource: DATASOURCE })
    expect(service?.current?.value).toEqual(['$__all'])
  })

  test('uses only variables that it has', () => {
    const own = new Set(['__rate_interval', '__all', ...variables.map(({ name }) => name)])
    const used = [...committedText(file).matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name)
    expect(used.filter((name) => !own.has(name))).toEqual([])
  })

  test('fits the grid without overlap', () => {
    const taken = new Map<string, number | undefined>()
    for (const { id, gridPos } of dashboard.panels ?? []) {
      if (gridPos === undefined) throw new Error(`panel ${id} has no place`)
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(GRID_COLUMNS)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect([id, taken.get(`${x},${y}`)]).toEqual([id, undefined])
          taken.set(`${x},${y}`, id)
        }
      }
    }
  })

  test('begins with a row of figures', () => {
    const first = panels.filter(({ gridPos }) => gridPos?.y === 0)
    expect(new Set(first.map(({ type }) => type))).toEqual(new Set(['stat']))
  })

  test('shows firing alerts and drill faults on its graphs, for Grafana 10 and for later ones', () => {
    const annotations = annotationsOf(dashboard)
    expect(annotations.map(({ name }) => name)).toEqual(['Alerts', 'Drill faults', 'Deployments'])
    for (const annotation of annotations) {
      expect(annotation).toMatchObject({ enable: true, datasource: DATASOURCE })
      expect(annotation).toHaveProperty('expr', Object(annotation.target).expr)
    }
  })

  test('links to the other dashboards, keeping time and variables', () => {
    expect(dashboard.links).toEqual([
      expect.objectContaining({ type: 'dashboards', tags: ['drillbook'], keepTime: true, includeVars: true }),
    ])
  })
})

test.each(HAND_WRITTEN)('%s fits one full-HD screen', (file) => {
  const ends = panelsOf(committed(file)).map(({ gridPos }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0))
  expect(Math.max(...ends)).toBeLessThanOrEqual(SCREEN_ROWS)
})

describe('the panels that alerts link to, or will', () => {
  test.each([
    [
      'cache.json',
      { 1: 'Hit ratio', 2: 'Lookups by result', 3: 'Cache errors', 4: 'Cache up', 5: 'Database load vs normal' },
    ],
    [
      'commerce.json',
      {
        1: 'Orders by outcome',
        2: 'From placed to paid',
        4: 'Payments failed',
        10: 'Orders stuck',
        12: 'Outbox oldest',
      },
    ],
    ['database.json', { 1: 'Database CPU', 2: 'Query time', 3: 'Connections', 4: 'Connection time-outs' }],
    ['ticketing-funnel.json', { 1: 'Funnel', 2: 'Conversion', 6: 'Failed by operation' }],
    ['waiting-room.json', { 1: 'Waiting and admitted', 4: 'Oldest wait', 6: 'Out of turn', 8: 'Door failures' }],
    ['service-overview.json', { 1: 'Request rate', 2: 'Mean latency', 3: 'p99 latency', 4: 'Failed ratio' }],
  ] as const)('keep their ids in %s', (file, expected) => {
    const titles = panelsOf(committed(file)).map(({ id, title }) => [String(id), title])
    expect(Object.fromEntries(titles)).toMatchObject(expected)
  })
})

/** Every value of a `datasource` property, at any depth. */
function datasourcesIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === 'datasource' && inner !== DATASOURCE ? [inner] : []),
    ...datasourcesIn(inner),
  ])
}
