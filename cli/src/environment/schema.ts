import { z } from 'zod'
import { durationText, expectationText, kebabName } from '../content/fields.ts'
import { param } from './param.ts'

/** An environment as a person writes it, in one file or in several; `environments/lab/` is an example with comments. */

const url = z.url({ protocol: /^https?$/, error: 'a URL starts with http:// or https://' })
const json = z.json()

const endpoint = z.strictObject({
  url,
  tokenFile: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
})

const opsUrls = z.union([z.array(url).min(1), z.record(kebabName, z.array(url).min(1))])

const opsCall = z.strictObject({
  method: z.enum(['GET', 'PUT', 'POST', 'DELETE']),
  path: z.string().startsWith('/'),
  json: json.optional(),
  /** Only to instances of this kind, the others having no such route. */
  on: kebabName.optional(),
  /** Only to the one instance of these whose URL is this, or has this in it. */
  at: z.string().min(1).optional(),
})

const actionFields = {
  summary: z.string().optional(),
  ops: opsCall.optional(),
  exec: z.array(z.string()).min(1).optional(),
  /** Polled each second while an `ops` call runs; answers {done, total}. */
  progress: z.strictObject({ path: z.string().startsWith('/') }).optional(),
  timeout: durationText.default('10s'),
  params: z.record(z.string(), param).default({}),
  undo: kebabName.optional(),
}
const oneWay = (v: { ops?: unknown; exec?: unknown }) => (v.ops === undefined) !== (v.exec === undefined)
const action = z.strictObject(actionFields).refine(oneWay, 'an action has exactly one of `ops` and `exec`')

const step = z
  .strictObject({
    ops: opsCall.optional(),
    exec: z.array(z.string()).min(1).optional(),
    timeout: durationText.default('10s'),
  })
  .refine(oneWay, 'exactly one of `ops` and `exec`')

const fault = z.strictObject({
  summary: z.string().optional(),
  inject: step,
  revert: step,
  /** How the keeper reads back that the undo worked. */
  reverted: z.strictObject({ promql: z.string().min(1), expect: expectationText, within: durationText.default('30s') }),
  /** The hard limit: the keeper undoes after this long, whatever the lease says. */
  ttl: durationText.default('10m'),
})

export const environmentSchema = z.strictObject({
  name: kebabName,
  /** This file is a template that `drillbook lab up` resolves into the lab's own folder. */
  resolvedBy: z.literal('lab').optional(),
  /** The incident classes that there are here. @default those for which everything is bound */
  incidents: z.array(kebabName).optional(),
  production: z.boolean().default(false),
  speed: z.number().positive().default(1),
  prometheus: endpoint,
  alertmanager: endpoint.optional(),
  grafana: endpoint.optional(),
  slack: z.strictObject({ webhookUrlFile: z.string(), received: endpoint.optional() }).optional(),
  /** The operations ports of all instances; when not all have the same routes, by kind: `urls: { api: [...], worker: [...] }`. */
  ops: z.strictObject({ urls: opsUrls, tokenFile: z.string() }).optional(),
  keeper: endpoint.optional(),
  traffic: z.strictObject({ valid: z.strictObject({ promql: z.string().min(1), expect: expectationText }) }).optional(),
  drills: z.literal('allowed').optional(),
  actions: z.record(kebabName, action).default({}),
  faults: z.record(kebabName, fault).default({}),
})

export type OpsCall = z.infer<typeof opsCall>
/** One thing done in the environment: an HTTP call to every instance (of a kind), or an argv list. Durations still as text. */
export type Step = z.infer<typeof step>
export type Action = z.infer<typeof action>
export type Fault = z.infer<typeof fault>
export type EnvironmentFile = z.infer<typeof environmentSchema>
