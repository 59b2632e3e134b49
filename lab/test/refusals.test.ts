import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { CHECKOUT, freeOffset, TestLab } from './lab-process.ts'

const LIMIT = 150_000
let scratch: string
let lab: TestLab

beforeEach(() => {
  scratch = mkdtempSync('/var/tmp/dbk-refusals-')
  lab = new TestLab('refused')
})

afterEach(async () => {
  await lab.clear()
  rmSync(scratch, { recursive: true, force: true })
}, LIMIT)

function listen(port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(port, '127.0.0.1', () => resolve(server))
  })
}

test(
  'every taken port is named at once, with its owner, and nothing is left behind',
  async () => {
    const offset = await freeOffset()
    const ports = [18080, 19090].map((port) => port + Number(offset))
    const servers = await Promise.all(ports.map(listen))
    try {
      const { status, stdout, stderr } = await lab.run('lab', 'up', '--port-offset', offset)
      expect([status, stdout]).toEqual([4, ''])
      expect(stderr).toContain(`${ports[0]} (gateway) by pid ${process.pid}: `)
      expect(stderr).toContain(`${ports[1]} (prometheus) by pid ${process.pid}: `)
      expect(stderr).toContain('--port-offset')
      expect(lab.exists).toBe(false)
      expect(lab.processes()).toEqual([])
    } finally {
      for (const server of servers) server.close()
    }
  },
  LIMIT,
)

test('a folder that holds something else is not touched by up or down', async () => {
  mkdirSync(lab.dir)
  writeFileSync(join(lab.dir, 'thesis.txt'), 'three years of work')
  for (const verb of ['up', 'down']) {
    const { status, stderr } = await lab.run('lab', verb)
    expect([status, stderr]).toEqual([4, expect.stringContaining("and is not a lab's")])
  }
  expect(readFileSync(join(lab.dir, 'thesis.txt'), 'utf8')).toBe('three years of work')
  rmSync(lab.dir, { recursive: true })
})

test('a folder that others may write to, or that is a link, is refused: what lies in it is run', async () => {
  mkdirSync(lab.dir)
  // chmod, because the umask takes away the bit that matters here
  ;(await import('node:fs')).chmodSync(lab.dir, 0o777)
  expect(await lab.run('lab', 'up')).toMatchObject({
    status: 4,
    stderr: expect.stringContaining('only this user may write'),
  })
  rmSync(lab.dir, { recursive: true })
  symlinkSync(scratch, lab.dir)
  expect(await lab.run('lab', 'up')).toMatchObject({
    status: 4,
    stderr: expect.stringContaining('only this user may write'),
  })
  rmSync(lab.dir)
})

test('wrong options are told all at once', async () => {
  const { status, stderr } = await lab.run(
    'lab',
    'up',
    '--port',
    'sofa=1',
    '--port',
    'api-1=70000',
    '--port',
    'gateway',
  )
  expect(status).toBe(2)
  expect(stderr).toContain('no part is called sofa')
  expect(stderr).toContain('api-1: 70000 is not from 1024 to 65535')
  expect(stderr).toContain('--port gateway is not NAME=NUMBER')
  expect(await lab.run('lab', 'up', '--speed', '0', '--journeys-per-second', '-1', '--data-set', 'huge')).toMatchObject(
    {
      status: 2,
      stderr: expect.stringMatching(/--speed.*--journeys-per-second.*--data-set/s),
    },
  )
  for (const option of ['--speed', '--journeys-per-second']) {
    expect(await lab.run('lab', 'up', option, 'x')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('must be a number.'),
    })
  }
  expect(lab.exists).toBe(false)
})

test(
  'a part that cannot start is named with what it said last; the rest is ended and the logs stay',
  async () => {
    for (const name of ['drillbook.yaml', 'alerts', 'environments', 'runbooks']) {
      cpSync(join(CHECKOUT, name), join(scratch, name), { recursive: true })
    }
    const config = join(scratch, 'alerts/prometheus.yaml')
    writeFileSync(config, `${readFileSync(config, 'utf8')}\nsofa: comfortable\n`)
    lab = new TestLab('broken', scratch)
    const { status, stdout, stderr } = await lab.run('lab', 'up', '--port-offset', await freeOffset())
    expect([status, stdout]).toEqual([3, ''])
    expect(stderr).toContain('prometheus ended right after its start')
    expect(stderr).toContain('field sofa not found')
    expect(lab.processes()).toEqual([])
    expect(existsSync(join(lab.dir, 'logs/prometheus.log'))).toBe(true)
    expect(await lab.run('lab', 'status')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('the lab is not up'),
    })
  },
  LIMIT,
)

test('a mistake in the environment is told with its line before anything starts', async () => {
  for (const name of ['drillbook.yaml', 'alerts', 'environments', 'runbooks']) {
    cpSync(join(CHECKOUT, name), join(scratch, name), { recursive: true })
  }
  const file = join(scratch, 'environments/lab/connections.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(`\${port.keeper}`, `\${port.sofa}`))
  lab = new TestLab('mistaken', scratch)
  const { status, stderr } = await lab.run('lab', 'up', '--port-offset', await freeOffset())
  expect([status, stderr]).toEqual([
    2,
    expect.stringMatching(/environments\/lab\/connections\.yaml:\d+ {2}the lab has no \$\{port\.sofa\}/),
  ])
  expect([lab.processes(), lab.exists]).toEqual([[], false])
})
