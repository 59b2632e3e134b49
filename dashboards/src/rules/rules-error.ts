/** The rule files and the dashboards do not fit together. Every problem at once, each naming its file or alert. */
export class RulesError extends Error {
  readonly code = 'rules'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`the dashboards cannot be built from the alert rules:\n${problems.map((p) => `  ${p}`).join('\n')}`)
    this.name = 'RulesError'
    this.problems = problems
  }
}
