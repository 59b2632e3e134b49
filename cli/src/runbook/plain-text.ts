import type { Nodes, Paragraph } from 'mdast'

/**
 * Markdown as it reads on a terminal: no markup left but `code`, list dashes, the bars of tables, and the address after
 * a link's or an image's text. References have to be resolved already.
 */
export function plainText(node: Nodes): string {
  switch (node.type) {
    case 'text':
      return node.value.replace(/\s*\n\s*/g, ' ')
    case 'inlineCode':
      return `\`${node.value}\``
    case 'break':
      return '\n'
    case 'html':
      return ''
    case 'code':
      return node.value
        .split('\n')
        .map((line) => `    ${line}`)
        .join('\n')
    case 'link': {
      const text = inline(node.children)
      return text === node.url || node.url.startsWith('#') ? text : `${text} (${node.url})`
    }
    case 'image':
      return [node.alt, `(${node.url})`].filter(Boolean).join(' ')
    case 'paragraph':
      return isTable(node) ? inTable(node.children) : inline(node.children)
    case 'list':
      return node.children
        .map((item, i) => listItem(item, node.ordered ? `${(node.start ?? 1) + i}. ` : '- '))
        .join('\n')
    case 'listItem':
    case 'blockquote':
    case 'root':
      return node.children.map(plainText).join('\n\n')
    default:
      return 'children' in node ? inline(node.children) : ''
  }
}

/** Tables are not part of plain Markdown, so one comes as a paragraph whose lines begin with a bar. */
function isTable({ children }: Paragraph): boolean {
  const [first] = children
  return first?.type === 'text' && first.value.startsWith('|') && /\n\s*\|?\s*:?-/.test(textsOf(children))
}

function textsOf(nodes: readonly Nodes[]): string {
  return nodes.map((node) => (node.type === 'text' ? node.value : '')).join('')
}

/** Each row keeps its line. */
function inTable(nodes: readonly Nodes[]): string {
  return nodes.map((node) => (node.type === 'text' ? node.value.replace(/\s*\n\s*/g, '\n') : plainText(node))).join('')
}

function inline(nodes: readonly Nodes[]): string {
  return nodes.map(plainText).join('')
}

function listItem(item: Nodes, mark: string): string {
  return mark + plainText(item).replaceAll('\n', `\n${' '.repeat(mark.length)}`)
}
