import { type Request, Router } from 'express'
import { z } from 'zod'
import { type OperationContext, operation } from '../../platform/http/operation.ts'
import { parseBody } from '../../platform/http/parse-body.ts'
import { idempotencyKeyOf } from '../../platform/idempotency/key.ts'
import { methodNotAllowed } from '../../platform/problem/method-not-allowed.ts'
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

/** Help from people. */
export function supportRoutes(support: Support, context: OperationContext): Router {
  const router = Router()
  router
    .route('/support/inquiries')
    .post(
      operation(context, 'support_inquire', async (request: Request) => {
        const inquiry = parseBody(request, inquiryBody)
        return (await inquire(support, inquiry, idempotencyKeyOf(request))).answer
      }),
    )
    .all(methodNotAllowed('POST'))
  return router
}
