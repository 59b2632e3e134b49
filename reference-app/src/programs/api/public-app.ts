import express, { type Express, json } from 'express'
import { type Balances, balanceRoutes } from '../../accounts/balance/routes.ts'
import type { Support } from '../../accounts/support/inquire.ts'
import { supportRoutes } from '../../accounts/support/routes.ts'
import { type Coupons, couponRoutes } from '../../commerce/coupons/routes.ts'
import { type Ordering, orderRoutes } from '../../commerce/orders/routes.ts'
import { type Products, productRoutes } from '../../commerce/products/routes.ts'
import { bannerRoutes } from '../../operations/banner-routes.ts'
import type { Banner } from '../../platform/banner.ts'
import type { SlowInstance } from '../../platform/drill-faults/slow-instance.ts'
import { endOfRoutes } from '../../platform/http/end-of-routes.ts'
import type { Health } from '../../platform/http/health.ts'
import { healthRoutes } from '../../platform/http/health-routes.ts'
import type { OperationContext } from '../../platform/http/operation.ts'
import { type Ticketing, ticketingRoutes } from '../../ticketing/catalogue/routes.ts'
import { type Purchase, reservationRoutes } from '../../ticketing/reservation/routes.ts'
import { type WaitingRoomPage, waitingRoomPageRoutes } from '../../ticketing/waiting-room/page-routes.ts'
import { queueRoutes } from '../../ticketing/waiting-room/routes.ts'
import { descriptionRoutes } from './description-routes.ts'
import type { Telemetry } from './telemetry.ts'

/** No request of ours has more than a few hundred bytes. */
const BODY_LIMIT = '64kb'
/** Above every limit that one request can meet on its way (cache 4 s at worst, connection 2 s, query 2.5 s). Milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000

export interface PublicParts
  extends Ticketing,
    Purchase,
    Balances,
    Products,
    Ordering,
    Coupons,
    Support,
    WaitingRoomPage {
  telemetry: Telemetry
  health: Health
  banner: Banner
  /** Absent where drills are not allowed. */
  slow?: SlowInstance | undefined
}

/** What users reach. Health is answered before anything is measured: probes are not traffic. */
export function publicApp({ telemetry, health, banner, slow, ...parts }: PublicParts): Express {
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
  app.use(waitingRoomPageRoutes({ ...parts, banner }, context))
  app.use('/api/v1', queueRoutes(parts, context))
  app.use('/api/v1', ticketingRoutes(parts, context))
  app.use('/api/v1', reservationRoutes(parts, context))
  app.use('/api/v1', balanceRoutes(parts, context))
  app.use('/api/v1', productRoutes(parts, context))
  app.use('/api/v1', couponRoutes(parts, context))
  app.use('/api/v1', orderRoutes(parts, context))
  app.use('/api/v1', supportRoutes(parts, context))
  app.use('/api/v1', bannerRoutes(banner, context))
  app.use('/api/v1', descriptionRoutes())
  endOfRoutes(app, telemetry.logger)
  return app
}
