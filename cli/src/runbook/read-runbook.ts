import { existsSync, readdirSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { CliError, messageOf, type Problem, ProblemsError } from '@drillbook/content/errors'
import { FILE_LIMITS, readTextFile } from '@drillbook/content/read-file'
import type { Root } from '@drillbook/content/root'
import { parseRunbook } from './parse.ts'
import type { Runbook } from './runbook.ts'

/** Markdown in runbooks/ that is about runbooks. */
const NO_RUNBOOKS = ['README.md', 'TEMPLATE.md']

/** The runbook of an incident class. Throws `usage`: there is none, or all that is wrong with it. */
export function readRunbook(root: Root, incident: string): Runbook {
  const file = join(root.runbooks, `${incident}.md`)
  if (!/^[a-z0-9-]+$/.test(incident) || !existsSync(file)) {
    throw new CliError('usage', `there is no runbook for ${incident}`, {
      hint: `There are runbooks for: ${incidentsOf(root).join(', ') || 'nothing yet'}. Each is a file in ${root.runbooks}.`,
    })
  }
  const { runbook, problems } = readFile(root, file)
  if (runbook !== undefined) return runbook
  throw new ProblemsError(
    `the runbook ${shown(root, file)} is not usable`,
    problems,
    'runbooks/README.md shows the form.',
  )
}

/** Every runbook that can be read, by file name, and the problems of the others. */
export function listRunbooks(root: Root): { runbooks: Runbook[]; problems: Problem[] } {
  const read = incidentsOf(root).map((incident) => readFile(root, join(root.runbooks, `${incident}.md`)))
  return {
    runbooks: read.flatMap(({ runbook }) => (runbook === undefined ? [] : [runbook])),
    problems: read.flatMap(({ problems }) => problems),
  }
}

/** The incident classes that have a runbook, by name. */
export function incidentsOf(root: Root): string[] {
  if (!existsSync(root.runbooks)) return []
  return readdirSync(root.runbooks)
    .filter((name) => name.endsWith('.md') && !NO_RUNBOOKS.includes(name))
    .map((name) => basename(name, '.md'))
    .sort()
}

function readFile(root: Root, file: string): { runbook?: Runbook; problems: Problem[] } {
  let text: string
  try {
    text = readTextFile(file, FILE_LIMITS.content)
  } catch (error) {
    return { problems: [{ file: shown(root, file), message: `cannot be read: ${messageOf(error)}` }] }
  }
  const { runbook, problems } = parseRunbook(text, shown(root, file))
  const named = basename(file, '.md')
  if (runbook === undefined || runbook.frontMatter.incident === named)
    return runbook === undefined ? { problems } : { runbook, problems }
  const message = `front matter: the incident is ${runbook.frontMatter.incident}, the file is named ${named}`
  return { problems: [{ file: shown(root, file), line: 1, message }] }
}

function shown(root: Root, file: string): string {
  return relative(root.dir, file)
}
