import { readFileSync } from 'node:fs'
import { isScalar, LineCounter, parseDocument, visit } from 'yaml'
import { type Problem, ProblemsError } from '../errors.ts'
import { replaceFile } from './api-instances.ts'

/**
 * The lab's environment file from its template: `${lab}`, `${drillbook}` (the command) and `${port.NAME}` filled
 * in, `speed` set, `resolvedBy` gone. Other
 * placeholders are parameters of actions and stay. Throws ProblemsError for a port that the lab does not have.
 */
export function resolveEnvironmentFile(
  path: string,
  shownAs: string,
  values: Readonly<Record<string, string>>,
  speed: number,
): string {
  const lines = new LineCounter()
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines })
  const problems: Problem[] = document.errors.map((e) => ({
    file: shownAs,
    line: lines.linePos(e.pos[0]).line,
    message: e.message.split('\n')[0] ?? e.message,
  }))
  visit(document, {
    Scalar(_, node) {
      if (!isScalar(node) || typeof node.value !== 'string') return
      node.value = node.value.replace(/\$\{(lab|drillbook|port\.[\w.-]+)\}/g, (placeholder, name: string) => {
        const value = values[name]
        if (value !== undefined) return value
        problems.push({
          file: shownAs,
          ...(node.range ? { line: lines.linePos(node.range[0]).line } : {}),
          message: `the lab has no ${placeholder}`,
        })
        return placeholder
      })
    },
  })
  if (problems.length > 0) throw new ProblemsError(`the lab cannot resolve ${shownAs}`, problems)
  document.delete('resolvedBy')
  document.set('speed', speed)
  document.commentBefore = ` Written by \`drillbook lab up\` from ${shownAs}: change that file, not this one.`
  return document.toString({ lineWidth: 0 })
}

/** Changes the API's `ops.urls` in an environment file that is in use. */
export function replaceOpsUrls(file: string, urls: readonly string[]): void {
  const document = parseDocument(readFileSync(file, 'utf8'))
  document.setIn(['ops', 'urls', 'api'], urls)
  replaceFile(file, document.toString({ lineWidth: 0 }))
}
