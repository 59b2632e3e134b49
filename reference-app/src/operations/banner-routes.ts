import { Router } from 'express'
import type { Banner } from '../platform/banner.ts'
import { type OperationContext, operation } from '../platform/http/operation.ts'
import { methodNotAllowed } from '../platform/problem/method-not-allowed.ts'

/** What operators want users to read now: 200 {message}, or 204 when there is nothing. Needs no token and no database. */
export function bannerRoutes(banner: Banner, context: OperationContext): Router {
  const router = Router()
  router
    .route('/banner')
    .get(
      operation(context, 'banner', () =>
        banner.message === null ? { status: 204 } : { status: 200, body: { message: banner.message } },
      ),
    )
    .all(methodNotAllowed('GET, HEAD'))
  return router
}
