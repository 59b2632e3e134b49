import type { MetricsRegistry } from '@drillbook/instrumentation'

export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
  /** What follows ` # ` on an OpenMetrics line. */
  exemplar?: string
}

const LINE = /^(?<name>\w+)(?:\{(?<labels>.*?)\})? (?<value>\S+)(?: # (?<exemplar>.+))?$/

/** The samples of a metrics page, plain or OpenMetrics. */
export function samplesOf(text: string): Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const { name, labels, value, exemplar } = LINE.exec(line)?.groups ?? {}
      if (name === undefined) throw new Error(`not a sample: ${line}`)
      const pairs = [...(labels ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text])
      return { name, labels: Object.fromEntries(pairs), value: Number(value), ...(exemplar ? { exemplar } : {}) }
    })
}

/** The current samples of one metric, without going through HTTP. */
export async function samples(registry: MetricsRegistry, name: string): Promise<Sample[]> {
  return samplesOf(await registry.metrics()).filter((sample) => sample.name === name)
}
