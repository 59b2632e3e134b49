/** Which subjects are looked at: a condition on the column that holds their key. */
export type Among = (column: string) => string

/** Something that must be true of the rows at every moment, whoever did what. */
export interface Invariant {
  /** snake_case: the `invariant` label. */
  name: string
  /** In the log, when it does not hold. */
  broken: string
  /** The table whose primary key, an integer or a bigint, names the subjects. */
  table: string
  key: string
  /** Subjects that one statement looks at: some ten thousand rows, well below 200 ms. */
  slice: number
  /** One statement, so that it sees one moment: keys of the subjects that break it. It reads no more than these subjects need. */
  find: (among: Among) => string
}
