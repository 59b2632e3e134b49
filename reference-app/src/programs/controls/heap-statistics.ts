import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'

/** The memory of this process. Bytes. */
export interface HeapStatistics {
  usedBytes: number
  /** What V8 has taken from the system for the heap. */
  totalBytes: number
  /** Where it ends in an out-of-memory: see `--max-old-space-size`. */
  limitBytes: number
  /** Buffers and the like, outside of the heap but kept by it. */
  externalBytes: number
  /** All that the system counts for the process. */
  residentBytes: number
  /** Contexts above the handful of a fresh process, detached ones above 0: what keeps them leaks. */
  contexts: { native: number; detached: number }
  spaces: { name: string; usedBytes: number; totalBytes: number }[]
}

export function heapStatistics(): HeapStatistics {
  const heap = getHeapStatistics()
  return {
    usedBytes: heap.used_heap_size,
    totalBytes: heap.total_heap_size,
    limitBytes: heap.heap_size_limit,
    externalBytes: heap.external_memory,
    residentBytes: process.memoryUsage.rss(),
    contexts: { native: heap.number_of_native_contexts, detached: heap.number_of_detached_contexts },
    spaces: getHeapSpaceStatistics().map(({ space_name, space_used_size, space_size }) => ({
      name: space_name,
      usedBytes: space_used_size,
      totalBytes: space_size,
    })),
  }
}
