import { basename } from 'node:path'
import type { Problem } from '@drillbook/content/errors'
import { problemAt } from '@drillbook/content/yaml/read-yaml'
import { claimProblems } from '../drill/check-claims.ts'
import type { Environment } from '../environment/environment.ts'
import { hasIncident, missingFor, missingKey, needsOf } from '../environment/incidents.ts'
import type { Runbook } from '../runbook/runbook.ts'
import { validateAgainst } from '../runbook/validate-against.ts'
import type { Content } from './content.ts'
import { isPlaceholder } from './placeholders.ts'
import type { Rule } from './rule.ts'

/** What an environment promises. Each is judged by the incident classes that it has. */
export const ENVIRONMENT_RULES: readonly Rule[] = [
  {
    name: 'environment-name',
    promise: 'every environment has the name of its file or folder',
    problems: ({ environments }) =>
      environments
        .filter(({ name, file }) => name !== basename(file).replace(/\.ya?ml$/, ''))
        .map(({ name, shownAs, file }) => ({
          file: shownAs,
          message: `name: ${name} is not the name of ${basename(file)}, which --env takes`,
        })),
  },
  {
    name: 'environment-incidents',
    promise: 'every environment binds what the incident classes that it names need',
    problems: (content) =>
      content.environments.flatMap((environment) =>
        [...(environment.incidents ?? [])].flatMap(([incident, place]) => {
          if (!content.runbooks.some((runbook) => runbook.frontMatter.incident === incident)) {
            return [{ ...place, message: `incidents: there is no runbook runbooks/${incident}.md that can be read` }]
          }
          const missing = missingFor(environment, incident, content).filter(({ name }) => !isPlaceholder(name))
          return missing.map(({ key, file, line }) => {
            const asks = `${file}${line === undefined ? '' : `:${line}`} asks for it`
            return { ...place, message: `incidents: ${incident}: ${missingKey(environment, key)}; ${asks}` }
          })
        }),
      ),
  },
  {
    name: 'runbook-actions',
    promise:
      'every action of a runbook is bound as it is written, and in a check as one that only reads, in every environment that has its class',
    problems: (content) =>
      content.environments.flatMap((environment) =>
        content.runbooks
          .filter((runbook) => hasIncident(environment, runbook.frontMatter.incident, content))
          .flatMap((runbook) => validateAgainst(boundPart(runbook, environment), environment)),
      ),
  },
  {
    name: 'drill-reads',
    promise: 'every action that a drill reads only reads, and takes its parameters, in every environment that runs it',
    problems: (content) =>
      content.environments
        .filter(({ drillsAllowed }) => drillsAllowed)
        .flatMap((environment) =>
          content.drills
            .filter(({ incident }) => hasIncident(environment, incident, content))
            .flatMap((drill) => claimProblems(drill, environment).map((message) => ({ file: drill.file, message }))),
        ),
  },
  {
    name: 'incident-environment',
    promise: 'every runbook can be walked, and every drill run, in an environment',
    problems: (content) => {
      const { environments, runbooks, drills } = content
      if (environments.length === 0 && runbooks.length > 0) {
        return [{ file: 'environments', message: 'TO WRITE: NAME.yaml, which says where your Prometheus is' }]
      }
      const drillable = environments.filter((environment) => environment.drillsAllowed)
      return [
        ...runbooks.flatMap(({ file, frontMatter }) =>
          nowhere({ ...content, drills: [] }, environments, frontMatter.incident, file),
        ),
        ...drills.flatMap((drill) =>
          nowhere({ ...content, runbooks: [], drills: [drill] }, drillable, drill.incident, drill.file),
        ),
      ]
    },
  },
]

/**
 * Why none of these environments can do it: what is missing in the one that comes nearest. Nothing while its names are
 * still to be written.
 */
function nowhere(
  content: Pick<Content, 'runbooks' | 'drills'>,
  environments: readonly Environment[],
  incident: string,
  file: string,
): Problem[] {
  if (needsOf(incident, content).some(({ name }) => isPlaceholder(name))) return []
  if (environments.some((environment) => hasIncident(environment, incident, content))) return []
  if (environments.length === 0) {
    return [{ file, message: 'no environment has `drills: allowed`, so it can be run nowhere' }]
  }
  const candidates = environments
    .filter(({ incidents }) => incidents === undefined)
    .map((environment) => ({ environment, missing: missingFor(environment, incident, content) }))
  const [nearest] = candidates.sort((a, b) => a.missing.length - b.missing.length)
  if (nearest === undefined) return [{ file, message: `no environment names ${incident} under incidents` }]
  return nearest.missing.map(({ key, ...need }) =>
    problemAt({ file: need.file, line: need.line }, missingKey(nearest.environment, key)),
  )
}

/** Without the blocks whose actions are not bound at all: those are reported once, as missing keys. */
function boundPart(runbook: Runbook, environment: Environment): Runbook {
  const steps = runbook.steps.map((step) => ({
    ...step,
    blocks: step.blocks.filter((block) => !('action' in block) || environment.actions.has(block.action)),
  }))
  return { ...runbook, steps }
}
