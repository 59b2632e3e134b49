import type { Nodes } from 'mdast'

/** Markdown as it reads on a terminal: no markup left but `code`, list dashes, and the address after a link's text. */
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

function inline(nodes: readonly Nodes[]): string {
  return nodes.map(plainText).join('')
}

function listItem(item: Nodes, mark: string): string {
  return mark + plainText(item).replaceAll('\n', `\n${' '.repeat(mark.length)}`)
}
