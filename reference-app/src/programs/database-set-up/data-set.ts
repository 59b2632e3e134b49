import { LOAD_SET } from './load-set.ts'
import { SEED } from './seed.ts'

/**
 * `small`: the sizes of the reports. `load`: enough, besides, for their load profiles at full rate. What is there is
 * never taken away.
 */
export const DATA_SETS = ['small', 'load'] as const
export type DataSet = (typeof DATA_SETS)[number]

/** Made by the server in a statement for each table; may run again and again. */
export const DATA: Readonly<Record<DataSet, string>> = { small: SEED, load: `${SEED}${LOAD_SET}` }

/** From `--data-set NAME`, else from DATA_SET, else `small`. Undefined: that is neither, or something else was said. */
export function chosenDataSet(args: readonly string[], env: string | undefined): DataSet | undefined {
  const [option, name, ...rest] = args
  if (option !== undefined && (option !== '--data-set' || rest.length > 0)) return undefined
  const wanted = option === undefined ? env || 'small' : name
  return DATA_SETS.find((set) => set === wanted)
}
