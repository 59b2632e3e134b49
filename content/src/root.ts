import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { CliError } from './errors.ts'

/** Where the files of a drillbook are. Every path is absolute. */
export interface Root {
  dir: string
  alerts: string
  runbooks: string
  drills: string
  environments: string
  dashboards: string
  /** Incidents and drill journals: `.drillbook/` beside drillbook.yaml. */
  records: string
}

export function rootAt(dir: string): Root {
  return {
    dir,
    alerts: join(dir, 'alerts'),
    runbooks: join(dir, 'runbooks'),
    drills: join(dir, 'runbooks', 'drills'),
    environments: join(dir, 'environments'),
    dashboards: join(dir, 'dashboards'),
    records: join(dir, '.drillbook'),
  }
}

/**
 * The nearest folder at or above `from` that holds drillbook.yaml; else the content that this CLI lies in (the
 * checkout). Throws `usage` when there is neither.
 */
export function findRoot(from: string): Root {
  for (const start of [from, import.meta.dirname]) {
    for (let dir = start; ; dir = dirname(dir)) {
      if (existsSync(join(dir, 'drillbook.yaml'))) return rootAt(dir)
      if (dir === dirname(dir)) break
    }
  }
  throw new CliError('usage', `no drillbook.yaml at or above ${from}`, {
    hint: 'Change into a drillbook folder, or create one with an empty drillbook.yaml, alerts/, runbooks/ and environments/.',
  })
}

/** Whether `from` lies in this drillbook. Otherwise `findRoot` fell back on the content beside the command. */
export function isInside(root: Root, from: string): boolean {
  return !relative(root.dir, from).startsWith('..')
}

/**
 * For commands that judge or write content: which one it is, where the reader may think that it is another. Else
 * nothing.
 */
export function whenElsewhere(root: Root, from: string): string {
  return isInside(root, from)
    ? ''
    : `There is no drillbook.yaml at or above ${from}: this is the content of ${root.dir}.\n`
}
