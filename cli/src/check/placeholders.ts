import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { errorCode, messageOf, type Problem } from '@drillbook/content/errors'
import { FILE_LIMITS, readTextFile } from '@drillbook/content/read-file'
import type { Root } from '@drillbook/content/root'

/** Marks what only a person can write; `drillbook new` leaves it behind. */
const TEXT = /\bTO WRITE\b.*?(?=["']?\s*$)/
/** The same where a name has to stand. */
const NAME = /\bTO-WRITE-([a-z]+)\b/

/** A placeholder for a name: it exists nowhere, and `placeholders` reports it. */
export function isPlaceholder(name: string): boolean {
  return NAME.test(name)
}

/**
 * Each line of alerts, runbooks, drills and environments that is still to be written by a person, and each file that
 * cannot be read.
 */
export function placeholders(root: Root): Problem[] {
  const files = [join(root.alerts, 'rules'), join(root.alerts, 'tests'), root.runbooks, root.environments]
    .flatMap(textsBelow)
    .sort()
  return files.flatMap((path) => {
    const file = relative(root.dir, path)
    try {
      return placeholdersIn(readTextFile(path, FILE_LIMITS.content), file)
    } catch (error) {
      return [{ file, message: `cannot be read: ${messageOf(error)}` }]
    }
  })
}

function placeholdersIn(content: string, file: string): Problem[] {
  return content.split('\n').flatMap((text, index) => {
    const name = NAME.exec(text)?.[1]
    const message = TEXT.exec(text)?.[0] ?? (name && `TO WRITE: the ${name}`)
    return message === undefined ? [] : [{ file, line: index + 1, message }]
  })
}

function textsBelow(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ya?ml|md)$/.test(name))
      .map((name) => join(dir, name))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}
