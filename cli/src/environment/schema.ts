import { durationText, expectationText, kebabName } from '@drillbook/content/yaml/fields'
import { z } from 'zod'
import { param } from './param.ts'

/** An environment as a person writes it, in one file or in several; `environments/lab/` is an example with comments. */

/** The pattern is for editors: to them `http://127.0.0.1:${port.NAME}` in the lab's template is a URL, too. */
const url = z
  .url({ protocol: /^https?$/, error: 'a URL starts with http:// or https://' })
  .meta({ format: undefined, pattern: '^https?://' })
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
  /** It changes nothing, so it may stand in a check and is run without a question. */
  reads: z.literal(true).optional(),
}
const oneWay = (v: { ops?: unknown; exec?: unknown }) => (v.ops === undefined) !== (v.exec === undefined)
/** The same for editors. */
const ONE_WAY = { oneOf: [{ required: ['ops'] }, { required: ['exec'] }] }
const action = z
  .strictObject(actionFields)
  .refine(oneWay, 'an action has exactly one of `ops` and `exec`')
  .refine((v) => v.reads !== true || v.undo === undefined, 'an action that `reads` changes nothing, so it has no undo')
  .refine((v) => v.reads !== true || v.ops === undefined || v.ops.method === 'GET', 'an action that `reads` is a GET')
  .meta(ONE_WAY)

const step = z
  .strictObject({
    ops: opsCall.optional(),
    exec: z.array(z.string()).min(1).optional(),
    timeout: durationText.default('10s'),
  })
  .refine(oneWay, 'exactly one of `ops` and `exec`')
  .meta(ONE_WAY)

const fault = z.strictObject({
  summary: z.string().optional(),
  inject: step,
  revert: step,
  /** How the keeper reads back that the undo worked. */
  reverted: z.strictObject({ promql: z.string().min(1), expect: expectationText, within: durationText.default('30s') }),
  /** The hard limit: the keeper undoes after this long, whatever the lease says. */
  ttl: durationText.default('10m'),
})

/** A description is what an editor shows beside the key. */
export const environmentSchema = z.strictObject({
  name: kebabName.describe('The name of the file or folder, and the `environment` label of every alert'),
  resolvedBy: z.literal('lab').optional().describe('A template that `drillbook lab up` resolves into its own folder'),
  incidents: z
    .array(kebabName)
    .optional()
    .describe('The incident classes that there are here. Default: those for which everything is bound'),
  production: z
    .boolean()
    .default(false)
    .describe('true: every act asks for the name of the environment, typed in full'),
  speed: z.number().positive().default(1).describe('The rules here were compiled with this --speed'),
  prometheus: endpoint.describe('Where checks and drills ask'),
  alertmanager: endpoint.optional().describe('Where alerts go'),
  grafana: endpoint.optional(),
  slack: z
    .strictObject({ webhookUrlFile: z.string(), received: endpoint.optional() })
    .optional()
    .describe('Where drills say what begins and ends; `received`: where they read back that a message arrived'),
  ops: z
    .strictObject({ urls: opsUrls, tokenFile: z.string() })
    .optional()
    .describe('The operations ports of all instances; by kind when not all have the same routes: { api: [...] }'),
  keeper: endpoint.optional().describe('`drillbook keeper`, which undoes faults'),
  traffic: z
    .strictObject({
      urls: z.array(url).min(1).optional().describe('Where the generator takes orders, for steps with `on: traffic`'),
      valid: z.strictObject({ promql: z.string().min(1), expect: expectationText }),
    })
    .optional()
    .describe('Whether the load generator keeps up; otherwise a drill is invalid'),
  drills: z.literal('allowed').optional().describe('Without this line every drill is refused'),
  actions: z.record(kebabName, action).default({}).describe('How each `drillbook act NAME` is done here'),
  faults: z.record(kebabName, fault).default({}).describe('How each fault of the drills is injected and undone here'),
})

export type OpsCall = z.infer<typeof opsCall>
/**
 * One thing done in the environment: an HTTP call to every instance (of a kind), or an argv list. Durations still as
 * text.
 */
export type Step = z.infer<typeof step>
export type Action = z.infer<typeof action>
export type Fault = z.infer<typeof fault>
export type EnvironmentFile = z.infer<typeof environmentSchema>
