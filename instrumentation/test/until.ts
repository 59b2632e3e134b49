import { setTimeout as delay } from 'node:timers/promises'

/** Awaits a condition, looking every 5 ms; fails after 20 s, which no test is about. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await delay(5)) {
    if (await holds()) return
  }
  throw new Error('the condition did not come true within 20 s')
}
