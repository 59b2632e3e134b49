import { z } from 'zod'
import type { View } from '../controls/action.ts'
import { type Fields, type Setting, type SettingRoute, settingFamily } from '../controls/setting.ts'
import type { Job } from './job.ts'
import { JOB_NAMES, type JobName } from './job-names.ts'

/**
 * Background jobs as operators see them. `here`: those of this process; what is wanted of the others is known here,
 * too.
 */
export class JobSwitches {
  private readonly here: readonly Job[]
  private readonly held = new Set<JobName>()

  constructor(here: readonly Job[]) {
    this.here = here
  }

  get route(): SettingRoute {
    const members: Record<string, Fields> = {}
    for (const name of JOB_NAMES) members[name] = { paused: this.setting(name) }
    return settingFamily('/jobs/:job', 'holds a background job back, wherever it runs', members)
  }

  get view(): View {
    const show = () =>
      JOB_NAMES.map((name) => {
        const here = this.here.some((job) => job.name === name)
        return { name, paused: this.held.has(name), here }
      })
    return { path: '/jobs', does: 'the background jobs; `here`: this process runs it', show }
  }

  private setting(name: JobName): Setting<boolean> {
    return {
      name: `job.${name}.paused`,
      schema: z.boolean(),
      initial: false,
      apply: (paused) => {
        const was = this.held.has(name)
        if (paused) this.held.add(name)
        else this.held.delete(name)
        for (const job of this.here) {
          if (job.name !== name || was === paused) continue
          if (paused) job.pause()
          else job.resume()
        }
      },
    }
  }
}
