import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { LabInfo } from '../src/folder/lab-file.ts'
import { gatewayServers, instanceTargets } from '../src/parts/api-instances.ts'
import { resolvePorts } from '../src/parts/ports.ts'
import { othersKnow } from '../src/running/tell-others.ts'

const ports = resolvePorts(0, [])

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drillbook-scale-'))
  mkdirSync(join(dir, 'nginx'))
  mkdirSync(join(dir, 'prometheus/targets'), { recursive: true })
})
afterEach(() => rmSync(dir, { recursive: true }))

/** A lab whose files name so many instances each. */
function lab(gateway: number, prometheus: number, apiInstances: number): LabInfo {
  writeFileSync(join(dir, 'nginx/instances.conf'), gatewayServers(ports, gateway))
  writeFileSync(join(dir, 'prometheus/targets/api.yaml'), instanceTargets(ports, prometheus))
  return {
    version: 1,
    dir,
    checkout: '/',
    phase: 'up',
    startedAt: '2026-11-21T03:15:00.000Z',
    speed: 10,
    journeysPerSecond: 60,
    dataSet: 'small',
    apiInstances,
    ports,
  }
}

describe('gateway, Prometheus and command line', () => {
  test('are not told again what they know', () => {
    expect(othersKnow(lab(2, 2, 2), 2)).toBe(true)
    expect(othersKnow(lab(2, 2, 2), 3)).toBe(false)
  })

  test('are told again when a call to scale was killed in the middle, also by one that takes it back', () => {
    expect(othersKnow(lab(3, 2, 2), 2)).toBe(false)
    expect(othersKnow(lab(3, 3, 2), 2)).toBe(false)
    expect(othersKnow(lab(3, 3, 2), 3)).toBe(false)
  })
})
