import { parseDuration } from '@drillbook/content/duration'
import type { Problem } from '@drillbook/content/errors'
import type { YamlFile } from '@drillbook/content/yaml/yaml-file'
import { fillAt, lengthAt, scaleAt, textAt } from './fill.ts'

export interface PrometheusOptions {
  speed: number
  /** The external label `environment`; absent: as in the file. */
  environment: string | undefined
  /** host:port of each Alertmanager; absent: as in the file. */
  alertmanagerTargets: string[] | undefined
}

/** What Prometheus takes when the file says nothing. */
const DEFAULT_INTERVAL = '1m'

/**
 * The global scrape interval as written, in milliseconds; 0 when it is no duration, of which `compilePrometheus` tells.
 */
export function scrapeIntervalMs(yaml: YamlFile): number {
  return parseDuration(textAt(yaml, ['global', 'scrape_interval']) ?? DEFAULT_INTERVAL) ?? 0
}

/** Scales the intervals of a Prometheus configuration and fills in its environment and Alertmanagers, in place. */
export function compilePrometheus(yaml: YamlFile, options: PrometheusOptions, problems: Problem[]): void {
  scaleAt(yaml, ['global', 'scrape_interval'], options.speed, problems, DEFAULT_INTERVAL)
  scaleAt(yaml, ['global', 'evaluation_interval'], options.speed, problems, DEFAULT_INTERVAL)
  scaleAt(yaml, ['global', 'scrape_timeout'], options.speed, problems)
  for (let job = 0; job < lengthAt(yaml, ['scrape_configs']); job++) {
    scaleAt(yaml, ['scrape_configs', job, 'scrape_interval'], options.speed, problems)
    scaleAt(yaml, ['scrape_configs', job, 'scrape_timeout'], options.speed, problems)
  }
  if (options.environment !== undefined) {
    fillAt(yaml, ['global', 'external_labels', 'environment'], options.environment, problems)
  }
  if (options.alertmanagerTargets !== undefined) {
    const path = ['alerting', 'alertmanagers', 0, 'static_configs', 0, 'targets']
    fillAt(yaml, path, options.alertmanagerTargets, problems)
  }
}
