import { z } from 'zod'
import type { Setting } from './controls/setting.ts'

/** A sentence that operators show to users. */
export class Banner {
  private text: string | null = null

  get message(): string | null {
    return this.text
  }

  set(message: string | null): void {
    this.text = message
  }
}

/** Null: nothing is shown. */
export function bannerMessage(banner: Banner): Setting<string | null> {
  return {
    name: 'banner',
    schema: z.string().trim().min(1).max(280).nullable(),
    initial: null,
    apply: (message) => banner.set(message),
  }
}
