/**
 * Prints every named statement of the application as JSON: [{name, text, ...}]. They are private to their modules, so
 * each is pushed on a list as its module is loaded; one that is declared and not found is an error.
 */
import { globSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

const DECLARATION = /\bconst (\w+): Statement = /g
const source = new URL('../../src/', import.meta.url)
const found: unknown[] = []
Object.assign(globalThis, { namedStatements: found })

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!url.startsWith(source.href)) return loaded
    const text = readFileSync(fileURLToPath(url), 'utf8')
    const names = [...text.matchAll(DECLARATION)].map(([, name]) => name)
    return { ...loaded, source: `${text}\nglobalThis.namedStatements?.push(${names.join(', ')})\n` }
  },
})

let declared = 0
for (const path of globSync('**/*.ts', { cwd: source })) {
  const count = [...readFileSync(new URL(path, source), 'utf8').matchAll(DECLARATION)].length
  declared += count
  if (count > 0) await import(new URL(path, source).href)
}
if (declared === 0 || found.length !== declared) {
  throw new Error(`${declared} statements are declared, ${found.length} were found`)
}
process.stdout.write(JSON.stringify(found))
