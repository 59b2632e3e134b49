import { Router } from 'express'
import { respond } from './answer.ts'
import type { Health } from './health.ts'

/** GET /healthz: the process lives. GET /readyz: it should get traffic. */
export function healthRoutes(health: Health): Router {
  const router = Router()
  router.get('/healthz', (_request, response) => respond(response, health.alive()))
  router.get('/readyz', async (_request, response) => respond(response, await health.ready()))
  return router
}
