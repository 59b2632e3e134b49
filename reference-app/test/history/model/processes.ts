import type { Evidence, Violation } from './evidence.ts'

/** Whatever fails around it, a process goes on. That it is started again hides it from its clients, who take it for one that was killed. */
export function nobodyEndsByItself({ ended }: Evidence): Violation[] {
  return ended.map(({ name, exit, lastWords }) => ({
    invariant: 'no process ends by itself',
    what: `${name}: ${exit}`,
    operations: [],
    rows: lastWords,
  }))
}
