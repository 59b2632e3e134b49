import express, { type Express } from 'express'
import { endOfRoutes } from '../http/end-of-routes.ts'
import type { Health } from '../http/health.ts'
import { healthRoutes } from '../http/health-routes.ts'
import type { Telemetry } from './telemetry.ts'

export interface OperationsParts {
  telemetry: Telemetry
  health: Health
}

/** What operators and Prometheus reach. Metrics and health are open, for machines. */
export function operationsApp({ telemetry, health }: OperationsParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(healthRoutes(health))
  app.get('/metrics', telemetry.serveMetrics)
  endOfRoutes(app, telemetry.logger)
  return app
}
