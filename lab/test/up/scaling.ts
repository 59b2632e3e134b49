import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { until } from '../lab-process.ts'
import { LAB_LIMIT, type UpLab } from './up-lab.ts'

/** `drillbook lab scale`. */
export function scalingTests(lab: UpLab): void {
  test(
    'is scaled out and in again without a failed request; gateway, Prometheus and the command line know the instances',
    async () => {
      // A read that needs nothing but an instance: what fails here was lost on the way. Sent again when its connection is reset.
      const answers: (number | string)[] = []
      let going = true
      const reader = async () => {
        while (going) {
          answers.push(
            await lab
              .read()
              .catch(() => lab.read())
              .catch(String),
          )
          await setTimeout(10) // those who are asked whether they are ready need a turn, too
        }
      }
      const readers = Array.from({ length: 10 }, reader)
      const third = async () => {
        const text = await fetch(`http://127.0.0.1:${lab.info.ports['ops-3']}/metrics`).then((r) => r.text())
        const counts = [...text.matchAll(/^http_server_request_duration_seconds_count{[^}]*} (\d+)/gm)]
        return counts.reduce((sum, [, count]) => sum + Number(count), 0)
      }
      const scaled = async (count: string) => {
        const { status, stdout, stderr } = await lab.run('lab', 'scale', 'api', count, '--json')
        if (status !== 0) throw new Error(stderr)
        const told = [...stderr.matchAll(/^✔ (\S+) +[\d.]+ s$/gm)].map(([, name]) => name)
        return { status, told, ...JSON.parse(stdout) }
      }
      const done = { status: 0, instances: 3, stopped: [] }
      const first = { told: ['api-3', 'nginx', 'prometheus'], before: 2, started: ['api-3'] }
      expect(await scaled('3')).toMatchObject({ ...done, ...first })
      expect(await scaled('3')).toMatchObject({ ...done, told: ['prometheus'], before: 3, started: [] })
      await until(async () => (await third()) > 20, 'requests to api-3')
      const targets = `http://127.0.0.1:${lab.info.ports.prometheus}/api/v1/query?query=count(up{service="reference-app"}==1)`
      await until(async () => (await (await fetch(targets)).text()).includes('"3"'), 'three in Prometheus')
      expect(readFileSync(join(lab.dir, 'environment.yaml'), 'utf8')).toContain(
        `http://127.0.0.1:${lab.info.ports['ops-3']}`,
      )
      const status = await lab.healthy()
      expect(status.parts.filter((p) => /^api-/.test(p.name)).map((p) => [p.name, p.healthy])).toEqual([
        ['api-1', true],
        ['api-2', true],
        ['api-3', true],
      ])
      // What the third one adds to a lab that has just come up: databases and Prometheus take more by the minute.
      const added = status.parts.find((p) => p.name === 'api-3')?.memoryBytes ?? Number.NaN
      expect((lab.info.memoryBytes ?? Number.NaN) + added).toBeLessThan(1e9)
      const read = () => answers.filter((answer) => answer === 204).length
      await until(() => read() > 500, 'enough reads')

      const act = await lab.run('act', 'scale-in-api', '--yes')
      expect([act.status, act.stderr]).toEqual([0, expect.stringContaining('api-3 stopped')])
      expect(lab.supervisorctl('status', 'api-1', 'api-2')).toMatch(/RUNNING.*\n.*RUNNING/)
      expect(readFileSync(join(lab.dir, 'environment.yaml'), 'utf8')).not.toContain(`:${lab.info.ports['ops-3']}`)
      going = false
      await Promise.all(readers)
      expect(answers.filter((answer) => answer !== 204 && answer !== 'overloaded')).toEqual([])

      const absurd = await lab.run('lab', 'scale', 'api', '9')
      expect([absurd.status, absurd.stderr]).toEqual([2, expect.stringContaining('from 1 to 4 instances')])
    },
    LAB_LIMIT,
  )
}
