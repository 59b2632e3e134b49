import { readFileSync } from 'node:fs'

/** A secret below this can be guessed: 32 hex digits are 128 bits. */
const MIN_SECRET_LENGTH = 32

/**
 * The secret in `file`. What is wrong with it is added to `problems` under the name of its variable; the secret is
 * empty or too short then.
 */
export function readSecret(name: string, file: string, problems: string[]): string {
  try {
    const text = readFileSync(file, 'utf8').trim()
    if (text.length < MIN_SECRET_LENGTH) problems.push(`${name}: holds fewer than ${MIN_SECRET_LENGTH} characters`)
    return text
  } catch (error) {
    problems.push(`${name}: cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    return ''
  }
}
