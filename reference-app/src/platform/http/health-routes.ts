import { Router } from 'express'
import { methodNotAllowed } from '../problem/method-not-allowed.ts'
import { respond } from './answer.ts'
import type { Health } from './health.ts'

/** GET /healthz: the process lives. GET /readyz: it should get traffic. */
export function healthRoutes(health: Health): Router {
  const router = Router()
  router
    .route('/healthz')
    .get((_request, response) => respond(response, health.alive()))
    .all(methodNotAllowed('GET, HEAD'))
  router
    .route('/readyz')
    .get(async (_request, response) => respond(response, await health.ready()))
    .all(methodNotAllowed('GET, HEAD'))
  return router
}
