import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Root, rootAt } from '@drillbook/content/root'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { planOf } from '../../src/prove/plan.ts'

let root: Root
beforeEach(() => {
  root = rootAt(mkdtempSync(join(tmpdir(), 'drillbook-plan-')))
  mkdirSync(root.drills, { recursive: true })
  mkdirSync(join(root.runbooks, 'controls'))
  for (const name of ['b-outage.x', 'not-here', 'a-outage.two', 'a-outage', 'a-outage.three']) {
    writeFileSync(join(root.drills, `${name}.yaml`), '')
  }
  writeFileSync(join(root.runbooks, 'controls', 'quiet.yaml'), '')
})
afterEach(() => rmSync(root.dir, { recursive: true }))

const words = (wanted: Partial<Parameters<typeof planOf>[1]>) =>
  planOf(root, (incident) => incident !== 'not-here', { only: [], repeat: 1, oneEach: false, ...wanted }).map(
    ({ kind, name }) => `${kind} ${name}`,
  )

test('everything is run: the controls first, then each drill', () => {
  expect(words({})).toEqual([
    'control quiet',
    'drill a-outage',
    'drill a-outage.three',
    'drill a-outage.two',
    'drill b-outage.x',
  ])
})

test('one of each is the default variant of a class, or its first, without the controls', () => {
  expect(words({ oneEach: true })).toEqual(['drill a-outage', 'drill b-outage.x'])
})

test('repetitions are whole rounds, so that no two runs of a drill follow each other', () => {
  expect(words({ only: ['b-outage', 'a-outage'], oneEach: true, repeat: 2 })).toEqual([
    'drill a-outage',
    'drill b-outage.x',
    'drill a-outage',
    'drill b-outage.x',
  ])
})

test('a class without a drill is refused, with the classes that have one', () => {
  expect(() => words({ only: ['c-outage'] })).toThrow(
    expect.objectContaining({ code: 'usage', hint: 'Classes with drills: a-outage, b-outage.' }),
  )
})

test('a drillbook without drills has nothing to prove, and says so', () => {
  rmSync(root.runbooks, { recursive: true })
  expect(() => words({})).toThrow('there is nothing to prove')
})
