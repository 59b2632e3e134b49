import { topOf } from '@drillbook/content/rules/promql'

/**
 * The expression with `service=~"$service"` in every selector, so that the dashboard's choice of services narrows it.
 * Throws PromqlError.
 */
export function selectService(expr: string): string {
  const edits: { at: number; text: string }[] = []
  topOf(expr)
    .cursor()
    .iterate(({ name, node, to }) => {
      if (name !== 'VectorSelector') return
      const matchers = node.getChild('LabelMatchers')
      if (matchers === null) edits.push({ at: to, text: `{${SERVICE}}` })
      else {
        const inside = expr.slice(matchers.from + 1, matchers.to - 1).trim()
        const comma = inside === '' || inside.endsWith(',') ? '' : ', '
        edits.push({ at: matchers.to - 1, text: comma + SERVICE })
      }
    })
  return edits
    .sort((a, b) => b.at - a.at)
    .reduce((text, edit) => text.slice(0, edit.at) + edit.text + text.slice(edit.at), expr)
}

const SERVICE = 'service=~"$service"'
