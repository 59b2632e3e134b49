import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from '@jest/globals'
import { httpProbe, redisProbe } from '../src/parts/probe.ts'

test('what takes a connection and says nothing is told in the same words, whatever it should speak', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const probes = [httpProbe(`http://127.0.0.1:${port}/`), redisProbe(port)]
  expect(await Promise.all(probes.map((probe) => probe()))).toEqual([
    'no answer within 1000 ms',
    'no answer within 1000 ms',
  ])
  silent.close()
})
