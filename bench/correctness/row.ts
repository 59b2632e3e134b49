/** One figure that the reference app has to reach, and what it was this time. */
export interface Row {
  /** What is measured, for people. */
  figure: string
  measured: string
  goal: string
  reached: boolean
}

/** What each topic module exports: measures its figures; says what it is doing on the way. Rejects when it could not. */
export interface Topic {
  run(progress: (text: string) => void): Promise<Row[]>
}
