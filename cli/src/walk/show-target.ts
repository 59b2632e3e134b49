import { printable } from '@drillbook/content/text/printable'
import { z } from 'zod'
import type { TargetResult } from '../actions/run-action.ts'
import type { Stdio } from '../stdio.ts'

const problemDetails = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue('is not JSON')
      return z.NEVER
    }
  })
  .pipe(z.object({ title: z.string(), detail: z.string().optional(), code: z.string().optional() }))

/** Of what a program prints; more is noise when all is well. */
const OK_CHARACTERS = 60
/**
 * An answer in JSON that says what was done, such as the file that was written. A longer one is the state of the
 * instance.
 */
const ANSWER_CHARACTERS = 500

/**
 * One line a target: a refusal in full; an agreement with what was done, without the state that an instance answers.
 */
export function showTarget(stdio: Stdio, { target, ok, status, output }: TargetResult): void {
  const text = output.replace(/\s+/g, ' ')
  const answer = ok ? agreement(text) : refusal(text)
  const code = status === undefined ? '' : ` ${status}`
  const mark = ok ? stdio.style('green', 'ok') : stdio.style('red', 'no')
  stdio.err(`    ${mark} ${printable(target)}${code}${answer === '' ? '' : ` ${printable(answer)}`}\n`)
}

function agreement(text: string): string {
  if (!text.startsWith('{')) return text.slice(0, OK_CHARACTERS)
  return text.length > ANSWER_CHARACTERS ? '' : text
}

/** Problem details in a sentence; anything else as it is. */
function refusal(text: string): string {
  const problem = problemDetails.safeParse(text)
  if (!problem.success) return text
  const { title, detail, code } = problem.data
  return `${title}${detail === undefined ? '' : `: ${detail}`}${code === undefined ? '' : ` (${code})`}`
}
