import { CliError } from '@drillbook/content/errors'
import type { Environment } from './environment.ts'
import { hasIncident, type IncidentContent, missingFor, needsOf } from './incidents.ts'

/** Throws `usage` when a drill of this class cannot be run here: its alerts, acts or faults would not be there. */
export function requireIncident(environment: Environment, incident: string, content: IncidentContent): void {
  if (!hasIncident(environment, incident, content)) refuse(environment, incident, content)
  const missing = missingFor(environment, incident, content)
  if (missing.length === 0) return
  throw new CliError('usage', `${environment.name} names ${incident}, but ${missingText(environment, missing)}`, {
    hint: 'See all that is missing with: drillbook check',
  })
}

/**
 * The same for walking a runbook: a walk asks a person to do by hand what is not bound, so it is refused only where
 * `incidents` leaves the class out, or where nothing that its runbook does is bound.
 */
export function requireRunbook(environment: Environment, incident: string, content: IncidentContent): void {
  if (hasIncident(environment, incident, content)) return
  const acts = needsOf(incident, { ...content, drills: [] })
  const some = acts.length === 0 || acts.some(({ name }) => environment.actions.has(name))
  if (environment.incidents !== undefined || !some) refuse(environment, incident, { ...content, drills: [] })
}

function refuse(environment: Environment, incident: string, content: IncidentContent): never {
  const { name, incidents, shownAs } = environment
  const missing = missingFor(environment, incident, content)
  const why =
    incidents === undefined
      ? missingText(environment, missing)
      : `${shownAs} names ${[...incidents.keys()].join(', ') || 'none'} under incidents`
  throw new CliError('usage', `the environment ${name} does not have the incident class ${incident}: ${why}`, {
    hint:
      incidents === undefined
        ? `Bind what is missing, or choose another environment with --env NAME. Read the runbook with: drillbook runbook show ${incident}`
        : `Add ${incident} to incidents there, or choose another environment with --env NAME.`,
  })
}

/** At most three keys by name: a class of which nothing is bound has a dozen. */
function missingText({ shownAs }: Environment, missing: readonly { key: string }[]): string {
  const keys = missing.slice(0, 3).map(({ key }) => key)
  const more = missing.length > keys.length ? ` and ${missing.length - keys.length} more` : ''
  return `${keys.join(', ')}${more} ${missing.length === 1 ? 'is' : 'are'} missing in ${shownAs}`
}
