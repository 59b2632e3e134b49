import { z } from 'zod'
import type { Banner } from '../platform/banner.ts'
import type { Setting } from '../platform/controls/setting.ts'

/** Null: nothing is shown. */
export function bannerMessage(banner: Banner): Setting<string | null> {
  return {
    name: 'banner',
    schema: z.string().trim().min(1).max(280).nullable(),
    initial: null,
    apply: (message) => banner.set(message),
  }
}
