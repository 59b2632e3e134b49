import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from '@jest/globals'

const ROOT = resolve(import.meta.dirname, '..')
const SOURCE = join(ROOT, 'reference-app/src')

/** Which packages the sources of a package import, by name. ARCHITECTURE.md says why. */
const PACKAGES: Record<string, readonly string[]> = {
  instrumentation: [],
  'reference-app': ['instrumentation'],
  content: [],
  dashboards: ['content'],
  lab: ['content'],
  cli: ['content', 'lab'],
}

/** Who may import whom inside the reference app, types included. ARCHITECTURE.md draws it. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  programs: ['ticketing', 'commerce', 'accounts', 'operations', 'platform'],
  ticketing: ['accounts', 'platform'],
  commerce: ['platform'],
  accounts: ['platform'],
  operations: ['platform'],
  platform: [],
}

test('the reference app consists of these parts and nothing else', () => {
  expect(readdirSync(SOURCE).sort()).toEqual(Object.keys(MAY_IMPORT).sort())
})

test.each(Object.keys(MAY_IMPORT))('%s imports only what lies below it', (part) => {
  const imports = filesIn(join(SOURCE, part)).flatMap((file) =>
    importedBy(file).map((path) => [relative(SOURCE, file), relative(SOURCE, path)] as const),
  )
  expect(imports.length).toBeGreaterThan(0)
  const allowed = [part, ...(MAY_IMPORT[part] ?? [])]
  expect(imports.filter(([, to]) => !allowed.includes(to.split('/')[0] ?? ''))).toEqual([])
})

test('every workspace has its rule', () => {
  const { workspaces } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  expect(workspaces.sort()).toEqual(Object.keys(PACKAGES).sort())
})

test.each(Object.entries(PACKAGES))('the package %s imports only %j, and by name', (name, allowed) => {
  const imports = filesIn(join(ROOT, name, 'src')).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+|@drillbook\/[^']+)'/g)].map(
      ([, path = '']) => [relative(ROOT, file), path.startsWith('.') ? resolve(dirname(file), path) : path] as const,
    ),
  )
  expect(imports.length).toBeGreaterThan(0)
  const inside = [join(ROOT, name, 'src'), ...allowed.map((other) => `@drillbook/${other}`)]
  expect(imports.filter(([, path]) => !inside.some((part) => `${path}/`.startsWith(`${part}/`)))).toEqual([])
})

const CLI = resolve(import.meta.dirname, '../cli/src')

test('no file of cli/src imports itself in a circle, neither lazily nor for a type', () => {
  const imports = new Map(filesIn(CLI).map((file) => [file, importedBy(file)]))
  const files = [...imports.keys()]
  expect(files.some((file) => file.endsWith('/cli.ts') && importedBy(file).length > 10)).toBe(true)
  expect(files.filter((file) => reachableFrom(file, imports).has(file)).map((file) => relative(CLI, file))).toEqual([])
})

/** Every file that it leads to, itself only when it does so in a circle. */
function reachableFrom(file: string, imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>()
  const open = [...(imports.get(file) ?? [])]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue
    reached.add(next)
    open.push(...(imports.get(next) ?? []))
  }
  return reached
}

/** What it imports by a relative path: `import`, `export ... from` and `import()`. */
function importedBy(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/(?:from|import\(|import) ?'(\.[^']+)'/g)].map(([, path = '']) =>
    resolve(dirname(file), path),
  )
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}
