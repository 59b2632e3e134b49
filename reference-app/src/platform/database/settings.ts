import { z } from 'zod'
import type { Setting } from '../controls/setting.ts'
import { type Database, READ_SOURCES, type ReadSource } from './database.ts'

/**
 * PostgreSQL has 100 connections unless its owner gave it more; above a few hundred it spends its time on switching
 * between them.
 */
const POOL_LIMIT = 200

/** Refused with `replica_not_configured`. */
export function databaseReads(database: Database): Setting<ReadSource> {
  return {
    name: 'database.reads',
    schema: z.enum(READ_SOURCES),
    initial: 'primary',
    apply: (source) => database.setReads(source),
  }
}

/** Connections of this instance to the primary at most. */
export function databasePool(database: Database): Setting<number> {
  return {
    name: 'database.pool',
    schema: z.int().min(1).max(POOL_LIMIT),
    initial: database.poolMax,
    apply: (max) => database.setPoolMax(max),
  }
}
