import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { freeOffset, TestLab, until } from '../lab-process.ts'
import { LAB_LIMIT } from './up-lab.ts'

/** Labs of their own, ended before they are up. */
export function startingTests(): void {
  const lab = new TestLab('killed')
  afterAll(() => lab.clear(), LAB_LIMIT)

  test(
    'and is killed in the middle is no obstacle to the next, and leaves nothing when that is taken down',
    async () => {
      const offset = await freeOffset()
      const first = lab.start('lab', 'up', '--port-offset', offset)
      let talk = ''
      first.child.stderr?.on('data', (data) => {
        talk += data
      })
      await until(() => talk.includes('prometheus'), 'the first parts')
      first.child.kill('SIGSTOP') // it must not be done before the other command has come to look
      const busy = await lab.run('lab', 'down')
      expect([busy.status, busy.stderr]).toEqual([
        4,
        expect.stringContaining(`is being started by pid ${first.child.pid}`),
      ])
      first.child.kill('SIGKILL')
      await first.ended
      expect(lab.processes().length).toBeGreaterThan(3)

      const second = await lab.run('lab', 'up', '--port-offset', offset)
      expect([second.status, second.stderr]).toEqual([
        0,
        expect.stringMatching(/\d+ processes of an earlier lab .* ended/),
      ])
      expect(second.stdout).toMatch(/The lab is up: [\d.]+ s, \d+ MB of memory/)

      const kept = await lab.run('lab', 'down', '--keep')
      expect(kept.status).toBe(0)
      expect(lab.processes()).toEqual([])
      expect(readdirSync(join(lab.dir, 'logs'))).toContain('api-1.log')
      expect((await lab.run('lab', 'down')).status).toBe(0)
      expect(lab.exists).toBe(false)
    },
    LAB_LIMIT,
  )

  test(
    'comes up without visitors, too: nothing that only they can bring about is waited for',
    async () => {
      const offset = await freeOffset()
      const up = await lab.run('lab', 'up', '--port-offset', offset, '--journeys-per-second', '0')
      expect([up.status, up.stderr]).toEqual([0, expect.stringContaining('traffic valid')])
      expect((await lab.run('lab', 'down')).status).toBe(0)
    },
    LAB_LIMIT,
  )

  test(
    'and is interrupted takes down what has started and removes its folder, with exit status 130',
    async () => {
      const { child, ended } = lab.start('lab', 'up', '--port-offset', await freeOffset())
      let talk = ''
      child.stderr?.on('data', (data) => {
        talk += data
      })
      await until(() => talk.includes('redis-cache'), 'the first part')
      child.kill('SIGINT')
      expect(await ended).toMatchObject({ status: 130, stdout: '' })
      expect(lab.processes()).toEqual([])
      expect(lab.exists).toBe(false)
    },
    LAB_LIMIT,
  )
}
