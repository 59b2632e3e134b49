import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ProblemsError } from '@drillbook/content/errors'
import { type Root, rootAt } from '@drillbook/content/root'
import { checkout, scratchFolder } from './tool.ts'

/** A copy of the alerts to play with, and a folder to compile into that does not exist yet. */
export interface Book {
  root: Root
  out: string
  /** Replaces a file below `alerts/`, or makes it. */
  put(file: string, text: string): void
  edit(file: string, change: (text: string) => string): void
  /** A compiled file. */
  read(file: string): string
  remove(): void
}

export function book(): Book {
  const dir = scratchFolder()
  const root = rootAt(join(dir, 'book'))
  const out = join(dir, 'out')
  mkdirSync(root.dir)
  cpSync(checkout.alerts, root.alerts, { recursive: true })
  writeFileSync(join(root.dir, 'drillbook.yaml'), 'version: 1\n')
  const put = (file: string, text: string): void => writeFileSync(join(root.alerts, file), text)
  return {
    root,
    out,
    put,
    edit: (file, change) => put(file, change(readFileSync(join(root.alerts, file), 'utf8'))),
    read: (file) => readFileSync(join(out, file), 'utf8'),
    remove: () => rmSync(dir, { recursive: true }),
  }
}

/** "file:line message" of each problem; none when there are none. Anything else that is thrown goes on. */
export function problemsOf(action: () => unknown): string[] {
  try {
    action()
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.map((p) => `${p.file}:${p.line} ${p.message}`)
    throw error
  }
  return []
}
