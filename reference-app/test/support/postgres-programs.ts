import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, readdirSync } from 'node:fs'
import { run } from './child.ts'
import { scratchFolder } from './scratch.ts'

/** Debian keeps the server's programs out of PATH. */
export function binary(name: string): string {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const found = versions.map((version) => `${debian}/${version}/bin/${name}`).find((path) => existsSync(path))
  return found ?? name
}

/** Postgres refuses to be run by root: then it runs as the user that Debian made for it. */
export function owner(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** A folder that belongs to that user. */
export function ownedFolder(): { path: string; remove(): void } {
  const folder = scratchFolder()
  const { uid, gid } = owner()
  if (uid !== undefined && gid !== undefined) chownSync(folder.path, uid, gid)
  return folder
}

/** Rejects when it does not end well. */
export async function runAsOwner(program: string, args: string[]): Promise<void> {
  const { process: ended, stderr } = await run(binary(program), args, { cwd: '/', ...owner() })
  if (ended.exitCode !== 0) throw new Error(`${program} failed: ${stderr}`)
}
