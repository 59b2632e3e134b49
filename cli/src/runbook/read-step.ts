import type { Problem } from '@drillbook/content/errors'
import type { Nodes, RootContent } from 'mdast'
import { plainText } from './plain-text.ts'
import { readBlock } from './read-block.ts'
import type { Block, Phase, Step } from './runbook.ts'

/** The file that is being read, and where its problems are collected. */
export interface Source {
  file: string
  lines: readonly string[]
  problems: Problem[]
}

const REASONS = ['why', 'method', 'goal'] as const
type Reasons = Record<(typeof REASONS)[number], string>

/** Reads what stands below one heading. Every step but a sign says why, how, and what for. */
export function readStep(
  part: { heading: string; line: number; nodes: readonly RootContent[] },
  phase: Phase,
  source: Source,
): Step {
  const blocks: Block[] = []
  const prose: string[] = []
  const reasons: Reasons = { why: '', method: '', goal: '' }
  for (const node of part.nodes) {
    if (node.type === 'code') {
      const line = node.position?.start.line ?? part.line
      const read = readBlock(node, source.lines[line - 1] ?? '')
      if ('block' in read) blocks.push(read.block)
      if ('problems' in read)
        source.problems.push(...read.problems.map((message) => ({ file: source.file, line, message })))
      if ('prose' in read) prose.push(plainText(node))
    } else if (node.type === 'list') {
      const rest = node.children.filter((item) => !takeReason(item, reasons))
      if (rest.length > 0) prose.push(plainText({ ...node, children: rest }))
    } else if (!takeReason(node, reasons)) prose.push(plainText(node))
  }
  if (phase !== 'signs') {
    for (const reason of REASONS.filter((r) => reasons[r] === '')) {
      const label = `**${reason[0]?.toUpperCase()}${reason.slice(1)}:**`
      source.problems.push({
        file: source.file,
        line: part.line,
        message: `the step "${part.heading}" does not say ${label}`,
      })
    }
  }
  return {
    phase,
    title: part.heading,
    slug: slugOf(part.heading),
    ...reasons,
    prose: prose.filter(Boolean).join('\n\n'),
    blocks,
    line: part.line,
  }
}

/** `**Why:** because` in a paragraph or a list item of its own. */
function takeReason(node: Nodes, reasons: Reasons): boolean {
  const paragraph = node.type === 'listItem' ? node.children[0] : node
  if (paragraph?.type !== 'paragraph' || paragraph.children[0]?.type !== 'strong') return false
  const label = plainText(paragraph.children[0]).replace(/:\s*$/, '').trim().toLowerCase()
  const reason = REASONS.find((r) => r === label)
  if (reason === undefined) return false
  const own = plainText({ ...paragraph, children: paragraph.children.slice(1) }).replace(/^\s*:?\s*/, '')
  const more = node.type === 'listItem' ? node.children.slice(1).map(plainText) : []
  reasons[reason] = [own, ...more].join('\n')
  return true
}

function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}
