import { z } from 'zod'
import { DURATION, parseDuration } from '../duration.ts'
import { parseExpectation } from '../expectation.ts'

/** What people write in more than one kind of file. Each stays text; its reader converts it. */

export const kebabName = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'a name is kebab-case: small letters, digits, hyphens')

export const durationText = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'a duration is like 500ms, 10s, 5m or 1h')
  .meta({ description: 'A duration: 500ms, 10s, 5m, 1h', pattern: DURATION.source })

export const expectationText = z
  .string()
  .refine((text) => parseExpectation(text) !== undefined, 'expect is an operator and a number, like ">= 90%"')
  .meta({
    description: 'An operator (< <= > >= == !=) and a number with an optional unit (% ms s m h KiB MiB GiB)',
    pattern: '^\\s*(<=|>=|==|!=|<|>)\\s*-?\\d',
  })
