import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { CliError, messageOf } from '@drillbook/content/errors'
import { processMark } from '@drillbook/content/lock/process-start'
import { writeSynced } from '../files/write-durably.ts'

/** A file to be written whole. `path` is absolute. */
export interface FileContent {
  path: string
  text: string
}

/**
 * Replaces all `files` and removes all `gone`, or changes nothing: every file is written beside its place, to the disk,
 * before the first takes it. What is left is a rename for each, in one turn of the event loop, which no signal but
 * SIGKILL can interrupt; even then each file is the old or the new one, whole, and the next call replaces the rest.
 * Throws `usage` when one cannot be written.
 */
export function replaceFiles(files: readonly FileContent[], gone: readonly string[] = []): void {
  const staged: { from: string; to: string }[] = []
  try {
    for (const { path, text } of files) {
      makeFolder(dirname(path))
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`${path} is a folder`)
      removeLeftovers(path)
      const from = `${beside(path)}${process.pid}.new`
      staged.push({ from, to: path })
      writeSynced(from, text)
    }
  } catch (error) {
    for (const { from } of staged) rmSync(from, { force: true })
    throw new CliError('usage', `nothing was written: ${messageOf(error)}`, { cause: error })
  }
  for (const { from, to } of staged) renameSync(from, to)
  for (const path of gone) rmSync(path, { force: true })
}

function beside(path: string): string {
  return join(dirname(path), `.${basename(path)}.`)
}

/** What a call that was killed has left beside the file. */
function removeLeftovers(path: string): void {
  const prefix = basename(beside(path))
  for (const name of readdirSync(dirname(path))) {
    const pid = name.startsWith(prefix) ? /^(\d+)\.new$/.exec(name.slice(prefix.length))?.[1] : undefined
    if (pid !== undefined && processMark(Number(pid)) === '') rmSync(join(dirname(path), name), { force: true })
  }
}

/** Makes it and the folders above it. Not by Node's `recursive`, which never ends below /proc, where nothing can be made. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  mkdirSync(path)
}
