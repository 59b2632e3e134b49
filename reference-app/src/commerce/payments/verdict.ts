/**
 * What a provider's answer, or its absence, says about a key.
 * `charged`, `declined`, `voided`: for good. `absent`: nothing yet, which a request on its way can change. `untaken`:
 * this request did surely nothing and never will; it says nothing about earlier ones. `unknown`: anything may be true.
 */
export type Verdict =
  | { kind: 'charged' | 'voided' | 'absent' }
  | { kind: 'declined'; reason: string }
  | { kind: 'untaken' | 'unknown'; reason: string }
