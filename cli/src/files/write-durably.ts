import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Replaces a file in one step; a reader sees the old or the new content, also after a power cut or on a full disk. */
export function writeDurably(path: string, text: string): void {
  const beside = `${path}.${process.pid}.new`
  try {
    writeSynced(beside, text, 0o600)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
  renameSync(beside, path)
  syncFolder(dirname(path))
}

/** Writes a file in place and returns when its content is on the disk; the folder's entry may not be yet. */
export function writeSynced(path: string, text: string, mode?: number): void {
  const file = openSync(path, 'w', mode)
  try {
    writeFileSync(file, text) // all of it: one write may take the beginning only, and say so without an error
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Makes the entries of a folder durable. */
export function syncFolder(dir: string): void {
  const fd = openSync(dir, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
