import express, { type Express } from 'express'
import { endOfRoutes } from '../http/end-of-routes.ts'
import type { Health } from '../http/health.ts'
import { healthRoutes } from '../http/health-routes.ts'
import type { Controls } from '../operations/controls.ts'
import { operationsRoutes } from '../operations/routes.ts'
import type { Telemetry } from './telemetry.ts'

export interface OperationsParts {
  telemetry: Telemetry
  health: Health
  controls: Controls
  operatorToken: string
}

/** What operators and Prometheus reach. Metrics and health are open, for machines; all else needs the operator token. */
export function operationsApp({ telemetry, health, controls, operatorToken }: OperationsParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(healthRoutes(health))
  app.get('/metrics', telemetry.serveMetrics)
  app.use(operationsRoutes(controls, operatorToken))
  endOfRoutes(app, telemetry.logger)
  return app
}
