import { z } from 'zod'
import type { View } from '../operations/action.ts'
import { type Fields, type Setting, type SettingRoute, settingFamily } from '../operations/setting.ts'
import type { Job } from './job.ts'
import { JOB_NAMES } from './job-names.ts'

/** `here`: the jobs of this process. The others run elsewhere: there, the desired state has them held back. */
export function jobSettings(here: readonly Job[]): SettingRoute {
  const members: Record<string, Fields> = {}
  for (const name of JOB_NAMES) members[name] = { paused: jobPaused(name, here) }
  return settingFamily('/jobs/:job', 'holds a background job back, wherever it runs', members)
}

/** GET /jobs of a process that runs jobs. */
export function jobsView(here: readonly Job[]): View {
  return {
    path: '/jobs',
    does: 'the background jobs of this process',
    show: () => here.map(({ name, paused }) => ({ name, paused })),
  }
}

function jobPaused(name: string, here: readonly Job[]): Setting<boolean> {
  return {
    name: `job.${name}.paused`,
    schema: z.boolean(),
    initial: false,
    apply: (paused) => {
      const job = here.find((each) => each.name === name)
      if (paused) job?.pause()
      else job?.resume()
    },
  }
}
