import { expect, test } from '@jest/globals'
import { until } from '../lab-process.ts'
import { LAB_LIMIT, type UpLab } from './up-lab.ts'

/** The last: nothing is left of the lab after it. */
export function endTests(lab: UpLab): void {
  test(
    'whose supervisor was killed is told from one that is up, and is taken down without a trace',
    async () => {
      process.kill(lab.pidOf('run/supervisord.pid'), 'SIGKILL')
      await until(async () => (await lab.run('lab', 'status')).status === 3, 'status says that it is not up')
      expect((await lab.run('lab', 'status')).stderr).toContain('processes of it are left')
      expect(lab.processes().length).toBeGreaterThan(10)

      const down = await lab.run('lab', 'down')
      expect([down.status, down.stderr]).toEqual([0, ''])
      expect(lab.processes()).toEqual([])
      expect(lab.exists).toBe(false)

      const again = await lab.run('lab', 'down')
      expect([again.status, again.stdout]).toEqual([0, 'The lab was not up: nothing to take down.\n'])
      expect((await lab.run('lab', 'status')).status).toBe(3)
      expect((await lab.run('lab', 'scale', 'api', '3')).status).toBe(3)
    },
    LAB_LIMIT,
  )
}
