import type { Definition, Nodes, Root } from 'mdast'

/** The same text with each `[link][reference]` and `![image][reference]` replaced by what it refers to. */
export function resolveReferences(root: Root): Root {
  const definitions = new Map<string, Definition>()
  collect(root, definitions)
  return { ...root, children: root.children.map((child) => resolved(child, definitions)) }
}

/** Of two definitions the first counts. */
function collect(node: Nodes, definitions: Map<string, Definition>): void {
  if (node.type === 'definition' && !definitions.has(node.identifier)) definitions.set(node.identifier, node)
  if ('children' in node) for (const child of node.children) collect(child, definitions)
}

function resolved<N extends Nodes>(node: N, definitions: ReadonlyMap<string, Definition>): N
function resolved(node: Nodes, definitions: ReadonlyMap<string, Definition>): Nodes {
  if (node.type === 'imageReference') {
    const { url = '' } = definitions.get(node.identifier) ?? {}
    return { type: 'image', url, alt: node.alt ?? null, ...at(node) }
  }
  if (!('children' in node)) return node
  const children = node.children.map((child) => resolved(child, definitions))
  const whole = Object.assign({}, node, { children })
  if (whole.type !== 'linkReference') return whole
  const { url = '' } = definitions.get(whole.identifier) ?? {}
  return { type: 'link', url, children: whole.children, ...at(node) }
}

function at({ position }: Nodes): Pick<Nodes, 'position'> {
  return position === undefined ? {} : { position }
}
