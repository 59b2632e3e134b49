import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { CliError, messageOf, type Problem } from '@drillbook/content/errors'
import { FILE_LIMITS, readTextFile } from '@drillbook/content/read-file'
import type { Root } from '@drillbook/content/root'
import type { YamlFile } from '@drillbook/content/yaml/yaml-file'
import type { FileContent } from './replace-files.ts'

const HEADER = '# Compiled by `drillbook rules compile`'

/** The compiled file as it is written to `dir`; what YAML cannot write goes to `problems`. */
export function rendered(dir: string, yaml: YamlFile, speed: number, problems: Problem[]): FileContent {
  const from = `${HEADER} --speed ${speed} from ${yaml.file}: change that file, not this one.\n\n`
  let text = ''
  try {
    text = yaml.document.toString({ lineWidth: 0, flowCollectionPadding: false })
  } catch (error) {
    problems.push({ file: yaml.file, line: 1, message: `cannot be written as YAML: ${messageOf(error)}` })
  }
  return { path: join(dir, basename(yaml.file)), text: from + text }
}

/** Throws `usage` for a folder that holds what people wrote: the sources, or a configuration that is not compiled. */
export function refuseForeign(root: Root, files: readonly FileContent[]): void {
  const sources = [root.alerts, join(root.alerts, 'rules')].map(realPath)
  for (const { path, text } of files) {
    if (sources.includes(realPath(dirname(path)))) {
      throw new CliError('usage', `${dirname(path)} holds the sources of the rules`, {
        hint: 'Choose another folder with --out.',
      })
    }
    if (!text.startsWith(HEADER) || !existsSync(path) || isCompiled(path)) continue
    throw new CliError('usage', `${path} was not compiled by drillbook, and would be lost`, {
      hint: 'Choose another folder with --out, or move the file away.',
    })
  }
}

/**
 * Compiled files of `dir` that are not among `files`: their source is gone, or the environment does not have their
 * class.
 */
export function outdated(dir: string, files: readonly FileContent[]): string[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(dir, name))
    .filter((path) => !files.some((file) => file.path === path) && isCompiled(path))
}

function isCompiled(path: string): boolean {
  try {
    return readTextFile(path, FILE_LIMITS.record).startsWith(HEADER)
  } catch {
    // A folder, a FIFO, or not ours to read: not ours to replace either.
    return false
  }
}

/** The real path of a folder that may not exist yet: of what exists of it, and the rest. */
function realPath(dir: string): string {
  return existsSync(dir) ? realpathSync(dir) : join(realPath(dirname(dir)), basename(dir))
}
