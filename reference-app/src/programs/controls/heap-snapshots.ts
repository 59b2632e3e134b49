import { createWriteStream } from 'node:fs'
import { rename, rm, stat, statfs } from 'node:fs/promises'
import { freemem } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { getHeapSnapshot, getHeapStatistics } from 'node:v8'
import { Problem } from '../../platform/problem/problem.ts'

/** Of the used heap. The file is text: somewhat larger than what it describes. */
const DISK_FACTOR = 2
/**
 * Of the used heap. V8 builds the whole graph beside the heap before the first byte is written: Node's documentation
 * says twice the heap, and one that was taken too close to its limit (128 MB) was seen to need far more before it died.
 * What is short of memory must not be killed by looking at it.
 */
const MEMORY_FACTOR = 3

export interface HeapSnapshot {
  file: string
  bytes: number
  seconds: number
  /** Of these: the time in which this process did nothing else, and answered nobody. */
  blockedSeconds: number
}

/** What there is room for. Bytes. */
export interface Room {
  disk: number
  memory: number
}

/** Free to us on the disk, and what the machine and the control group leave, whichever is less. */
export async function measureRoom(folder: string): Promise<Room> {
  const { bavail, bsize } = await statfs(folder)
  // On Linux: MemAvailable, and the limit of the cgroup.
  return { disk: bavail * bsize, memory: Math.min(freemem(), process.availableMemory()) }
}

/**
 * Writes the heap of this process to a folder that only its owner reads: it holds everything that the process knows,
 * secrets, too.
 */
export class HeapSnapshots {
  private readonly folder: string | undefined
  private readonly room: (folder: string) => Promise<Room>
  private running = false

  /** Without a folder each is refused. */
  constructor(folder: string | undefined, room = measureRoom) {
    this.folder = folder
    this.room = room
  }

  /**
   * The process stands still meanwhile (60 MB of heap on two busy cores: 10 s): take its traffic away first. Throws
   * `heap_snapshot_disabled`, `heap_snapshot_running`, `heap_snapshot_no_room` or `heap_snapshot_failed`.
   */
  async take(): Promise<HeapSnapshot> {
    const { folder } = this
    if (folder === undefined) {
      throw new Problem('heap_snapshot_disabled', 'This instance was started without HEAP_SNAPSHOT_DIR.')
    }
    if (this.running) throw new Problem('heap_snapshot_running', 'One at a time: wait for the other.')
    this.running = true
    try {
      await this.requireRoom(folder)
      return await write(folder)
    } catch (error) {
      if (error instanceof Problem) throw error
      throw new Problem('heap_snapshot_failed', 'HEAP_SNAPSHOT_DIR cannot be written to.', { cause: error })
    } finally {
      this.running = false
    }
  }

  private async requireRoom(folder: string): Promise<void> {
    const { used_heap_size: used } = getHeapStatistics()
    const { disk, memory } = await this.room(folder)
    const missing = [
      ...(disk < DISK_FACTOR * used ? [`${mebibytes(DISK_FACTOR * used)} of disk, of which ${mebibytes(disk)}`] : []),
      ...(memory < MEMORY_FACTOR * used
        ? [`${mebibytes(MEMORY_FACTOR * used)} of memory, of which ${mebibytes(memory)}`]
        : []),
    ]
    if (missing.length === 0) return
    throw new Problem('heap_snapshot_no_room', `It needs ${missing.join(' are free, and ')} are free.`)
  }
}

/** A file under its final name is whole. */
async function write(folder: string): Promise<HeapSnapshot> {
  const startedAt = performance.now()
  const at = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const file = join(folder, `heap-${at}-${process.pid}.heapsnapshot`)
  const part = `${file}.part`
  try {
    const target = createWriteStream(part, { mode: 0o600, flags: 'wx' })
    await new Promise((resolve, reject) => target.once('open', resolve).once('error', reject))
    const blockedAt = performance.now()
    const snapshot = getHeapSnapshot()
    const blockedMs = performance.now() - blockedAt
    await pipeline(snapshot, target)
    await rename(part, file)
    const { size } = await stat(file)
    return { file, bytes: size, seconds: seconds(performance.now() - startedAt), blockedSeconds: seconds(blockedMs) }
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

const seconds = (ms: number) => Math.round(ms) / 1_000
const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`
