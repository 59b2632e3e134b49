import { setTimeout as delay } from 'node:timers/promises'

/** Awaits a condition, looking every 5 ms; fails after 5 s. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 5000; Date.now() < deadline; await delay(5)) {
    if (await holds()) return
  }
  throw new Error('the condition did not come true within 5 s')
}
