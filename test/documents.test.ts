import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from '@jest/globals'

const ROOT = resolve(import.meta.dirname, '..')
const NOT_OURS = new Set(['.git', '.drillbook', 'coverage', 'dist', 'node_modules'])

/** Not there until a program makes it: by `lab up` in its folder, and the post-mortem. */
const MADE_LATER =
  /^(environment\.yaml|lab\.json|logs\/|secrets\/|nginx\/instances\.conf|prometheus\/targets\/api\.yaml|post-mortem\.md)$/

/** Everything in the checkout, folders with a slash at their end, relative to the root. */
const PATHS = walk('')
const DOCUMENTS = PATHS.filter((path) => path.endsWith('.md'))
const SCRIPTS = Object.keys(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts)

test('there are documents', () => {
  expect(DOCUMENTS).toEqual(
    expect.arrayContaining(['README.md', 'reference-app/README.md', 'runbooks/cache-outage.md']),
  )
})

describe.each(DOCUMENTS)('%s', (document) => {
  const text = readFileSync(join(ROOT, document), 'utf8')

  test('links to files and headings that exist', () => {
    expect(linksOf(text).filter((link) => !leads(document, link))).toEqual([])
  })

  test('names files and folders that exist', () => {
    expect(namedIn(text).filter((name) => !exists(document, name))).toEqual([])
  })

  test('quotes npm scripts that exist', () => {
    const quoted = [...text.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)].map(([, script]) => script)
    expect(quoted.filter((script) => !SCRIPTS.includes(script as string))).toEqual([])
  })
})

function walk(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => !NOT_OURS.has(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? [`${path}/`, ...walk(path)] : [path]
    })
}

/** Targets of links outside of code, without those of other hosts. */
function linksOf(text: string): string[] {
  const prose = text.replaceAll(/^(`{3,})[\s\S]*?^\1/gm, '').replaceAll(/`[^`\n]*`(?!\])/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target as string)
    .filter((target) => !/^[a-z]+:/.test(target))
}

function leads(document: string, link: string): boolean {
  const [file = '', heading] = link.split('#')
  const path = file === '' ? document : relative(ROOT, resolve(ROOT, dirname(document), file))
  if (!PATHS.includes(path) && !PATHS.includes(`${path}/`)) return false
  return heading === undefined || headingsOf(readFileSync(join(ROOT, path), 'utf8')).includes(heading)
}

/** As forges make addresses of headings. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/**
 * What stands in backticks, or after `node` in a block of commands, and can only be a file or a folder of ours: it ends like one, or begins with
 * a folder that is there. Placeholders (NAME, <name>, {id}, ${...}) name nothing.
 */
function namedIn(text: string): string[] {
  const code = [...text.matchAll(/`([^`\n]+)`/g)].map(([, name]) => name as string)
  const run = [...text.matchAll(/\bnode (?:--\S+ (?:@\S+ )?)*([\w./-]+\.[jt]s)\b/g)].map(([, name]) => name as string)
  return [...code, ...run].filter(
    (name) =>
      /^[\w.*-]+(\/[\w.*-]+)*\/?$/.test(name) &&
      !/\b[A-Z]{3,}\b(?!\.md)/.test(name) &&
      !MADE_LATER.test(name) &&
      (/\w\.(ts|js|json|yaml|md|html|conf|tmpl|patch|lua|sql)$/.test(name) ||
        name.endsWith('/') ||
        PATHS.some((path) => name.includes('/') && path === `${name.split('/')[0]}/`)),
  )
}

/** A document may leave out the way to a file, as far as what it says is the end of a path. */
function exists(document: string, name: string): boolean {
  const pattern = name
    .split('*')
    .map((part) => part.replaceAll('.', '\\.'))
    .join('[^/]*')
  const wanted = new RegExp(`(^|/)${pattern}/?$`)
  return PATHS.some((path) => wanted.test(path)) || PATHS.includes(join(dirname(document), name))
}
