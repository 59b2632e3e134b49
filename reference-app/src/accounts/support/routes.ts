import { z } from 'zod'
import type { Operations } from '../../platform/http/operation-router.ts'
import { parseBody } from '../../platform/http/parse-body.ts'
import { idempotencyKeyOf } from '../../platform/idempotency/key.ts'
import { inquire, type Support } from './inquire.ts'
import { TOPICS } from './topics.ts'

/** A page of text, and far below the limit of a body. */
const MAX_MESSAGE_LENGTH = 2_000

/** Postgres keeps no NUL in a text, and of half a character something else than was answered. */
const message = z
  .string()
  .min(1)
  .max(MAX_MESSAGE_LENGTH)
  .refine((text) => text.isWellFormed() && !text.includes('\0'), 'holds a NUL or half a character')
const inquiryBody = z.strictObject({ topic: z.enum(TOPICS), message: message.optional() })

/** Customer support. */
export const SUPPORT_OPERATIONS = {
  support_inquire: {
    method: 'POST',
    path: '/api/v1/support/inquiries',
    class: 'purchase',
    answer: async (request, support) => {
      const inquiry = parseBody(request, inquiryBody)
      return (await inquire(support, inquiry, idempotencyKeyOf(request))).answer
    },
  },
} satisfies Operations<Support>
