/** What a token allows: `viewer` may look, `operator` may change as well. `nobody` sent no valid one. */
export type Role = 'viewer' | 'operator'
export type Caller = Role | 'nobody'
