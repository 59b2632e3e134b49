import express, { type Express, json } from 'express'
import type { SlowInstance } from '../../platform/drill-faults/slow-instance.ts'
import { endOfRoutes } from '../../platform/http/end-of-routes.ts'
import type { Health } from '../../platform/http/health.ts'
import { healthRoutes } from '../../platform/http/health-routes.ts'
import type { OperationContext } from '../../platform/http/operation.ts'
import { operationRouter } from '../../platform/http/operation-router.ts'
import { descriptionRoutes } from './description-routes.ts'
import { OPERATIONS, type OperationParts } from './operations.ts'
import type { Telemetry } from './telemetry.ts'

/** No request of ours has more than a few hundred bytes. */
const BODY_LIMIT = '64kb'
/**
 * Above every limit that one request can meet on its way (cache 4 s at worst, connection 2 s, query 2.5 s).
 * Milliseconds.
 */
const REQUEST_TIMEOUT_MS = 10_000

export interface PublicParts extends OperationParts {
  telemetry: Telemetry
  health: Health
  /** Absent where drills are not allowed. */
  slow?: SlowInstance | undefined
}

/** What users reach. Health is answered before anything is measured: probes are not traffic. */
export function publicApp({ telemetry, health, slow, ...parts }: PublicParts): Express {
  const context: OperationContext = {
    outcomes: telemetry.outcomes,
    parseBody: json({ limit: BODY_LIMIT, type: () => true }),
    timeoutMs: REQUEST_TIMEOUT_MS,
  }
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag') // answers are not kept by anybody
  app.use(healthRoutes(health))
  app.use(telemetry.http.middleware)
  if (slow !== undefined) app.use(slow.middleware)
  app.use(operationRouter(OPERATIONS, parts, context))
  app.use('/api/v1', descriptionRoutes())
  endOfRoutes(app, telemetry.logger)
  return app
}
