import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { until } from './until.ts'

/** So many lines after the first that could not be written, a process has survived that. */
const ENOUGH = 10
/** For a process that may never end by itself. Milliseconds. */
const END_LIMIT_MS = 20_000

test('a process whose log goes to a full disk goes on, and ends when it is told to', async () => {
  const app = spawn(process.execPath, ['test/apps/logging-app.mjs'], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
  })
  let alive = ''
  app.stderr?.on('data', (chunk) => {
    alive += chunk
  })
  try {
    await until(() => alive.split('\n').length > ENOUGH)
    const ended = once(app, 'exit')
    app.kill('SIGTERM')
    const tooLong = setTimeout(() => app.kill('SIGKILL'), END_LIMIT_MS)
    expect(await ended).toEqual([0, null])
    clearTimeout(tooLong)
  } finally {
    app.kill('SIGKILL')
  }
})
