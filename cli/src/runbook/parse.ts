import type { Problem } from '@drillbook/content/errors'
import type { Heading, RootContent } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { checkLinks } from './check-links.ts'
import { runnableLanguage } from './fence.ts'
import { readFrontMatter } from './front-matter.ts'
import { lostFences } from './lost-fences.ts'
import { plainText } from './plain-text.ts'
import { readStep, type Source } from './read-step.ts'
import { resolveReferences } from './resolve-references.ts'
import { type Runbook, SECTIONS, type Step } from './runbook.ts'

interface Section {
  heading: string
  line: number
  nodes: RootContent[]
}

/** Reads a runbook's text; `file` is how problems name it. The runbook, or every problem with its line. */
export function parseRunbook(text: string, file: string): { runbook?: Runbook; problems: Problem[] } {
  const { frontMatter, body, problems } = readFrontMatter(text, file)
  const source: Source = { file, lines: body.split(/\r\n|\r|\n/), problems }
  const tree = fromMarkdown(body)
  const sections = splitAt(resolveReferences(tree).children, 2)
  checkSections(sections, source)
  const steps = sections.flatMap((section) => readSteps(section, source))
  checkNames(steps, source)
  // A block that could not be read has no name yet, so nothing is said about who names it.
  if (problems.length === 0) problems.push(...checkLinks(steps).map((link) => ({ file, ...link })))
  const known = [...steps.flatMap((step) => step.blocks), ...problems].map(({ line }) => line ?? 0)
  problems.push(...lostFences(tree, source, new Set(known)))
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  if (frontMatter === undefined || problems.length > 0) return { problems }
  const texts = sections.map((s) => [
    s.heading,
    s.nodes
      .filter((n) => n.type !== 'code')
      .map(plainText)
      .filter(Boolean)
      .join('\n\n'),
  ])
  return { runbook: { file, frontMatter, sections: Object.fromEntries(texts), steps }, problems: [] }
}

/** The parts that begin at the headings of this depth; what stands before the first is left out. */
function splitAt(nodes: readonly RootContent[], depth: Heading['depth']): Section[] {
  const sections: Section[] = []
  for (const node of nodes) {
    if (node.type === 'heading' && node.depth === depth) {
      sections.push({ heading: plainText(node).trim(), line: node.position?.start.line ?? 0, nodes: [] })
    } else sections.at(-1)?.nodes.push(node)
  }
  return sections
}

function checkSections(sections: readonly Section[], { file, problems }: Source): void {
  const wanted = SECTIONS.map((s) => s.heading)
  const order = wanted.join(', ')
  for (const heading of wanted) {
    const found = sections.filter((s) => s.heading === heading)
    if (found.length === 0) problems.push({ file, message: `the section "## ${heading}" is missing` })
    for (const again of found.slice(1))
      problems.push({ file, line: again.line, message: `the section "## ${heading}" stands twice` })
  }
  for (const { heading, line, nodes } of sections) {
    if (!wanted.includes(heading))
      problems.push({ file, line, message: `unknown section "## ${heading}"; the sections are: ${order}` })
    else if (nodes.length === 0) problems.push({ file, line, message: `the section "## ${heading}" is empty` })
  }
  const known = sections.filter((s) => wanted.includes(s.heading))
  for (const [i, section] of known.entries()) {
    const before = known[i - 1]
    if (before !== undefined && wanted.indexOf(before.heading) > wanted.indexOf(section.heading)) {
      problems.push({
        file,
        line: section.line,
        message: `"## ${section.heading}" stands after "## ${before.heading}"; the order is: ${order}`,
      })
    }
  }
}

/** The steps of a section: what stands below its `###` headings. Only the signs may have blocks without one. */
function readSteps(section: Section, source: Source): Step[] {
  const phase = SECTIONS.find((s) => s.heading === section.heading)?.phase
  const parts = splitAt(section.nodes, 3)
  const first = section.nodes.findIndex((n) => n.type === 'heading' && n.depth === 3)
  const before = {
    heading: section.heading,
    line: section.line,
    nodes: section.nodes.slice(0, first === -1 ? undefined : first),
  }
  if (phase === 'signs') {
    return [before, ...parts].filter((part) => part.nodes.length > 0).map((part) => readStep(part, phase, source))
  }
  const stray = before.nodes.find((n) => n.type === 'code' && runnableLanguage(n) !== undefined)
  const line = stray?.position?.start.line
  if (stray !== undefined || (phase === undefined && parts.length > 0)) {
    const message =
      phase === undefined ? `"## ${section.heading}" has no steps: it explains` : 'a step needs its own ### heading'
    source.problems.push({ file: source.file, line: line ?? parts[0]?.line ?? section.line, message })
  }
  if (phase === undefined) return []
  if (parts.length === 0 && section.nodes.length > 0) {
    source.problems.push({
      file: source.file,
      line: section.line,
      message: `"## ${section.heading}" has no step: each begins with ###`,
    })
  }
  return parts.map((part) => readStep(part, phase, source))
}

/** A name stands for one step in records and drills, so it is unique in the file. */
function checkNames(steps: readonly Step[], { file, problems }: Source): void {
  const seen = new Map<string, number>()
  const names = steps.flatMap((step) =>
    step.blocks.length > 0
      ? step.blocks.map(({ name, line }) => ({ name, line }))
      : [{ name: step.slug, line: step.line }],
  )
  for (const { name, line } of names) {
    const earlier = seen.get(name)
    if (earlier !== undefined) problems.push({ file, line, message: `the name ${name} is taken by line ${earlier}` })
    else seen.set(name, line)
  }
}
