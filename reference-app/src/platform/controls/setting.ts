import { z } from 'zod'

/** Something that operators change at runtime, on all instances at once. The value is JSON. */
export interface Setting<T> {
  /** `area.what`, e.g. `cache.bypass`: its name in the desired state, the audit and GET /state. */
  readonly name: string
  readonly schema: z.ZodType<T>
  /** As long as no operator has said anything. */
  readonly initial: T
  /**
   * It acts on something that all instances share: what one of them remembers must not go before what the others know.
   */
  readonly isShared?: true
  /**
   * Makes this instance so. May be called again with the same value. Throws (a Problem, for the operator to read):
   * refused, nothing changed.
   */
  apply(value: T): void | Promise<void>
}

/** Member of the body -> the setting that it changes. */
export type Fields = Readonly<Record<string, Setting<unknown>>>

/** One PUT route and the setting that it changes. */
export interface SettingRoute {
  /** With `:parameter` at its end when there are several of a kind. */
  path: string
  does: string
  /** By the value of the parameter; under '' without one. */
  members: Readonly<Record<string, Fields>>
}

/** `PUT path {field: value, ...}`. One field must be sent; of several, at least one. */
export function settingRoute(path: string, does: string, fields: Fields): SettingRoute {
  return { path, does, members: { '': fields } }
}

/** `PUT path/:parameter {field: value, ...}`: the same for several of a kind. */
export function settingFamily(path: string, does: string, members: Readonly<Record<string, Fields>>): SettingRoute {
  return { path, does, members }
}

/** Every setting of these routes. */
export function settingsOf(routes: readonly SettingRoute[]): Setting<unknown>[] {
  return routes.flatMap(({ members }) => Object.values(members).flatMap((fields) => Object.values(fields)))
}

/** What the body of such a request must be. */
export function bodyOf(fields: Fields): z.ZodType<Record<string, unknown>> {
  const shape = Object.entries(fields).map(([field, { schema }]) => [field, schema] as const)
  if (shape.length === 1) return z.strictObject(Object.fromEntries(shape))
  return z
    .strictObject(Object.fromEntries(shape.map(([field, schema]) => [field, schema.optional()])))
    .refine((body) => Object.keys(body).length > 0, `at least one of ${Object.keys(fields).join(', ')} is needed`)
}
