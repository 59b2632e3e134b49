import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CliError } from '@drillbook/content/errors'
import { rootAt } from '@drillbook/content/root'
import { generate, outdated, write } from './generate.ts'
import { readRules } from './rules/rule-files.ts'
import { RulesError } from './rules/rules-error.ts'

const HELP = `Generates the dashboards from dashboards/src and the thresholds in alerts/rules.

node dashboards/src/main.ts                              writes dashboards/*.json
node dashboards/src/main.ts --check                      exits 1 and names each file that is not current
node dashboards/src/main.ts --runbook-base URL --out DIR writes copies that link to the runbooks at URL

Exit codes: 0 as wanted, 1 not current, 2 wrong use or alert rules that do not fit.
`

const ROOT = rootAt(join(import.meta.dirname, '..', '..'))

/** Returns the exit code. */
function run(): number {
  const { check, out, help, 'runbook-base': runbookBase } = readArguments()
  if (help) {
    process.stdout.write(HELP)
    return 0
  }
  const files = generate(readRules(ROOT), runbookBase)
  if (!check) {
    write(files, out ?? ROOT.dashboards)
    return 0
  }
  const problems = outdated(files, out ?? ROOT.dashboards)
  for (const problem of problems) process.stderr.write(`dashboards/${problem}\n`)
  if (problems.length === 0) return 0
  process.stderr.write('npm run dashboards brings them up to date\n')
  return 1
}

class UsageError extends Error {}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        check: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        out: { type: 'string' },
        'runbook-base': { type: 'string' },
      },
    })
    if (values['runbook-base'] !== undefined && values.out === undefined) {
      throw new Error('--runbook-base needs --out DIR: the committed files have no base')
    }
    return values
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
  }
}

try {
  process.exitCode = run()
} catch (error) {
  if (!(error instanceof UsageError || error instanceof RulesError || error instanceof CliError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
