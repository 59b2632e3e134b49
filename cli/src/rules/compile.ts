import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { CliError, messageOf, type Problem, ProblemsError } from '@drillbook/content/errors'
import { FILE_LIMITS, readTextFile } from '@drillbook/content/read-file'
import type { Root } from '@drillbook/content/root'
import { readRules, ruleFilesOf } from '@drillbook/content/rules/read-rules'
import { openYaml, type YamlFile } from '@drillbook/content/yaml/yaml-file'
import { compileAlertmanager } from './compile-alertmanager.ts'
import { compilePrometheus, scrapeIntervalMs } from './compile-prometheus.ts'
import { ageNames, compileRuleFile, keepIncidents } from './compile-rules.ts'
import { lengthAt } from './fill.ts'
import { outdated, refuseForeign, rendered } from './output.ts'
import { type FileContent, replaceFiles } from './replace-files.ts'

export interface CompileRulesOptions {
  root: Root
  /** Gets prometheus.yaml and rules/*.yaml. Made when it is not there. */
  outDir: string
  /** Gets alertmanager.yaml and slack.tmpl. @default outDir */
  alertmanagerDir?: string | undefined
  /** How many times faster than written; 1 changes no duration. */
  speed: number
  /** URL below which the drillbook's root can be read. Absent: alerts carry no `runbook_url`. */
  runbookBase?: string | undefined
  /** Grafana's URL. Absent: alerts carry no `dashboard_url`. */
  grafanaBase?: string | undefined
  /** Whether the environment has an incident class; alerts of others are left out. Absent: it has all. */
  hasIncident?: ((incident: string) => boolean) | undefined
  /** The external label `environment`. @default as in alerts/prometheus.yaml */
  environment?: string | undefined
  /** host:port each. @default as in alerts/prometheus.yaml */
  alertmanagerTargets?: string[] | undefined
  /** Path of a file with the whole webhook URL. @default as in alerts/alertmanager.yaml */
  slackWebhookFile?: string | undefined
  /** @default as in alerts/alertmanager.yaml */
  heartbeatUrl?: string | undefined
}

/** What a drillbook may hold in `alerts/`, beside the rules. */
export const CONFIGURATIONS = { prometheus: 'prometheus.yaml', alertmanager: 'alertmanager.yaml' }

/**
 * Writes what Prometheus and Alertmanager load: the hand-written files of `alerts/`, played `speed` times faster, with
 * links and addresses filled in. Without `alerts/prometheus.yaml` or `alerts/alertmanager.yaml` that configuration is
 * left to its owner; an option that would be filled in there is refused then, with `usage`. Compiled files whose source
 * is gone are removed from `outDir/rules`; files of others stay. Returns the absolute paths written. Throws
 * ProblemsError with everything that cannot be compiled, and `usage` for a folder that cannot be written or holds what
 * people wrote; then nothing has changed.
 */
export function compileRules(options: CompileRulesOptions): string[] {
  const { root, outDir, speed } = options
  const alertmanagerDir = options.alertmanagerDir ?? outDir
  checkOptions(options)
  const groups = readRules(root)
  const problems: Problem[] = []
  const { environment, alertmanagerTargets, slackWebhookFile, heartbeatUrl } = options
  const prometheus = configuration(
    CONFIGURATIONS.prometheus,
    { '--environment': environment, '--alertmanager': alertmanagerTargets },
    root,
    problems,
  )
  const alertmanager = configuration(
    CONFIGURATIONS.alertmanager,
    { '--slack-webhook-file': slackWebhookFile, '--heartbeat-url': heartbeatUrl },
    root,
    problems,
  )
  const ruleFiles = ruleFilesOf(root).map((path) => openYaml(root, path, problems))
  failOn(problems)

  const { runbookBase, grafanaBase, hasIncident } = options
  const ruleOptions = {
    speed,
    // Unknown without the file: then no range is too short.
    scrapeIntervalMs: prometheus === undefined ? 0 : scrapeIntervalMs(prometheus),
    ageNames: ageNames(groups),
    runbookBase,
    grafanaBase,
  }
  for (const file of ruleFiles) compileRuleFile(file, ruleOptions, problems)
  if (hasIncident !== undefined) for (const file of ruleFiles) keepIncidents(file, hasIncident)
  if (prometheus) compilePrometheus(prometheus, { speed, environment, alertmanagerTargets }, problems)
  if (alertmanager) compileAlertmanager(alertmanager, { speed, slackWebhookFile, heartbeatUrl }, problems)

  const rulesDir = join(outDir, 'rules')
  const files = [
    ...(prometheus ? [rendered(outDir, prometheus, speed, problems)] : []),
    ...ruleFiles
      .filter((file) => lengthAt(file, ['groups']) > 0)
      .map((file) => rendered(rulesDir, file, speed, problems)),
    ...(alertmanager ? [rendered(alertmanagerDir, alertmanager, speed, problems)] : []),
    ...templates(root, alertmanagerDir),
  ]
  failOn(problems)
  refuseForeign(root, files)
  replaceFiles(files, outdated(rulesDir, files))
  return files.map((file) => file.path)
}

/** The configuration, if the drillbook has it. `options` are those of the command that would be filled in there. */
function configuration(
  name: string,
  options: Readonly<Record<string, unknown>>,
  root: Root,
  problems: Problem[],
): YamlFile | undefined {
  const path = join(root.alerts, name)
  if (existsSync(path)) return openYaml(root, path, problems)
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue
    throw new CliError('usage', `there is no alerts/${name} in which ${option} could be filled in`, {
      hint: `Omit it and set this in your own configuration, or keep that as alerts/${name}.`,
    })
  }
  return undefined
}

function templates(root: Root, dir: string): FileContent[] {
  const names = readdirSync(root.alerts).filter((name) => name.endsWith('.tmpl'))
  return names.sort().map((name) => {
    try {
      return { path: join(dir, name), text: readTextFile(join(root.alerts, name), FILE_LIMITS.content) }
    } catch (error) {
      throw new CliError('usage', `cannot read ${join(root.alerts, name)}: ${messageOf(error)}`)
    }
  })
}

function failOn(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ProblemsError('the alert rules cannot be compiled', problems)
}

function checkOptions({ speed, runbookBase, grafanaBase, alertmanagerTargets = [] }: CompileRulesOptions): void {
  if (!Number.isFinite(speed) || speed <= 0) {
    throw new CliError('usage', `the speed must be a number above 0, not ${speed}`, {
      hint: 'Use --speed 10, or 1 for real time.',
    })
  }
  checkBase(runbookBase)
  checkBase(grafanaBase)
  for (const target of alertmanagerTargets) {
    if (/^(\[[\da-f:]+\]|[\w.-]+):\d{1,5}$/i.test(target)) continue
    throw new CliError('usage', `not a host:port: ${target}`, {
      hint: 'Prometheus takes the address alone, such as am.example.org:9093; scheme and path stand in alerts/prometheus.yaml.',
    })
  }
}

/** Paths are appended to it, so a query or a fragment at its end would swallow them. */
function checkBase(text: string | undefined): void {
  if (text === undefined) return
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new CliError('usage', `not an http(s) URL: ${text}`, { hint: 'Leave the base out to leave the links out.' })
  }
  if (!/[?#]/.test(text)) return
  throw new CliError('usage', `a base must end with its path, without ? or #: ${text}`, {
    hint: 'Give the address below which the files or dashboards are served.',
  })
}
