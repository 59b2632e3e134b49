import type { Problem } from '@drillbook/content/errors'
import type { Code, Nodes, Root } from 'mdast'
import { isFenced, missingEnd, opensRunnable, runnableLanguage } from './fence.ts'

interface Text {
  file: string
  lines: readonly string[]
}

/**
 * Blocks that somebody expects to be run and that no step holds, and blocks that never end: a step is never silently
 * prose. `known`: the lines of the blocks that were read or are problems already.
 */
export function lostFences(root: Root, { file, lines }: Text, known: ReadonlySet<number>): Problem[] {
  const codes = codesIn(root)
  const unclosed = codes.flatMap((code) => {
    const end = missingEnd(code, lines)
    const message = `the block is not closed: it ends with ${end}`
    return end === undefined ? [] : [{ file, line: lineOf(code), message }]
  })
  const runnable = new Set(codes.filter((code) => runnableLanguage(code) !== undefined).map(lineOf))
  const lost = lines.flatMap((text, index) => {
    const line = index + 1
    if (known.has(line) || !(runnable.has(line) || opensRunnable(text))) return []
    return [{ file, line, message: `this block is not run: ${reason(root, line, lines)}` }]
  })
  return [...unclosed, ...lost]
}

function codesIn(node: Nodes): Code[] {
  if (node.type === 'code') return [node]
  return 'children' in node ? node.children.flatMap(codesIn) : []
}

function lineOf(node: Nodes): number {
  return node.position?.start.line ?? 0
}

function reason(root: Root, line: number, lines: readonly string[]): string {
  const around = nodesAt(root, line)
  const code = around.find((node) => node.type === 'code')
  if (code !== undefined && lineOf(code) !== line && isFenced(code, lines)) {
    return `it stands in the block that begins at line ${lineOf(code)}`
  }
  if (around.some((node) => node.type === 'listItem')) return 'move it out of the list'
  if (around.some((node) => node.type === 'blockquote')) return 'move it out of the quotation'
  if (around.some((node) => node.type === 'html')) return 'move it out of the HTML, or delete it'
  if (code === undefined) return 'it is no fence. The line has ``` and the language at its beginning, and nothing else'
  return isFenced(code, lines) ? 'it stands outside of the steps' : 'it is indented by four blanks or more'
}

/** The nodes that cover a line, the outermost first. */
function nodesAt(node: Nodes, line: number): Nodes[] {
  const { start, end } = node.position ?? {}
  if (start === undefined || end === undefined || line < start.line || line > end.line) return []
  return [node, ...('children' in node ? node.children.flatMap((child) => nodesAt(child, line)) : [])]
}
