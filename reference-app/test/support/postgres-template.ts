import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { ownedFolder, runAsOwner } from './postgres-programs.ts'

/** Fills the data folder with a copy of what `make` makes, which is asked once in a run: a copy takes a tenth of a second, initdb many. */
export async function fillFromTemplate(
  name: string,
  make: (data: string) => Promise<void>,
  data: string,
): Promise<void> {
  const run = process.env.DRILLBOOK_TEST_RUN
  if (run === undefined) return await make(data)
  const template = join(run, `postgres-${name}`)
  if (!existsSync(template)) await makeTemplate(template, make)
  await runAsOwner('cp', ['-R', template, data])
}

async function makeTemplate(template: string, make: (data: string) => Promise<void>): Promise<void> {
  const folder = ownedFolder()
  try {
    await make(join(folder.path, 'data'))
    renameSync(join(folder.path, 'data'), template)
  } catch (error) {
    if (!existsSync(template)) throw error // else another worker was faster
  } finally {
    folder.remove()
  }
}
