export type Json = string | number | boolean | null | Json[] | JsonObject
export interface JsonObject {
  [name: string]: Json
}

/** Something that has happened, for others to act on. */
export interface NewEvent {
  /** What happened: `payment.succeeded`. */
  topic: string
  /** What it happened to: `order:17`. For diagnosis; events of one key come in no promised order. */
  key: string
  payload: JsonObject
}

export interface OutboxEvent extends NewEvent {
  /** A `bigint`, exact up to 2^53. */
  id: number
}
