import type { Block, Step } from './runbook.ts'

/** A block that names an earlier one: in its condition, or in a parameter. */
export interface BadLink {
  line: number
  message: string
}

/** The conditions and parameters that name no earlier block of the file which can answer them. */
export function checkLinks(steps: readonly Step[]): BadLink[] {
  const placed = steps.flatMap((step) => step.blocks.map((block) => ({ block, step })))
  return placed.flatMap(({ block }, index) => {
    const earlier = placed.slice(0, index)
    const bad = (from: string, name: string, refusal: (found: Block) => string | undefined): BadLink[] => {
      const found = earlier.find((e) => e.block.name === name)
      const message =
        found === undefined
          ? `no earlier block is named ${name}`
          : found.step.phase === 'long-term'
            ? `${name} stands below "Long term", which is not walked`
            : refusal(found.block)
      return message === undefined ? [] : [{ line: block.line, message: `${from}: ${message}` }]
    }
    const when = block.when === undefined ? [] : bad('when', block.when.decision, undecided)
    const references = block.type === 'act' || block.type === 'look' ? Object.entries(block.references) : []
    return [...when, ...references.flatMap(([param, { block: name }]) => bad(`--param ${param}`, name, mute))]
  })
}

function undecided(block: Block): string | undefined {
  if (block.type !== 'act' && block.decides) return undefined
  return `${block.name} decides nothing: it has no "decides":"true"`
}

function mute({ name, type }: Block): string | undefined {
  if (type === 'act' || type === 'look') return undefined
  return `${name} answers no JSON: only a block with \`drillbook act\` does`
}
