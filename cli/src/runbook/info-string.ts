import { parseDuration } from '@drillbook/content/duration'
import { parseExpectation } from '@drillbook/content/expectation'
import { z } from 'zod'
import type { Condition } from './runbook.ts'

/** The attributes of a step's code fence: a JSON object of strings behind the language, as runme reads it, too. */

const name = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'name is kebab-case, like hit-ratio')
const expect = z.string().transform((text, context) => {
  const expectation = parseExpectation(text)
  if (expectation !== undefined) return expectation
  context.addIssue({
    code: 'custom',
    message: `expect is an operator and a number, like ">= 90%", not ${JSON.stringify(text)}`,
  })
  return z.NEVER
})
const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text)
  if (ms !== undefined) return ms
  context.addIssue({ code: 'custom', message: `a duration is like 30s, 5m or 1h, not ${JSON.stringify(text)}` })
  return z.NEVER
})

const when = z.string().transform((text, context): Condition => {
  const [, not, decision] = /^(not )?([a-z][a-z0-9]*(?:-[a-z0-9]+)*)$/.exec(text) ?? []
  if (decision !== undefined) return { decision, answer: not === undefined ? 'yes' : 'no' }
  context.addIssue({
    code: 'custom',
    message: `a condition is "NAME" or "not NAME" of an earlier block that decides, not ${JSON.stringify(text)}`,
  })
  return z.NEVER
})
const decides = z.literal('true', 'the only value is "true"').optional()

export const promqlAttributes = z.strictObject({
  name,
  expect,
  within: duration.optional(),
  for: duration.optional(),
  empty: z.literal('ok').optional(),
  decides,
  when: when.optional(),
  excludeFromRunAll: z.enum(['true', 'false']).optional(),
})

export const shAttributes = z.strictObject({
  name,
  kind: z.enum(['check', 'act'], 'kind is "check" (looks) or "act" (changes something)'),
  undo: name.optional(),
  optional: z.literal('true', 'the only value is "true"').optional(),
  decides,
  when: when.optional(),
  excludeFromRunAll: z.enum(['true', 'false']).optional(),
})

/**
 * Reads the attributes from `raw`, the fence's line as it stands in the file, or returns all problems. The line counts
 * and not what the Markdown parser made of it: Markdown takes the backslash of `\"` away.
 */
export function readInfo<S extends z.ZodType>(raw: string, schema: S): { value: z.infer<S> } | { problems: string[] } {
  const json = /^\s*(?:`{3,}|~{3,})\s*\S+\s*(.*?)\s*$/.exec(raw)?.[1] ?? ''
  if (json === '') return { problems: ['the fence has no attributes: write ```promql {"name":"...","expect":"..."}'] }
  if (json.includes('\\"'))
    return { problems: ['\\" in an info string: Markdown eats the backslash. Use single quotes inside'] }
  let attributes: unknown
  try {
    attributes = JSON.parse(json)
  } catch (error) {
    return { problems: [`the attributes are no JSON: ${error instanceof Error ? error.message : String(error)}`] }
  }
  const parsed = schema.safeParse(attributes)
  if (parsed.success) return { value: parsed.data }
  return {
    problems: parsed.error.issues.map((issue) =>
      issue.code === 'unrecognized_keys'
        ? `unknown attribute ${issue.keys.join(', ')}`
        : `${issue.path.length === 0 ? 'attributes' : issue.path.map(String).join('.')}: ${issue.message}`,
    ),
  }
}
