import { isCollection, isScalar } from 'yaml'
import { parseDuration } from '../duration.ts'
import type { Problem } from '../errors.ts'
import { scaleDuration } from './duration-text.ts'
import { lineAt, type YamlFile, type YamlPath } from './yaml-file.ts'

/**
 * Makes the duration at `path` `speed` times shorter, in place; its comment stays. Absent: `whenAbsent`, scaled, is
 * written down where given, as it is what the program would take, else nothing happens.
 */
export function scaleAt(yaml: YamlFile, path: YamlPath, speed: number, problems: Problem[], whenAbsent?: string): void {
  const written: unknown = yaml.document.getIn(path) ?? whenAbsent
  if (written === undefined || speed === 1) return
  const ms = written === 0 || written === '0' ? 0 : parseDuration(String(written))
  const scaled = ms === undefined ? { problem: `"${String(written)}" is not a duration` } : scaleDuration(ms, speed)
  if ('problem' in scaled) {
    problems.push({ file: yaml.file, line: lineAt(yaml, path), message: `${String(path.at(-1))}: ${scaled.problem}` })
  } else {
    yaml.document.setIn(path, scaled.text)
  }
}

/** Puts a value in a place that the file must already have. */
export function fillAt(yaml: YamlFile, path: YamlPath, value: string | string[], problems: Problem[]): void {
  if (!yaml.document.hasIn(path)) {
    problems.push({ file: yaml.file, line: lineAt(yaml, path), message: `there is no ${path.join('.')} to fill in` })
    return
  }
  yaml.document.setIn(path, Array.isArray(value) ? yaml.document.createNode(value, { flow: true }) : value)
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
