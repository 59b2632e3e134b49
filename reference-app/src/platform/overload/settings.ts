import { z } from 'zod'
import { type Fields, type Setting, type SettingRoute, settingFamily } from '../controls/setting.ts'
import { SHEDDABLE, type Sheddable } from './importance.ts'
import type { KillSwitches } from './kill-switches.ts'
import type { LoadShedding } from './load-shedding.ts'

export function loadSheddingClass(shedding: LoadShedding): Setting<Sheddable> {
  return {
    name: 'load-shedding',
    schema: z.enum(SHEDDABLE),
    initial: 'none',
    apply: (name) => shedding.shedByHand(name),
  }
}

/** One switch for each operation. */
export function routeSettings(switches: KillSwitches, operations: readonly string[]): SettingRoute {
  const members: Record<string, Fields> = {}
  for (const operation of operations) members[operation] = { enabled: routeEnabled(switches, operation) }
  return settingFamily('/routes/:operation', 'refuses one operation, unread, until it is mended', members)
}

function routeEnabled(switches: KillSwitches, operation: string): Setting<boolean> {
  return {
    name: `route.${operation}`,
    schema: z.boolean(),
    initial: true,
    apply: (enabled) => switches.set(operation, enabled),
  }
}
