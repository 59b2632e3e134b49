import { setTimeout } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { until } from '../lab-process.ts'
import { LAB_LIMIT, type UpLab } from './up-lab.ts'

/** `drillbook lab restart`. */
export function restartingTests(lab: UpLab): void {
  test(
    'restarts its instances in order without a failed request, which ends what made one of them slow',
    async () => {
      const pids = () => ['api-1', 'api-2'].map((name) => lab.supervisorctl('pid', name).trim())
      const before = pids()
      const fault = await lab.run('fault', 'start', 'one-instance-slow', '--detach')
      expect([fault.status, fault.stderr]).toEqual([0, expect.anything()])
      await until(async () => (await lab.query('max(drill_delay_seconds)')) === 3, 'one is slow')
      const answers: (number | string)[] = []
      let going = true
      const reader = async () => {
        while (going) {
          answers.push(await lab.read().catch(String))
          await setTimeout(10) // those who are asked whether they are ready need a turn, too
        }
      }
      const readers = Array.from({ length: 10 }, reader)

      const act = await lab.run('act', 'restart-api', '--yes')
      expect([act.status, act.stderr]).toEqual([0, expect.stringContaining('Restarted in order: api-1, api-2.')])
      await until(async () => (await lab.query('max(drill_delay_seconds)')) === 0, 'none is slow')
      going = false
      await Promise.all(readers)
      expect(pids().filter((pid) => before.includes(pid))).toEqual([])
      expect(answers.length).toBeGreaterThan(200)
      expect(answers.filter((answer) => answer !== 204 && answer !== 'overloaded')).toEqual([])
      expect((await lab.run('fault', 'stop', 'one-instance-slow')).status).toBe(0)

      const absurd = await lab.run('lab', 'restart', 'sofa')
      expect([absurd.status, absurd.stderr]).toEqual([2, expect.stringContaining('api-1, api-2')])
    },
    LAB_LIMIT,
  )
}
