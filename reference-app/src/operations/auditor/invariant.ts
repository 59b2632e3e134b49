/** A condition on the rows that must hold at every moment. */
export interface Invariant {
  /** snake_case: the `invariant` label. */
  name: string
  /** In the log, when it does not hold. */
  broken: string
  /** Whose keys `find` selects. */
  table: string
  /** One statement, so that it sees one moment, over whole tables: the keys (integers) of the rows that break it. */
  find: string
}

/** What breaks an invariant at one moment. */
export interface Broken {
  rows: number
  /** Keys of the first ten. */
  keys: number[]
}
