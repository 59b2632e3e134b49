import { ProblemsError } from '@drillbook/content/errors'
import { findRoot } from '@drillbook/content/root'
import { readContent } from '../check/content.ts'
import { RULES } from '../check/rules.ts'
import { hasIncident } from '../environment/incidents.ts'
import type { Stdio } from '../stdio.ts'

/** `drillbook check`: all problems at once. Throws ProblemsError (exit 2) when there is one. */
export async function check(stdio: Stdio, options: { json?: boolean }): Promise<void> {
  const { content, problems: unreadable } = readContent(findRoot(stdio.cwd))
  const results = RULES.map((rule) => ({ rule, problems: rule.problems(content) }))
  const problems = [...unreadable, ...results.flatMap((result) => result.problems)]
  const { alerts, runbooks, drills, environments, dashboards } = content
  const counted = {
    alerts: alerts.length,
    runbooks: runbooks.length,
    drills: drills.length,
    environments: environments.length,
    dashboards: dashboards.size,
  }
  const had = environments.map((environment) => ({
    environment: environment.name,
    incidents: runbooks
      .map(({ frontMatter }) => frontMatter.incident)
      .filter((incident) => hasIncident(environment, incident, content)),
  }))
  if (options.json === true) stdio.out(`${JSON.stringify({ counted, environments: had, problems }, null, 2)}\n`)
  else if (problems.length === 0) {
    for (const { rule } of results) stdio.out(`✔ ${rule.promise}\n`)
    for (const { environment, incidents } of had) {
      stdio.out(`The environment ${environment} has: ${incidents.join(', ') || 'no incident class'}.\n`)
    }
    const words = Object.entries(counted).map(([what, count]) => `${count} ${what}`)
    stdio.out(`All agree: ${words.join(', ')}.\n`)
  }
  if (problems.length > 0) throw new ProblemsError('the content does not agree with itself', problems)
}
