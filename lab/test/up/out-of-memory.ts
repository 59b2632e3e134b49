import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { until } from '../lab-process.ts'
import { LAB_LIMIT, type UpLab } from './up-lab.ts'

const SERIES = '{service="reference-app",instance="api-2"}'

/** A leak ends in a real out-of-memory, and costs its own process only. */
export function outOfMemoryTests(lab: UpLab): void {
  test(
    'starts an instance again that leaks until V8 gives up; the other one serves meanwhile, and Prometheus tells the story',
    async () => {
      await restartWithLeak(lab)
      const earlier = lab.journal().length
      const pid = Number(lab.supervisorctl('pid', 'api-2'))
      const readers = readWhile(lab)

      // What a responder looks at: the heap rises towards its limit ...
      const fill = () => lab.query(`nodejs_heap_size_used_bytes${SERIES} / nodejs_heap_size_limit_bytes${SERIES}`)
      await until(async () => ((await fill()) ?? 1) < 0.5, 'a usual heap in Prometheus')
      process.kill(pid, 'SIGUSR2')
      await until(async () => ((await fill()) ?? 0) > 0.6, 'a large heap in Prometheus')
      const startTime = `process_start_time_seconds${SERIES}`
      const startedAt = await lab.query(startTime)
      process.kill(pid, 'SIGUSR2')
      await until(() => !existsSync(`/proc/${pid}`), 'the end of api-2')
      const diedAt = performance.now()
      await lab.ready(2)
      const answers = await readers.stop()

      const ended = lab
        .journal()
        .slice(earlier)
        .split('\n')
        .filter((line) => line.includes(' exited: '))
      expect(ended).toEqual([expect.stringContaining('exited: api-2 (terminated by SIGABRT; not expected)')])
      expect(readFileSync(join(lab.dir, 'logs/api-2.log'), 'utf8')).toMatch(
        /<--- Last few GCs --->.*FATAL ERROR: .*JavaScript heap out of memory/s,
      )
      expect(answers.filter(({ at, outcome }) => at > diedAt && outcome === 204).length).toBeGreaterThan(5)
      // Nobody is turned away but by an instance that has too much to do.
      expect(answers.filter(({ outcome }) => outcome !== 204 && outcome !== 'overloaded')).toEqual([])

      // ... and then it is another process.
      await until(async () => ((await lab.query(startTime)) ?? 0) > (startedAt ?? 0), 'the new api-2 in Prometheus')
      const sinceDeath = Math.ceil((performance.now() - diedAt) / 1000)
      expect(await lab.query(`changes(${startTime}[${sinceDeath + 30}s])`)).toBeGreaterThanOrEqual(1)
      await until(async () => ((await fill()) ?? 1) < 0.5, 'a usual heap again')
      const again = () => fetch(`http://127.0.0.1:${lab.info.ports['api-2']}/api/v1/banner`)
      await until(async () => (await again()).status === 204, 'an answer of the new api-2')
    },
    LAB_LIMIT,
  )
}

/** As supervisord starts it, with one variable more. */
async function restartWithLeak(lab: UpLab): Promise<void> {
  const file = join(lab.dir, 'supervisord.conf')
  const named = 'environment=INSTANCE="api-2",'
  const leaking = `${named}NODE_OPTIONS="--import ${join(import.meta.dirname, 'leak.ts')}",`
  writeFileSync(file, readFileSync(file, 'utf8').replace(named, leaking))
  const pid = Number(lab.supervisorctl('pid', 'api-2'))
  const earlier = lab.journal().length
  const update = promisify(execFile)('supervisorctl', ['-c', file, 'update', 'api-2'])
  // Not before: what has ended when supervisord is to stop it is started again, and then cannot be updated.
  await until(() => lab.journal().slice(earlier).includes('waiting for api-2 to stop'), 'the stop')
  if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL') // an orderly stop takes up to nine seconds
  await update
  lab.supervisorctl('start', 'api-2')
  await lab.ready(2)
}

interface Answer {
  /** As `performance.now()`. */
  at: number
  /** 204, the code of a problem, or what went wrong on the way. */
  outcome: number | string
}

/** Four people who read through the gateway until it is stopped. */
function readWhile(lab: UpLab): { stop(): Promise<Answer[]> } {
  const answers: Answer[] = []
  let going = true
  const reader = async () => {
    while (going) {
      const outcome = await lab.read().catch(String)
      answers.push({ at: performance.now(), outcome })
      await setTimeout(20)
    }
  }
  const readers = Array.from({ length: 4 }, reader)
  return {
    stop: async () => {
      going = false
      await Promise.all(readers)
      return answers
    },
  }
}
