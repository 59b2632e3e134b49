import { gauge } from '../metric.ts'
import type { MetricsRegistry } from '../registry.ts'

export interface DeploymentInfo {
  /** What is running: a version or a commit. */
  version: string
}

/**
 * `deployment_info{version}` is always 1, for the version of the last call; a new value of the label is the answer to
 * "what changed?".
 */
export function deploymentInfo(registry: MetricsRegistry, { version }: DeploymentInfo): void {
  const info = gauge(registry, {
    name: 'deployment_info',
    help: 'The version that is running; always 1',
    labelNames: ['version'],
  })
  info.reset()
  info.labels({ version }).set(1)
}
