import { describe, expect, test } from '@jest/globals'
import { responderDesk } from './desk.ts'

/** `drillbook query`, through the front door: the real process, stand-ins for what it talks to. */

const desk = responderDesk()

describe('query', () => {
  test.each([
    ['what holds is 0', ['query', 'up', '--expect', '== 1'], 0, 'm{instance="i0"} 1\n', ''],
    ['what does not hold is 1', ['query', 'up', '--expect', '> 1'], 1, 'm{instance="i0"} 1\n', /1, wanted > 1: up/],
    ['no data does not hold', ['query', 'nothing', '--expect', '== 0'], 1, '', /no data, wanted == 0/],
    ['no data holds when it may', ['query', 'nothing', '--expect', '== 0', '--empty', 'ok'], 0, '', 'no data\n'],
    ['without an expectation any answer will do', ['query', 'nothing'], 0, '', 'no data\n'],
    ['a query that is none is wrong use', ['query', 'nonsense('], 2, '', /parse error/],
  ])('%s', async (_, argv, wanted, out, err) => {
    const { status, stdout, stderr } = await desk.drillbook(...argv)
    expect({ status, stdout }).toEqual({ status: wanted, stdout: out })
    if (err === '') expect(stderr).toBe('')
    else expect(stderr).toMatch(err)
  })

  test('all that is wrong with the options is said at once', async () => {
    const { status, stderr } = await desk.drillbook(
      'query',
      'up',
      '--expect',
      'fine',
      '--within',
      'soon',
      '--empty',
      'yes',
    )
    expect(status).toBe(2)
    for (const part of ['"fine"', '"soon"', '"yes"']) expect(stderr).toContain(part)
  })

  test('it waits in the time of the environment', async () => {
    let asks = 0
    desk.prometheus.answers.set('latency', () => [++asks < 3 ? 9 : 0.1])
    const { status, stdout } = await desk.drillbook(
      'query',
      'latency',
      '--expect',
      '<= 200ms',
      '--within',
      '10m',
      '--json',
    )
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ holds: true, samples: [{ value: 0.1 }], expect: '<= 200ms' })
  })

  test('a Prometheus that does not answer is 3', async () => {
    await desk.prometheus.close()
    const { status, stderr } = await desk.drillbook('query', 'up')
    expect(status).toBe(3)
    expect(stderr).toContain('hint:')
  })
})
