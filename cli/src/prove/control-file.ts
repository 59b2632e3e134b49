import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseDuration } from '@drillbook/content/duration'
import { ProblemsError } from '@drillbook/content/errors'
import type { Root } from '@drillbook/content/root'
import { durationText, expectationText, kebabName } from '@drillbook/content/yaml/fields'
import { readYaml } from '@drillbook/content/yaml/read-yaml'
import { z } from 'zod'
import type { Probe } from '../drill/drill.ts'

/**
 * A time in which something specific must *not* happen: the healthy system raises no alert, a system under load raises
 * alerts about load only. `runbooks/controls/NAME.yaml`.
 */
export interface Control {
  name: string
  file: string
  title: string
  description: string
  /** Real milliseconds, whatever the environment's speed. */
  lastsMs: number
  /** What is done to the system meanwhile, such as more visitors; undone by the keeper. */
  faults: string[]
  /** Each has to hold at least once meanwhile: the evidence that the control was what it says. */
  confirm: Probe[]
  /** Alerts that may fire, besides the Watchdog. */
  allowed: string[]
}

const schema = z.strictObject({
  title: z.string().min(1),
  description: z.string().min(1),
  lasts: durationText,
  faults: z.array(kebabName).default([]),
  confirm: z
    .array(z.strictObject({ name: z.string().min(1), promql: z.string().min(1), expect: expectationText }))
    .min(1),
  allowed: z.array(z.string()).default([]),
})

function folderOf(root: Root): string {
  return join(root.runbooks, 'controls')
}

/** The names of all controls, sorted. */
export function controlNames(root: Root): string[] {
  const folder = folderOf(root)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort()
}

/** Reads one control. Throws ProblemsError with everything that is wrong. */
export function readControl(root: Root, name: string): Control {
  const path = join(folderOf(root), `${name}.yaml`)
  const file = relative(root.dir, path)
  const read = readYaml(path, schema, file)
  if (!('value' in read)) throw new ProblemsError(`the control ${file} is not usable`, read.problems)
  const { lasts, description, ...rest } = read.value
  return { name, file, description: description.trim(), lastsMs: parseDuration(lasts) ?? 0, ...rest }
}
