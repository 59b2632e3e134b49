import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { findNode24 } from '../../bin/find-node.js'

const LAUNCHER = resolve(import.meta.dirname, '../../bin/drillbook.js')

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drillbook-launcher-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

describe('the launcher', () => {
  test('finds the Node 24 that came with the npm packages, and nothing where there is none', () => {
    const node = findNode24(import.meta.dirname)
    expect(execFileSync(node ?? 'no node', ['--version'], { encoding: 'utf8' })).toMatch(/^v24\./)
    expect(findNode24('/')).toBeUndefined()
  })

  test('takes the command down with it when it is killed: the command sees its channel close', async () => {
    writeFileSync(join(dir, 'e.yaml'), 'name: e\nprometheus: { url: "http://127.0.0.1:1" }\n')
    writeFileSync(join(dir, 'token'), 'secret')
    const args = ['keeper', '--env', join(dir, 'e.yaml'), '--port', '0', '--state', join(dir, 'state')]
    const child = spawn(process.execPath, [LAUNCHER, ...args, '--token-file', join(dir, 'token')], {
      env: { ...process.env, DRILLBOOK_LAUNCHED: '1' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    const exit = once(child, 'exit')
    let said = ''
    for await (const chunk of child.stderr?.iterator({ destroyOnReturn: false }) ?? []) {
      said += chunk
      if (said.includes(' serves ')) break
    }
    child.disconnect()
    expect(await exit).toEqual([0, null])
  })
})

test('the set-up sees what is installed, also in a checkout whose path has a space and an umlaut', () => {
  const checkout = join(dir, 'für mich')
  cpSync(resolve(LAUNCHER, '..'), join(checkout, 'cli', 'bin'), { recursive: true })
  mkdirSync(join(checkout, 'node_modules'))
  writeFileSync(join(checkout, 'package.json'), '{ "type": "module" }')
  for (const file of ['package-lock.json', 'node_modules/.package-lock.json']) writeFileSync(join(checkout, file), '{}')
  const { status, stderr } = spawnSync(process.execPath, [join(checkout, 'cli', 'bin', 'set-up.js')], {
    env: { PATH: process.env.PATH },
    encoding: 'utf8',
  })
  expect([status, stderr]).toEqual([0, ''])
})
