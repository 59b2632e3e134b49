import { RulesError } from '../rules/rules-error.ts'

/** Ids below are left to panels that are not generated from rules. */
const FIRST = 1000
const COUNT = 1_000_000

/**
 * A panel's id from its name, so that an alert may link to it whatever other alerts come and go. 32-bit FNV-1a.
 */
export function panelId(name: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return FIRST + (hash % COUNT)
}

/** Throws RulesError when two of the names get the same id: one of the alerts needs another name. */
export function refuseSameIds(names: readonly string[]): void {
  const taken = new Map<number, string>()
  for (const name of names) {
    const other = taken.get(panelId(name))
    if (other !== undefined && other !== name) {
      throw new RulesError([`${name} and ${other} get the same panel id: rename one`])
    }
    taken.set(panelId(name), name)
  }
}
