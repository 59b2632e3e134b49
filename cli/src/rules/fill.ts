import { parseDuration } from '@drillbook/content/duration'
import type { Problem } from '@drillbook/content/errors'
import { lineAt, type YamlFile, type YamlPath } from '@drillbook/content/yaml/yaml-file'
import { isCollection, isMap, isScalar, isSeq } from 'yaml'
import { scaleDuration } from './duration-text.ts'

/**
 * Makes the duration at `path` `speed` times shorter, in place; its comment stays. Absent: `whenAbsent`, scaled, is
 * written down where given, as it is what the program would take, else nothing happens. At speed 1 it is only read.
 */
export function scaleAt(yaml: YamlFile, path: YamlPath, speed: number, problems: Problem[], whenAbsent?: string): void {
  const written: unknown = yaml.document.getIn(path) ?? whenAbsent
  if (written === undefined) return
  const text = isCollection(written) ? 'a list or mapping' : `"${String(written)}"`
  const ms = written === 0 || written === '0' ? 0 : parseDuration(String(written))
  const scaled = ms === undefined ? { problem: `${text} is not a duration` } : scaleDuration(ms, speed)
  if ('problem' in scaled) {
    problems.push({ file: yaml.file, line: lineAt(yaml, path), message: `${String(path.at(-1))}: ${scaled.problem}` })
  } else if (speed !== 1) {
    setAt(yaml, path, scaled.text, problems)
  }
}

/**
 * Puts a value at `path`; what stands above it is made where it is missing, and a problem where it is of another kind.
 */
function setAt(yaml: YamlFile, path: YamlPath, value: unknown, problems: Problem[]): void {
  for (let depth = 0; depth < path.length; depth++) {
    const above = path.slice(0, depth)
    const node: unknown = depth === 0 ? yaml.document.contents : yaml.document.getIn(above, true)
    if (node === undefined || node === null) break
    const isList = typeof path[depth] === 'number'
    if (isList ? isSeq(node) : isMap(node)) continue
    const what = `${above.join('.') || 'the file'}: must be a ${isList ? 'list' : 'mapping'}`
    // Each key that would stand there finds the same.
    const isTold = problems.some((problem) => problem.file === yaml.file && problem.message === what)
    if (!isTold) problems.push({ file: yaml.file, line: lineAt(yaml, above), message: what })
    return
  }
  yaml.document.setIn(path, value)
}

/** Puts a value in a place that the file must already have. */
export function fillAt(yaml: YamlFile, path: YamlPath, value: string | string[], problems: Problem[]): void {
  if (!yaml.document.hasIn(path)) {
    problems.push({ file: yaml.file, line: lineAt(yaml, path), message: `there is no ${path.join('.')} to fill in` })
    return
  }
  setAt(yaml, path, Array.isArray(value) ? yaml.document.createNode(value, { flow: true }) : value, problems)
}

/** How many entries the list at `path` has; 0 when there is none. */
export function lengthAt(yaml: YamlFile, path: YamlPath): number {
  const node = path.length === 0 ? yaml.document.contents : yaml.document.getIn(path, true)
  return isCollection(node) ? node.items.length : 0
}

/** The text at `path`; undefined when there is none. */
export function textAt(yaml: YamlFile, path: YamlPath): string | undefined {
  const node = yaml.document.getIn(path, true)
  return isScalar(node) && typeof node.value === 'string' ? node.value : undefined
}
