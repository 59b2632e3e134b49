import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { drillbookFolder } from '../../../cli/test/support/drillbook-folder.ts'
import { openIncident } from '../../src/incident/record.ts'

let folder: ReturnType<typeof drillbookFolder>
beforeEach(() => {
  folder = drillbookFolder({ prometheusUrl: 'http://127.0.0.1:1', opsUrls: ['http://127.0.0.1:1'] })
})
afterEach(() => folder.remove())

const RACE_MS = 1500

/** What one process that races says; undefined when it was killed inside, as it was told to be. */
function race(id: string, diesAfter: number): Promise<{ walks: number; two: boolean } | undefined> {
  const argv = [join(import.meta.dirname, 'racer.ts'), folder.root.dir, id, String(RACE_MS), String(diesAfter)]
  return new Promise((resolve, reject) => {
    execFile(process.execPath, argv, (error, stdout) => {
      if (error !== null && error.signal !== 'SIGKILL') reject(error)
      else resolve(stdout === '' ? undefined : JSON.parse(stdout))
    })
  })
}

test('of many processes that want one walk, some of them killed in it, never two are in it, and it goes on', async () => {
  const { id } = openIncident({ root: folder.root, incident: 'outage', environment: 'test', actor: 'me@here' })
  const ends = await Promise.all([0, 0, 0, 0, 1, 5, 20, 60].map((diesAfter) => race(id, diesAfter)))
  const survivors = ends.filter((end) => end !== undefined)
  expect(survivors.length).toBeGreaterThanOrEqual(4)
  expect(survivors.filter((end) => end.two)).toEqual([])
  expect(survivors.reduce((sum, end) => sum + end.walks, 0)).toBeGreaterThan(0)
})
