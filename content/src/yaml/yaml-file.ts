import { relative } from 'node:path'
import { type Document, isScalar, LineCounter } from 'yaml'
import { CliError, messageOf, type Problem } from '../errors.ts'
import { FILE_LIMITS, readTextFile } from '../read-file.ts'
import type { Root } from '../root.ts'
import { openDocument } from './document.ts'
import { resolveAliases } from './resolve-aliases.ts'

/** A YAML file to be changed in place, comments and all. `file` is relative to the drillbook's root. */
export interface YamlFile {
  file: string
  document: Document
  lines: LineCounter
}

/** Where a value stands in a YAML document: keys and indices from the top. */
export type YamlPath = readonly (string | number)[]

/**
 * Aliases and merge keys are resolved. What YAML itself finds wrong goes to `problems`. Throws `usage` when the file
 * cannot be read.
 */
export function openYaml(root: Root, path: string, problems: Problem[]): YamlFile {
  let source: string
  try {
    source = readTextFile(path, FILE_LIMITS.content)
  } catch (error) {
    throw new CliError('usage', `cannot read ${path}: ${messageOf(error)}`)
  }
  const lines = new LineCounter()
  const file = relative(root.dir, path)
  const { document, problems: found } = openDocument(source, lines, file)
  problems.push(...found)
  if (found.length === 0) problems.push(...resolveAliases(document, lines, file))
  return { file, document, lines }
}

/** The line of the value at `path`, or of the nearest value above it that exists. */
export function lineAt(yaml: YamlFile, path: YamlPath): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const node: unknown = depth === 0 ? yaml.document.contents : yaml.document.getIn(path.slice(0, depth), true)
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
    if (Array.isArray(range) && typeof range[0] === 'number') return yaml.lines.linePos(range[0]).line
  }
  return 1
}

/** The line on which the character at `offset` of a text value stands. */
export function lineInText(yaml: YamlFile, path: YamlPath, text: string, offset: number): number {
  const node = yaml.document.getIn(path, true)
  const block = isScalar(node) && node.type === 'BLOCK_LITERAL'
  return lineAt(yaml, path) + (block ? text.slice(0, offset).split('\n').length : 0)
}
