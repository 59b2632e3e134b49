import { type Document, isMap, isNode, isScalar, LineCounter } from 'yaml'
import type { z } from 'zod'
import { messageOf, type Problem } from '../errors.ts'
import { openDocument, plainValue, unlessTooDeep } from './document.ts'
import { FILE_LIMITS, readTextFile } from './read-file.ts'

/** A YAML file read against its schema: the value, or every problem with the line it stands on. */
export type Read<T> =
  | { value: T; lineOf: (path: readonly PropertyKey[]) => number | undefined; problems: [] }
  | { problems: Problem[] }

/** Reads and checks; throws nothing. `file` appears in problems as given in `shownAs`. */
export function readYaml<S extends z.ZodType>(path: string, schema: S, shownAs = path): Read<z.infer<S>> {
  let text: string
  try {
    text = readTextFile(path, FILE_LIMITS.content)
  } catch (error) {
    return { problems: [{ file: shownAs, message: `cannot be read: ${messageOf(error)}` }] }
  }
  return parseYaml(text, schema, shownAs)
}

/** As readYaml, for text at hand. */
export function parseYaml<S extends z.ZodType>(text: string, schema: S, shownAs: string): Read<z.infer<S>> {
  const lines = new LineCounter()
  const { document, problems } = openDocument(text, lines, shownAs)
  if (problems.length > 0) return { problems }
  const plain = plainValue(document, lines, shownAs)
  if ('problem' in plain) return { problems: [plain.problem] }
  const lineOf = (at: readonly PropertyKey[]) => lineOfPath(document, lines, at)
  const checked = unlessTooDeep(shownAs, () => schema.safeParse(plain.value))
  if ('problem' in checked) return { problems: [checked.problem] }
  const parsed = checked.value
  if (parsed.success) return { value: parsed.data, lineOf, problems: [] }
  return {
    problems: parsed.error.issues.map((issue) => {
      const key = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
      const line = lineOf(key === undefined ? issue.path : [...issue.path, key])
      const where = issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ` : ''
      return { file: shownAs, ...(line === undefined ? {} : { line }), message: where + issue.message }
    }),
  }
}

/** The line of the deepest part of the path that exists. */
function lineOfPath(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number | undefined {
  for (let depth = path.length; depth >= 0; depth--) {
    const at = path.slice(0, depth)
    const parent = depth === 0 ? document.contents : document.getIn(at.slice(0, -1), true)
    const key = at.at(-1)
    if (depth > 0 && isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key)
      if (pair !== undefined && isScalar(pair.key) && pair.key.range) return lines.linePos(pair.key.range[0]).line
    }
    const node = document.getIn(at, true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return undefined
}
