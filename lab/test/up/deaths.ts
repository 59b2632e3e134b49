import { expect, test } from '@jest/globals'
import { until } from '../lab-process.ts'
import type { UpLab } from './up-lab.ts'

/** A process that dies is started again. */
export function deathTests(lab: UpLab): void {
  test('answers through the gateway all the while one instance is killed and comes back', async () => {
    const pid = Number(lab.supervisorctl('pid', 'api-1'))
    process.kill(pid, 'SIGKILL')
    const answers = new Set<number | string>()
    await until(async () => {
      for (const answer of await Promise.all(Array.from({ length: 20 }, () => lab.read()))) answers.add(answer)
      return lab.supervisorctl('pid', 'api-1').trim() !== String(pid) && answers.has(204)
    }, 'a new api-1')
    answers.delete('overloaded') // the other one, which had everything to do
    expect([...answers]).toEqual([204])
    await lab.ready(1)
  })

  test('can restart a cache that hangs in seconds, not in the ten that supervisord gives by default', () => {
    const earlier = lab.journal().length
    lab.supervisorctl('signal', 'SIGSTOP', 'redis-cache')
    lab.supervisorctl('restart', 'redis-cache')
    const lines = lab.journal().slice(earlier).split('\n')
    // Its own clock: how long supervisorctl takes is another matter.
    const at = (what: string) => Date.parse(lines.find((line) => line.includes(what))?.slice(0, 19) ?? what)
    const waited = at("killing 'redis-cache'") - at('waiting for redis-cache to stop')
    expect(waited).toBeLessThan(8000)
  })

  test('undoes a hanging cache that was stopped meanwhile, as by a restart that was cut off in the middle', async () => {
    const fault = (...args: string[]) => lab.run('fault', ...args)
    expect(await fault('start', 'cache-hung', '--detach')).toMatchObject({ status: 0 })
    lab.supervisorctl('stop', 'redis-cache')
    expect(await fault('stop', 'cache-hung')).toMatchObject({
      status: 0,
      stdout: 'cache-hung is off (read-back held)\n',
    })
    expect(lab.supervisorctl('status', 'redis-cache')).toContain('RUNNING')
  })
}
