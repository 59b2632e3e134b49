import { printable } from '@drillbook/content/text/printable'
import type { Stdio } from '../stdio.ts'
import { askKey } from './prompt.ts'

/** One of a list: `value`, and a sentence about it. */
export interface Listed<T> {
  value: T
  text: string
}

/** Without q, which stops. */
const KEYS = '123456789abcdefghijklmnoprstuvwxyz'

/** One of several, listed with a key each (34 at most, the rest is counted); undefined: the person chose none. */
export async function choose<T>(stdio: Stdio, message: string, list: readonly Listed<T>[]): Promise<T | undefined> {
  const choices = list.slice(0, KEYS.length).map(({ value, text }, at) => ({ key: KEYS[at] ?? '', text, value }))
  for (const { key, text } of choices) stdio.err(`  ${stdio.style('bold', key)}  ${printable(text)}\n`)
  if (list.length > choices.length) stdio.err(`     and ${list.length - choices.length} more\n`)
  return askKey<T | undefined>(stdio, message, [
    ...choices.map(({ key, value }) => ({ key, label: '', value })),
    { key: 'q', label: 'stop', value: undefined },
  ])
}
