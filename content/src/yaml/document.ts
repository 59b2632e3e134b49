import { type Document, isAlias, isScalar, type LineCounter, parseDocument, visit } from 'yaml'
import { messageOf, type Problem } from '../errors.ts'

/** Lines above this are no YAML that a person wrote, and some take the parser minutes. Characters. */
const LINE_LIMIT = 64 * 1024
/** The YAML library compares each with each. Ours have fewer than ten. */
const MOST_ALIASES = 1000
/** Of one file; the first ones are the cause of the rest. */
export const MOST_PROBLEMS = 20

const STACK_OVERFLOW = 'Maximum call stack'
const TOO_DEEP = 'is nested too deeply'

/**
 * Parses YAML; throws nothing. An alias without its anchor or inside of it is a problem with its line, like all that
 * YAML finds.
 */
export function openDocument(
  text: string,
  lines: LineCounter,
  file: string,
): { document: Document; problems: Problem[] } {
  const long = text.split('\n').findIndex((line) => line.length > LINE_LIMIT)
  if (long >= 0) {
    const problem = { file, line: long + 1, message: `the line is longer than ${LINE_LIMIT} characters` }
    return { document: parseDocument(''), problems: [problem] }
  }
  // Pretty errors quote the file, at a cost that grows with each.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const problems: Problem[] = document.errors.slice(0, MOST_PROBLEMS).map(({ message, pos }) => ({
    file,
    line: lines.linePos(pos[0]).line,
    message: message.startsWith(STACK_OVERFLOW) ? TOO_DEEP : (message.split('\n')[0] ?? message),
  }))
  const more = document.errors.length - problems.length
  if (more > 0) problems.push({ file, line: problems.at(-1)?.line ?? 1, message: `and ${more} more like this` })
  if (problems.length === 0) {
    const found = unlessTooDeep(file, () => [
      ...repeatedKeys(document, lines, file),
      ...brokenAliases(document, lines, file),
    ])
    problems.push(...('value' in found ? found.value : [found.problem]))
  }
  return { document, problems }
}

/** What `work` gives, or the problem that the file is nested more deeply than a recursive function can follow. */
export function unlessTooDeep<T>(file: string, work: () => T): { value: T } | { problem: Problem } {
  try {
    return { value: work() }
  } catch (error) {
    if (error instanceof RangeError) return { problem: { file, message: TOO_DEEP } }
    throw error
  }
}

/** The document as plain values. Aliases may repeat what they stand for at most a hundred times (yaml's own limit). */
export function plainValue(
  document: Document,
  lines: LineCounter,
  file: string,
): { value: unknown } | { problem: Problem } {
  try {
    return unlessTooDeep(file, () => document.toJS())
  } catch (error) {
    const message = messageOf(error)
    const line = document.contents?.range ? lines.linePos(document.contents.range[0]).line : 1
    const isBomb = message.startsWith('Excessive alias count')
    return { problem: { file, line, message: isBomb ? 'aliases multiply its size too often' : message } }
  }
}

/** YAML's own search for them compares each key with each. Only the first is told. */
function repeatedKeys(document: Document, lines: LineCounter, file: string): Problem[] {
  const problems: Problem[] = []
  visit(document, {
    Map(_, map) {
      const keys = new Set<unknown>()
      for (const { key } of map.items) {
        if (!isScalar(key)) continue
        if (keys.has(key.value)) {
          problems.push({ file, line: lines.linePos(key.range?.[0] ?? 0).line, message: 'Map keys must be unique' })
          return visit.BREAK
        }
        keys.add(key.value)
      }
      return undefined
    },
  })
  return problems
}

function brokenAliases(document: Document, lines: LineCounter, file: string): Problem[] {
  const problems: Problem[] = []
  /** What each name stands for so far: the parser's own search begins at the top for every alias. */
  const anchors = new Map<string, unknown>()
  let aliases = 0
  visit(document, {
    Value(_, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
    Alias(_, alias, path) {
      const line = alias.range ? lines.linePos(alias.range[0]).line : 1
      if (++aliases > MOST_ALIASES) {
        problems.push({ file, line, message: `there are more than ${MOST_ALIASES} aliases` })
        return visit.BREAK
      }
      const target = anchors.get(alias.source)
      const why =
        target === undefined
          ? 'there is no anchor of this name before it'
          : path.some((node) => node === target && !isAlias(node))
            ? 'it stands inside of what it stands for'
            : undefined
      if (why === undefined) return undefined
      problems.push({ file, line, message: `the alias *${alias.source} means nothing: ${why}` })
      return undefined
    },
  })
  return problems
}
