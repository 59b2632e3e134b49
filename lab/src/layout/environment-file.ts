import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { readSources, type Source } from '@drillbook/content/environment/read-sources'
import { environmentPath, sourcesOf } from '@drillbook/content/environment/sources'
import { type Problem, ProblemsError } from '@drillbook/content/errors'
import type { Root } from '@drillbook/content/root'
import { problemAt } from '@drillbook/content/yaml/read-yaml'
import { Document, isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml'
import { z } from 'zod'
import { replaceFile } from '../parts/api-instances.ts'

/**
 * The lab's environment as one file, from its template (one file or a folder): `${lab}`, `${drillbook}` (the command)
 * and `${port.NAME}` filled in, `speed` set, `resolvedBy` gone. Other placeholders are parameters of actions and stay.
 * Throws ProblemsError for a port that the lab does not have, and for whatever else is wrong with the template.
 */
export function resolveEnvironmentFile(root: Root, values: Readonly<Record<string, string>>, speed: number): string {
  const path = environmentPath(root, 'lab')
  const shownAs = relative(root.dir, path)
  const sources = sourcesOf(root, path)
  const merged = readSources(sources, z.record(z.string(), z.unknown()), shownAs)
  const problems: Problem[] = [...merged.problems]
  if ('value' in merged) {
    const documents = sources.map((source) => filledIn(source, values, problems))
    if (problems.length === 0) return asOneText(documents, shownAs, speed)
  }
  throw new ProblemsError(`the lab cannot resolve ${shownAs}`, problems)
}

function filledIn(source: Source, values: Readonly<Record<string, string>>, problems: Problem[]): Document {
  const lines = new LineCounter()
  const document = parseDocument(source.text, { lineCounter: lines })
  visit(document, {
    Scalar(_, node) {
      if (!isScalar(node) || typeof node.value !== 'string') return
      node.value = node.value.replace(/\$\{(lab|drillbook|port\.[\w.-]+)\}/g, (placeholder, name: string) => {
        const value = values[name]
        if (value !== undefined) return value
        const line = node.range ? lines.linePos(node.range[0]).line : undefined
        problems.push(problemAt({ file: source.shownAs, line }, `the lab has no ${placeholder}`))
        return placeholder
      })
    },
  })
  return document
}

/** Keys that stand in several files have different entries: `readSources` has seen to that. */
function asOneText(documents: readonly Document[], shownAs: string, speed: number): string {
  const one = new Document({})
  for (const { contents } of documents) {
    if (!isMap(contents)) continue
    for (const { key, value } of contents.items) {
      const before = one.get(key, true)
      if (isMap(before) && isMap(value)) before.items.push(...value.items)
      else one.set(key, value)
    }
  }
  one.delete('resolvedBy')
  one.set('speed', speed)
  one.commentBefore = ` Written by \`drillbook lab up\` from ${shownAs}: change that, not this file.`
  return one.toString({ lineWidth: 0 })
}

/** Changes the API's `ops.urls` in an environment file that is in use. */
export function replaceOpsUrls(file: string, urls: readonly string[]): void {
  const document = parseDocument(readFileSync(file, 'utf8'))
  document.setIn(['ops', 'urls', 'api'], urls)
  replaceFile(file, document.toString({ lineWidth: 0 }))
}
