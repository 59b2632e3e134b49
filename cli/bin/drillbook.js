#!/usr/bin/env node
// Plain JavaScript that any Node starts: hands over to Node 24, which runs the TypeScript sources directly.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { findNode24, MISSING_NODE_24 } from './find-node.js'

const here = import.meta.dirname ?? fileURLToPath(new URL('.', import.meta.url))
if (Number(process.versions.node.split('.')[0]) >= 24) {
  const { enableCompileCache } = await import('node:module')
  enableCompileCache()
  await import('../src/main.ts')
} else {
  const node = findNode24(here)
  if (node === undefined) {
    process.stderr.write(MISSING_NODE_24)
    process.exit(3)
  }
  // The IPC channel tells the child when this launcher dies, even by kill -9, so that a drill is not left running alone.
  const child = spawn(node, [`${here}/drillbook.js`, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, DRILLBOOK_LAUNCHED: '1' },
  })
  // A terminal sends Ctrl-C to both; the child decides what it means.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (status, signal) => {
    if (signal !== null) process.kill(process.pid, signal)
    else process.exit(status ?? 70)
  })
}
