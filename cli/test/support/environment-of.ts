import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootAt } from '@drillbook/content/root'
import { type Environment, loadEnvironment } from '../../src/environment/environment.ts'

/** An environment named `here` with these actions, read from a file. */
export function environmentOf(actions: object): Environment {
  const dir = mkdtempSync(join(tmpdir(), 'drillbook-environment-'))
  const file = join(dir, 'here.yaml')
  try {
    writeFileSync(file, JSON.stringify({ name: 'here', prometheus: { url: 'http://127.0.0.1:1' }, actions }))
    return loadEnvironment(rootAt(dir), file, {})
  } finally {
    rmSync(dir, { recursive: true })
  }
}
