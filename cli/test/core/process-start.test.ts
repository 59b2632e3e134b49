import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, renameSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isStillRunning, processMark } from '@drillbook/content/lock/process-start'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openIncident } from '../../src/incident/record.ts'
import { lockWalk } from '../../src/incident/walk-lock.ts'
import { until } from '../keeper/fake-environment.ts'
import { drillbookFolder } from '../support/drillbook-folder.ts'

const fields = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []

/** Becomes `sleep`, which collects nobody; its child ends only then: a shell might have collected it. */
const CHILDLESS = '(until read name </proc/$$/comm && [ "$name" = sleep ]; do :; done) & echo $!; exec sleep 60'

/** Ended, and its parent never asks: so it stays in a container whose first process collects nobody. */
describe('a process that nobody collects', () => {
  let parent: ChildProcess
  let pid: number
  beforeEach(async () => {
    parent = spawn('sh', ['-c', CHILDLESS], { stdio: ['ignore', 'pipe', 'ignore'] })
    const [line] = await once(parent.stdout?.setEncoding('utf8') ?? parent, 'data')
    pid = Number(line)
    await until(() => fields(pid)[0] === 'Z', 'its end')
  })
  afterEach(() => void parent.kill('SIGKILL'))

  test('does not keep its drill running for ever', () => {
    expect(isStillRunning({ pid, host: hostname(), mark: fields(pid)[19] ?? '' })).toBe(false)
    expect(isStillRunning({ pid, host: hostname(), mark: null })).toBe(false)
  })

  test('does not keep the walk of its incident for ever', () => {
    const folder = drillbookFolder({ prometheusUrl: 'http://127.0.0.1:1', opsUrls: ['http://127.0.0.1:1'] })
    const record = openIncident({ root: folder.root, incident: 'outage', environment: 'test', actor: 'me@here' })
    lockWalk(record)
    const [claim = ''] = readdirSync(record.dir).filter((name) => name.startsWith('walk.lock'))
    renameSync(join(record.dir, claim), join(record.dir, claim.replace(/-.*$/, `-${pid}-${fields(pid)[19]}-1`)))
    lockWalk(record)()
    folder.remove()
  })
})

test('a process is known again by its start, on this host only', () => {
  const { pid } = process
  const mark = processMark(pid)
  expect(isStillRunning({ pid, host: hostname(), mark })).toBe(true)
  expect(isStillRunning({ pid, host: hostname(), mark: null })).toBe(true)
  expect(isStillRunning({ pid, host: hostname(), mark: `${mark}1` })).toBe(false)
  expect(isStillRunning({ pid, host: 'another-host', mark: `${mark}1` })).toBe(true)
})
