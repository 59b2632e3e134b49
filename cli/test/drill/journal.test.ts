import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootAt } from '@drillbook/content/root'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { closeKilled } from '../../src/drill/admit.ts'
import { createJournal, listJournals, unfinished } from '../../src/drill/journal-file.ts'
import { checksOf } from '../../src/drill/verdict.ts'
import { openIncident, resumeIncident } from '../../src/incident/record.ts'
import { DRILL, heldJournal, SEEN } from './sample-journal.ts'

const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../schema/journal.schema.json'), 'utf8'))
const validate = new Ajv2020({ allErrors: true }).compile(schema)
function problemsOf(journal: unknown): string[] {
  return validate(journal) ? [] : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`)
}

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drillbook-journal-'))
})
afterEach(() => rmSync(dir, { recursive: true }))
const create = () => createJournal(rootAt(dir), DRILL, { name: 'lab', speed: 10 })

describe('a journal', () => {
  test('fits its schema from the first write on', () => {
    const file = create()
    expect(problemsOf(JSON.parse(readFileSync(file.path, 'utf8')))).toEqual([])
  })

  test('fits its schema when everything is in it', () => {
    const journal = heldJournal()
    journal.checks = checksOf(journal, SEEN)
    expect(problemsOf(journal)).toEqual([])
  })

  test.each([
    ['a local time', { startedAt: '2026-11-21T03:00:00+01:00' }],
    ['a verdict that nobody knows', { verdict: 'maybe' }],
    ['a field of which nothing is said', { surprise: 1 }],
    ['negative failures', { impact: { requests: 1, failed: -1, slow: 0, evidence: '' } }],
    ['a missing time', { times: { injectedAt: null } }],
  ])('with %s does not fit', (_, change) => {
    expect(problemsOf({ ...heldJournal(), ...change })).not.toEqual([])
  })

  test('leaves no half-written file beside it', () => {
    const file = create()
    file.data.verdict = 'passed'
    file.save()
    expect(readdirSync(file.dir)).toEqual(['journal.json'])
    expect(listJournals(rootAt(dir)).map((j) => j.data.verdict)).toEqual(['passed'])
  })

  test('of two drills in one second lies in two folders', () => {
    expect(new Set([create().dir, create().dir]).size).toBe(2)
  })
})

describe('a journal that says running', () => {
  test('is of a drill that runs while its process is there', () => {
    create()
    expect([unfinished(rootAt(dir)).running.length, unfinished(rootAt(dir)).killed.length]).toEqual([1, 0])
  })

  test('is of a killed drill when the process is gone, or another one has its number', () => {
    const file = create()
    file.data.runner = { pid: process.pid, host: hostname(), processStartedAt: 'at another time' }
    file.save()
    expect(unfinished(rootAt(dir)).killed.map((j) => j.data.id)).toEqual([file.data.id])
  })

  test('is closed as aborted with its phase and the incident of its walk', () => {
    const root = rootAt(dir)
    const incident = openIncident({
      root,
      incident: 'cache-outage',
      environment: 'lab',
      actor: 'drill',
      drill: 'cache-outage',
    })
    const file = create()
    file.data.runner = { pid: 2 ** 22 + 1, host: hostname(), processStartedAt: null }
    file.data.incidentId = incident.id
    file.data.phases.push({
      name: 'walk',
      status: 'running',
      startedAt: file.data.startedAt,
      finishedAt: null,
      text: '',
    })
    file.save()
    expect(closeKilled(root).map((j) => j.data.id)).toEqual([file.data.id])
    const [closed] = listJournals(root)
    expect(closed?.data).toMatchObject({
      verdict: 'aborted',
      phases: [{ status: 'failed', text: 'the drill was killed here' }],
    })
    expect(problemsOf(closed?.data)).toEqual([])
    expect(resumeIncident(root, incident.id).state().status).toBe('closed')
    expect(closeKilled(root)).toEqual([])
  })
})
