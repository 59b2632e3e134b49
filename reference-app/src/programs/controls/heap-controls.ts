import { z } from 'zod'
import type { Action, View } from '../../platform/controls/action.ts'
import type { HeapSnapshots } from './heap-snapshots.ts'
import { heapStatistics } from './heap-statistics.ts'

export const heapView: View = { path: '/heap', does: 'the memory of this process', show: () => heapStatistics() }

/** Throws as `HeapSnapshots.take`. */
export function heapSnapshotAction(snapshots: HeapSnapshots): Action<unknown> {
  return {
    method: 'POST',
    path: '/heap/snapshot',
    does: 'writes the heap to a file of this machine; the process answers nobody meanwhile, for seconds',
    name: 'heap.snapshot',
    body: z.strictObject({}).optional(),
    run: async () => {
      const answer = await snapshots.take()
      return { before: null, after: answer, answer }
    },
  }
}
