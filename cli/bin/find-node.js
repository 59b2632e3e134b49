import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The Node 24 that the npm package `node` put beside us; undefined when the dependencies are not installed.
 * @param {string} from the folder to begin at
 * @returns {string | undefined}
 */
export function findNode24(from) {
  for (let dir = from; ; dir = dirname(dir)) {
    const node = join(dir, 'node_modules', 'node', 'bin', 'node')
    if (existsSync(node)) return node
    if (dir === dirname(dir)) return undefined
  }
}

export const MISSING_NODE_24 = `drillbook runs on Node 24; this is Node ${process.versions.node}, and no other was found.
Hint: run \`npm install\` in the checkout (it brings Node 24 along), or install Node 24 or newer.
`
