import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from '@jest/globals'

const SOURCE = resolve(import.meta.dirname, '../reference-app/src')

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
    [...readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(
      ([, path = '']) => [relative(SOURCE, file), relative(SOURCE, resolve(dirname(file), path))] as const,
    ),
  )
  expect(imports.length).toBeGreaterThan(0)
  const allowed = [part, ...(MAY_IMPORT[part] ?? [])]
  expect(imports.filter(([, to]) => !allowed.includes(to.split('/')[0] ?? ''))).toEqual([])
})

test('instrumentation imports nothing outside of itself but packages, and none of ours', () => {
  const source = resolve(import.meta.dirname, '../instrumentation/src')
  const imports = filesIn(source).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?'([^']+)'/g)].map(([, path = '']) => ({
      file: relative(source, file),
      path,
      leads: path.startsWith('.') ? relative(source, resolve(dirname(file), path)) : path,
    })),
  )
  expect(imports.length).toBeGreaterThan(0)
  expect(imports.filter(({ leads }) => /^\.\.|^@drillbook\//.test(leads))).toEqual([])
})

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}
