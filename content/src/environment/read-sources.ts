import type { z } from 'zod'
import type { Problem } from '../errors.ts'
import { checkValue, openYamlText, type Place, problemAt, type Read } from '../yaml/read-yaml.ts'

/** The text of one file of an environment. */
export interface Source {
  /** Absolute; paths in the file are relative to it. */
  path: string
  /** As problems name it. */
  shownAs: string
  text: string
}

/** An environment read from its files: the value with `sourceOf` (the file that says a key), or every problem. */
export type ReadSources<T> =
  | { value: T; placeOf: Place; sourceOf: (path: readonly PropertyKey[]) => Source | undefined; problems: [] }
  | { problems: Problem[] }

/** Keys whose entries may stand in different files. Every other key stands in one. */
const BY_ENTRY = ['actions', 'faults']

/**
 * Reads the files of one environment as if they were one. `shownAs` is the environment's file or folder, for problems
 * that belong to no single file, such as a key that is missing.
 */
export function readSources<S extends z.ZodType>(
  sources: readonly Source[],
  schema: S,
  shownAs: string,
): ReadSources<z.infer<S>> {
  const opened = sources.map((source) => ({ source, read: openYamlText(source.text, source.shownAs) }))
  const unreadable = opened.flatMap(({ read }) => read.problems)
  if (unreadable.length > 0) return { problems: unreadable }

  const merged = new Map<string, unknown>()
  const owners = new Map<string, (typeof opened)[number]>()
  const problems: Problem[] = []
  const claim = (path: [string] | [string, string], one: (typeof opened)[number]): boolean => {
    const key = path.join('.')
    const owner = owners.get(key)
    if (owner === undefined) {
      owners.set(key, one)
      return true
    }
    const there = lineIn(owner.read, path)
    const line = lineIn(one.read, path)
    const message = `${key} stands in ${owner.source.shownAs}${there === undefined ? '' : `:${there}`}, too`
    problems.push(problemAt({ file: one.source.shownAs, line }, message))
    return false
  }
  for (const one of opened) {
    const value = 'value' in one.read ? one.read.value : undefined
    if (value === null) continue // a file with nothing but comments
    if (!isRecord(value)) {
      problems.push({
        file: one.source.shownAs,
        line: 1,
        message: 'an environment is a mapping: `name: ...` and so on',
      })
      continue
    }
    for (const [key, each] of Object.entries(value)) {
      const entries = BY_ENTRY.includes(key) && each === null ? {} : each // `actions:` with every entry commented out
      if (!BY_ENTRY.includes(key) || !isRecord(entries)) {
        if (claim([key], one)) merged.set(key, each)
        continue
      }
      const own = Object.entries(entries).filter(([name]) => claim([key, name], one))
      const before = merged.get(key) ?? {}
      merged.set(key, isRecord(before) ? { ...before, ...Object.fromEntries(own) } : before)
    }
  }
  if (problems.length > 0) return { problems }

  const ownerOf = ([first, second]: readonly PropertyKey[]) => {
    const [only] = opened.length === 1 ? opened : []
    return owners.get(`${String(first)}.${String(second)}`) ?? owners.get(String(first)) ?? only
  }
  const placeOf: Place = (path) => {
    const owner = ownerOf(path)
    return owner === undefined ? { file: shownAs } : { file: owner.source.shownAs, line: lineIn(owner.read, path) }
  }
  const checked = checkValue(Object.fromEntries(merged), schema, placeOf, (path) => placeOf(path).line)
  if (!('value' in checked)) return checked
  return { value: checked.value, placeOf, sourceOf: (path) => ownerOf(path)?.source, problems: [] }
}

function lineIn(read: Read<unknown>, path: readonly PropertyKey[]): number | undefined {
  return 'value' in read ? read.lineOf(path) : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
