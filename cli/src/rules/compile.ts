import { copyFileSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Root } from '../content/root.ts'
import { CliError, type Problem, ProblemsError } from '../errors.ts'
import { compileAlertmanager } from './compile-alertmanager.ts'
import { compilePrometheus, scrapeIntervalMs } from './compile-prometheus.ts'
import { ageNames, compileRuleFile } from './compile-rules.ts'
import { readRules, ruleFilesOf } from './read-rules.ts'
import { openYaml, type YamlFile } from './yaml-file.ts'

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
  /** The external label `environment`. @default as in alerts/prometheus.yaml */
  environment?: string | undefined
  /** host:port each. @default as in alerts/prometheus.yaml */
  alertmanagerTargets?: string[] | undefined
  /** Path of a file with the whole webhook URL. @default as in alerts/alertmanager.yaml */
  slackWebhookFile?: string | undefined
  /** @default as in alerts/alertmanager.yaml */
  heartbeatUrl?: string | undefined
}

const HEADER = '# Compiled by `drillbook rules compile`'

/**
 * Writes what Prometheus and Alertmanager load: the hand-written files of `alerts/`, played `speed` times faster, with
 * links and addresses filled in. Files of an earlier run whose source is gone are removed from `outDir/rules`.
 * Returns the absolute paths written. Throws ProblemsError with everything that cannot be compiled, and writes nothing.
 */
export function compileRules(options: CompileRulesOptions): string[] {
  const { root, outDir, speed } = options
  const alertmanagerDir = options.alertmanagerDir ?? outDir
  checkSpeed(speed)
  const [runbookBase, grafanaBase] = [baseUrl(options.runbookBase), baseUrl(options.grafanaBase)]
  const groups = readRules(root)
  const problems: Problem[] = []
  const prometheus = openYaml(root, join(root.alerts, 'prometheus.yaml'), problems)
  const alertmanager = openYaml(root, join(root.alerts, 'alertmanager.yaml'), problems)
  const ruleFiles = ruleFilesOf(root).map((path) => openYaml(root, path, problems))
  failOn(problems)

  const ruleOptions = {
    speed,
    scrapeIntervalMs: scrapeIntervalMs(prometheus, problems),
    ageNames: ageNames(groups),
    runbookBase,
    grafanaBase,
  }
  for (const file of ruleFiles) compileRuleFile(file, ruleOptions, problems)
  const { environment, alertmanagerTargets, slackWebhookFile, heartbeatUrl } = options
  compilePrometheus(prometheus, { speed, environment, alertmanagerTargets }, problems)
  compileAlertmanager(alertmanager, { speed, slackWebhookFile, heartbeatUrl }, problems)
  failOn(problems)

  const rulesDir = join(outDir, 'rules')
  for (const dir of [rulesDir, alertmanagerDir]) {
    mkdirSync(dir, { recursive: true })
    refuseSources(root, dir)
  }
  refuseSources(root, outDir)
  removeCompiled(rulesDir)
  const write = (dir: string, yaml: YamlFile): string => {
    const path = join(dir, basename(yaml.file))
    const from = `${HEADER} --speed ${speed} from ${yaml.file}: change that file, not this one.\n\n`
    writeFileSync(path, from + yaml.document.toString({ lineWidth: 0, flowCollectionPadding: false }))
    return path
  }
  const templates = readdirSync(root.alerts).filter((name) => name.endsWith('.tmpl'))
  return [
    write(outDir, prometheus),
    ...ruleFiles.map((file) => write(rulesDir, file)),
    write(alertmanagerDir, alertmanager),
    ...templates.map((name) => {
      copyFileSync(join(root.alerts, name), join(alertmanagerDir, name))
      return join(alertmanagerDir, name)
    }),
  ]
}

function failOn(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ProblemsError('the alert rules cannot be compiled', problems)
}

function checkSpeed(speed: number): void {
  if (Number.isFinite(speed) && speed > 0) return
  throw new CliError('usage', `the speed must be a number above 0, not ${speed}`, {
    hint: 'Use --speed 10, or 1 for real time.',
  })
}

function baseUrl(text: string | undefined): string | undefined {
  if (text === undefined || /^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text
  throw new CliError('usage', `not an http(s) URL: ${text}`, { hint: 'Leave the base out to leave the links out.' })
}

/** Compiling into the sources would replace what people wrote. */
function refuseSources(root: Root, dir: string): void {
  const source = [root.alerts, join(root.alerts, 'rules')].map((path) => realpathSync(path))
  if (!source.includes(realpathSync(dir))) return
  throw new CliError('usage', `${dir} holds the sources of the rules`, { hint: 'Choose another folder with --out.' })
}

function removeCompiled(rulesDir: string): void {
  for (const name of readdirSync(rulesDir).filter((file) => file.endsWith('.yaml'))) {
    const path = join(rulesDir, name)
    if (readFileSync(path, 'utf8').startsWith(HEADER)) rmSync(path)
  }
}
