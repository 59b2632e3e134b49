import type { Logger } from '@drillbook/instrumentation'
import express, { type Express, type RequestHandler } from 'express'
import { endOfRoutes } from '../platform/http/end-of-routes.ts'
import type { Health } from '../platform/http/health.ts'
import { healthRoutes } from '../platform/http/health-routes.ts'
import type { Plane } from './plane.ts'
import { operationsRoutes } from './routes.ts'

export interface OperationsParts {
  logger: Logger
  serveMetrics: RequestHandler
  health: Health
  plane: Plane
}

/** What operators and Prometheus reach. Metrics and health are open, for machines; all else needs a token. */
export function operationsApp({ logger, serveMetrics, health, plane }: OperationsParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(healthRoutes(health))
  app.get('/metrics', serveMetrics)
  app.use(operationsRoutes(plane))
  endOfRoutes(app, logger)
  return app
}
