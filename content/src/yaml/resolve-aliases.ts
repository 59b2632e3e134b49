import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  visit,
  type YAMLMap,
} from 'yaml'
import type { Problem } from '../errors.ts'

/** Nodes that aliases may add to one file: our own largest rule file has some 500 in all. */
const MOST_COPIES = 20_000

/**
 * Puts a copy of what it stands for in the place of every alias, and of every merge key (`<<`) what it merges, so that
 * each place can be changed by itself. Gives what cannot be resolved, with its line; then the document is of no use.
 */
export function resolveAliases(document: Document, lines: LineCounter, file: string): Problem[] {
  const resolver = new Resolver(lines, file)
  try {
    document.contents = resolver.resolve(document.contents)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return [{ file, message: 'is nested too deeply' }]
  }
  return resolver.problems
}

class Resolver {
  readonly problems: Problem[] = []
  private readonly lines: LineCounter
  private readonly file: string
  /** What each anchor stands for at this point of the file, resolved; undefined while we are inside of it. */
  private readonly anchors = new Map<string, Node | undefined>()
  private copies = 0

  constructor(lines: LineCounter, file: string) {
    this.lines = lines
    this.file = file
  }

  resolve<T>(value: T): T | Node | null {
    if (isAlias(value)) return this.copyOf(value)
    if (!isNode(value)) return value
    const { anchor } = value as { anchor?: string }
    if (anchor !== undefined) this.anchors.set(anchor, undefined)
    if (isMap(value)) this.resolveMap(value)
    else if (isSeq(value)) value.items = value.items.map((item) => (isPair(item) ? item : this.resolve(item)))
    if (anchor !== undefined) {
      this.anchors.set(anchor, value)
      delete (value as { anchor?: string }).anchor
    }
    return value
  }

  private copyOf(alias: Node & { source: string }): Node | null {
    const target = this.anchors.get(alias.source)
    if (target === undefined) {
      const inside = this.anchors.has(alias.source)
      this.problem(
        alias,
        `the alias *${alias.source} ${inside ? 'stands inside of itself' : 'has no anchor before it'}`,
      )
      return null
    }
    visit(target, () => void this.copies++)
    if (this.copies > MOST_COPIES) {
      if (this.problems.length === 0) this.problem(alias, 'aliases multiply the size of the file too often')
      return null
    }
    return target.clone() as Node
  }

  private resolveMap(map: YAMLMap): void {
    const merged: Pair[] = []
    map.items = map.items.filter((pair) => {
      pair.key = this.resolve(pair.key)
      pair.value = this.resolve(pair.value)
      if (!isMergeKey(pair.key)) return true
      const sources = isSeq(pair.value) ? pair.value.items : [pair.value]
      for (const source of sources) {
        if (isMap(source)) merged.push(...source.items)
        else if (this.problems.length === 0) this.problem(pair.key, '<< merges mappings only')
      }
      return false
    })
    for (const pair of merged) if (!map.has(pair.key)) map.items.push(pair)
  }

  private problem(node: unknown, message: string): void {
    const range = isNode(node) ? node.range : undefined
    this.problems.push({ file: this.file, ...(range ? { line: this.lines.linePos(range[0]).line } : {}), message })
  }
}

/** Quoted, it is a key like any other. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === '<<' && (key.type === undefined || key.type === 'PLAIN')
}
