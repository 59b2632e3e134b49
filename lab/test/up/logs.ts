import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { until } from '../lab-process.ts'
import type { UpLab } from './up-lab.ts'

/** `drillbook lab logs`. */
export function logTests(lab: UpLab): void {
  test('shows the log of a part, and goes on showing it with --follow until Ctrl-C', async () => {
    const { status, stdout } = await lab.run('lab', 'logs', 'slack', '-n', '1')
    expect(status).toBe(0)
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)

    const follow = lab.start('lab', 'logs', 'slack', '--follow')
    let shown = ''
    follow.child.stdout?.on('data', (data) => {
      shown += data
    })
    await until(() => shown.includes('listening'), 'the first lines')
    const webhook = readFileSync(join(lab.dir, 'secrets/slack'), 'utf8').trim()
    await fetch(webhook, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"text":"a new line"}',
    })
    await until(() => shown.includes('a new line'), 'the new line')
    follow.child.kill('SIGINT')
    expect((await follow.ended).status).toBe(0)

    const unknown = await lab.run('lab', 'logs', 'sofa')
    expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining('Its parts are: postgres, ')])
  })
}
