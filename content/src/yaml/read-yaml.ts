import { type Document, isMap, isNode, isScalar, LineCounter } from 'yaml'
import type { z } from 'zod'
import { messageOf, type Problem } from '../errors.ts'
import { FILE_LIMITS, readTextFile } from '../read-file.ts'
import { MOST_PROBLEMS, openDocument, plainValue, unlessTooDeep } from './document.ts'

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
  const opened = openYamlText(text, shownAs)
  if (!('value' in opened)) return opened
  const { value, lineOf } = opened
  return checkValue(value, schema, (path) => ({ file: shownAs, line: lineOf(path) }), lineOf)
}

/** The plain value of a YAML text, not yet checked against any schema. */
export function openYamlText(text: string, shownAs: string): Read<unknown> {
  const lines = new LineCounter()
  const { document, problems } = openDocument(text, lines, shownAs)
  if (problems.length > 0) return { problems }
  const plain = plainValue(document, lines, shownAs)
  if ('problem' in plain) return { problems: [plain.problem] }
  return { value: plain.value, lineOf: (at) => lineOfPath(document, lines, at), problems: [] }
}

/** Where a value stands. Without a line the problem is the file itself. */
export type Place = (path: readonly PropertyKey[]) => { file: string; line?: number | undefined }

/** Checks a value that was read from one file or from several; `placeOf` finds the place of each problem. */
export function checkValue<S extends z.ZodType>(
  value: unknown,
  schema: S,
  placeOf: Place,
  lineOf: (path: readonly PropertyKey[]) => number | undefined,
): Read<z.infer<S>> {
  const checked = unlessTooDeep(placeOf([]).file, () => schema.safeParse(value))
  if ('problem' in checked) return { problems: [checked.problem] }
  const parsed = checked.value
  if (parsed.success) return { value: parsed.data, lineOf, problems: [] }
  const found = parsed.error.issues.flatMap((issue) => {
    const where = issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ` : ''
    if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: where + issue.message }]
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: `${where}Unrecognized key: "${key}"` }))
  })
  // Finding the place of a problem goes through the file.
  const problems = found.slice(0, MOST_PROBLEMS).map(({ path, message }) => problemAt(placeOf(path), message))
  const more = found.length - problems.length
  if (more > 0) problems.push({ ...problems.at(-1), file: placeOf([]).file, message: `and ${more} more like this` })
  return { problems }
}

/** A problem at a place whose line may be unknown. */
export function problemAt({ file, line }: ReturnType<Place>, message: string): Problem {
  return { file, ...(line === undefined ? {} : { line }), message }
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
