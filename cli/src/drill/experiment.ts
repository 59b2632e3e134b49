import { durationText, expectationText, kebabName } from '@drillbook/content/yaml/fields'
import { z } from 'zod'

/**
 * A drill file as a person writes it: a Chaos Toolkit experiment (its keys: reference.chaostoolkit.org, experiment API)
 * of which every probe and action is the `drillbook` command, so that `chaos run` can run it as it is, plus what only
 * we understand in `extensions`.
 */

/** Arguments as a list: Chaos Toolkit gives a text to a shell. */
const provider = z.strictObject({
  type: z.literal('process'),
  path: z.literal('drillbook'),
  arguments: z.array(z.string()).min(1),
  /** Seconds. */
  timeout: z.number().positive().optional(),
})
const pauses = z.strictObject({ before: z.number().optional(), after: z.number().optional() }).optional()
const action = z.strictObject({ type: z.literal('action'), name: z.string().min(1), provider, pauses })
/** In the hypothesis a tolerance is what makes a probe count; 0 is the exit status of an expectation that holds. */
const tolerated = z.strictObject({
  type: z.literal('probe'),
  name: z.string().min(1),
  tolerance: z.literal(0),
  provider,
  pauses,
})
const probe = z.strictObject({ type: z.literal('probe'), name: z.string().min(1), provider, pauses })

const condition = z.strictObject({ promql: z.string().min(1), expect: expectationText, within: durationText })
const abort = z.strictObject({ name: z.string().min(1), promql: z.string().min(1), expect: expectationText })

const claimFields = {
  title: z.string().min(1).describe('What is proven, as a sentence: "No order is lost"'),
  promql: z.string().min(1).optional().describe('`$elapsed` is the time since the injection, as a range: 83s'),
  read: kebabName.optional().describe('An action of the environment that `reads`: its answer is looked at'),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  path: z.string().default('').describe('Where the value stands in the answer: keys and indexes joined by points'),
  expect: expectationText,
  within: durationText,
}
const claim = z
  .strictObject(claimFields)
  .refine((v) => (v.promql === undefined) !== (v.read === undefined), 'a claim has exactly one of `promql` and `read`')
  .refine(
    (v) => v.read !== undefined || (Object.keys(v.params).length === 0 && v.path === ''),
    '`params` and `path` belong to `read`',
  )
  .meta({ oneOf: [{ required: ['promql'] }, { required: ['read'] }] })

const drillbook = z.strictObject({
  name: z.literal('drillbook'),
  incident: kebabName,
  service: z.string().min(1),
  protection: z.enum(['on', 'off']).optional(),
  alerts: z.strictObject({ expected: z.array(z.string()).min(1), allowed: z.array(z.string()).default([]) }),
  confirm: condition,
  mitigated: condition,
  recovered: condition,
  /** Acts of the runbook: without one nothing shows that the runbook mends. */
  mendedBy: z
    .array(z.string(), 'mendedBy is missing: name the acts of the runbook that have to mend it')
    .min(1, 'mendedBy is empty: name the acts of the runbook that have to mend it'),
  mustNotRun: z.array(z.string()).default([]),
  proves: z.array(claim).default([]).describe('What has to hold when it is over; without evidence it does not'),
  abort: z.array(abort).default([]),
  limits: z
    .strictObject({
      gate: durationText.default('5m'),
      detect: durationText.default('5m'),
      notify: durationText.default('2m'),
      /** Of an unattended walk: a runbook that does not help waits long in its checks. */
      walk: durationText.default('20m'),
      resolve: durationText.default('10m'),
    })
    .prefault({}),
})

export const experimentSchema = z.strictObject({
  version: z.string().optional(),
  title: z.string().min(1),
  description: z.string().min(1),
  tags: z.array(z.string()).default([]),
  contributions: z.record(z.string(), z.string()).optional(),
  /** Without `always`, Chaos Toolkit skips the rollbacks of an interrupted experiment. */
  runtime: z.strictObject({ rollbacks: z.strictObject({ strategy: z.literal('always') }) }),
  'steady-state-hypothesis': z.strictObject({ title: z.string().min(1), probes: z.array(tolerated).min(1) }),
  method: z.array(z.discriminatedUnion('type', [action, probe])).min(1),
  rollbacks: z.array(action).min(1),
  extensions: z.tuple([drillbook]),
})

export type Experiment = z.infer<typeof experimentSchema>
