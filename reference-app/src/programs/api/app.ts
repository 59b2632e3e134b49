import type { IncomingMessage, ServerResponse } from 'node:http'
import { readMetrics } from '@drillbook/instrumentation'
import type { Express } from 'express'
import { BalanceStore } from '../../accounts/balance/balance-store.ts'
import { ProviderChoice } from '../../commerce/payments/provider-choice.ts'
import { salesView } from '../../commerce/statistics/sales-view.ts'
import { StatisticsStore } from '../../commerce/statistics/statistics-store.ts'
import { operationsApp } from '../../operations/app.ts'
import { createPlane } from '../../operations/plane.ts'
import { Banner } from '../../platform/banner.ts'
import { Cache } from '../../platform/cache/cache.ts'
import { clearAction } from '../../platform/cache/clear-action.ts'
import { CacheEvents } from '../../platform/cache/events.ts'
import { Protection } from '../../platform/cache/protection.ts'
import { CacheSources } from '../../platform/cache/sources.ts'
import { WarmUp } from '../../platform/cache/warm-up.ts'
import { warmUpAction } from '../../platform/cache/warm-up-action.ts'
import { Database } from '../../platform/database/database.ts'
import { ReplicaEvents } from '../../platform/database/replica-events.ts'
import { ReservedConnection } from '../../platform/database/reserved-connection.ts'
import { endSessionAction, sessionsView } from '../../platform/database/session-controls.ts'
import { SessionStore } from '../../platform/database/session-store.ts'
import { drillFaults } from '../../platform/drill-faults/drill-faults.ts'
import { drainAction, Health } from '../../platform/http/health.ts'
import { AnswerStore } from '../../platform/idempotency/answer-store.ts'
import { Mutations } from '../../platform/idempotency/mutations.ts'
import { JobSwitches } from '../../platform/jobs/settings.ts'
import { OverloadEvents } from '../../platform/overload/events.ts'
import { frontDoor } from '../../platform/overload/front-door.ts'
import { KillSwitches } from '../../platform/overload/kill-switches.ts'
import { LoadShedding } from '../../platform/overload/load-shedding.ts'
import { Catalogue } from '../../ticketing/catalogue/catalogue.ts'
import { CatalogueStore } from '../../ticketing/catalogue/catalogue-store.ts'
import { PaymentEvents } from '../../ticketing/reservation/payment-events.ts'
import { PaymentStore } from '../../ticketing/reservation/payment-store.ts'
import { ReservationStore } from '../../ticketing/reservation/reservation-store.ts'
import { UserTurns } from '../../ticketing/reservation/user-turns.ts'
import { openWaitingRoom } from '../../ticketing/waiting-room/open-waiting-room.ts'
import { restoreAction } from '../../ticketing/waiting-room/restore-action.ts'
import { processControls } from '../controls/controls.ts'
import type { Config } from './config.ts'
import { describeApi } from './describe.ts'
import { OPERATIONS } from './operations.ts'
import { publicApp } from './public-app.ts'
import { apiSettings } from './settings.ts'
import { shopParts } from './shop-parts.ts'
import type { Telemetry } from './telemetry.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** One instance of the API, assembled but bound to no port. */
export interface App {
  /** For users. */
  public: Handler
  /** What `public` passes requests on to: every route for users. */
  routed: Express
  /** For operators and Prometheus. */
  operations: Handler
  /**
   * Takes what operators want, if Postgres answers within 2 s (so: before it is ready), and begins to listen to
   * Postgres.
   */
  begin(): Promise<void>
  /** From now on it is not ready, and streams end. */
  drain(): void
  /** Lets go of Postgres and Redis, after the last request. */
  close(): Promise<void>
}

/** Who owns what: everything is made here, once, and handed down. */
export function createApp(config: Config, telemetry: Telemetry): App {
  const { logger, registry } = telemetry
  const database = new Database({
    url: config.databaseUrl,
    applicationName: config.instance,
    registry,
    onIdleError: (error) =>
      logger.warn({ event: 'database.connection_lost', err: error }, 'an idle connection was lost'),
    replica:
      config.replicaUrl === undefined
        ? undefined
        : { url: config.replicaUrl, events: new ReplicaEvents(readMetrics(registry), logger) },
  })

  const cacheEvents = new CacheEvents(telemetry.cache, logger)
  const protection = new Protection((enabled) => cacheEvents.protectionSet(enabled))
  const sources = new CacheSources(config.cacheUrls, cacheEvents)
  const cache = new Cache(sources, protection, cacheEvents)

  const shedding = new LoadShedding(() => protection.enabled, new OverloadEvents(telemetry.shedding, logger))
  const switches = new KillSwitches()

  const catalogueStore = new CatalogueStore(database)
  const catalogue = new Catalogue(catalogueStore, cache)
  const reservations = new ReservationStore(database)
  const waiting = openWaitingRoom({
    ...config.waitingRoom,
    tokenSecret: config.queueTokenSecret,
    database,
    isInformed: () => plane.state.isInformed,
    registry,
    logger,
  })
  const answers = new AnswerStore(database)
  const mutations = new Mutations(database, answers)
  const shop = shopParts({ config, telemetry, database, cache, mutations })
  const banner = new Banner()
  const health = new Health(database)
  const warmUp = new WarmUp(cache)
  const connection = new ReservedConnection({ url: config.databaseUrl, applicationName: config.instance })
  const sessions = new SessionStore(connection)
  const controls = processControls({
    sources,
    protection,
    database,
    jobs: new JobSwitches([]), // they run in the worker
    providerChoice: new ProviderChoice(),
    heapSnapshotDir: config.heapSnapshotDir,
  })
  const drills = config.drillsAllowed ? drillFaults(registry, config.version) : undefined
  const settings = { banner, database, shedding, switches, waitingRoom: waiting.room }
  const plane = createPlane({
    instance: config.instance,
    version: config.version,
    connection,
    notifications: shop.notifications,
    auditFile: config.auditFile,
    tokens: config.opsTokens,
    logger,
    settings: [...controls.settings, ...apiSettings(settings), ...(drills?.settings ?? [])],
    actions: [
      ...controls.actions,
      warmUpAction(warmUp, async () => [...(await catalogue.copies()), ...shop.productList.copies()]),
      clearAction(sources),
      drainAction(health),
      restoreAction(waiting.room),
      endSessionAction(sessions),
      ...(drills?.actions ?? []),
    ],
    views: [
      ...controls.views,
      { path: '/cache/warm-up', does: 'how far the warm-up is', show: () => warmUp.progress },
      sessionsView(sessions),
      salesView(new StatisticsStore(database)),
    ],
    describe: () => ({
      ...describeApi({ ...settings, sources, protection }),
      draining: health.setAside,
    }),
  })

  const inside = publicApp({
    ...shop,
    telemetry,
    health,
    banner,
    catalogue,
    catalogueStore,
    turns: new UserTurns(),
    reservations,
    balances: new BalanceStore(database),
    payments: new PaymentStore(),
    mutations,
    paymentEvents: new PaymentEvents(telemetry.payments.attempted, logger),
    holdRules: config.holdRules,
    tokens: waiting.tokens,
    waitingRoom: waiting.room,
    slow: drills?.slow,
  })

  return {
    public: frontDoor(
      {
        operations: OPERATIONS,
        shedding,
        switches,
        http: telemetry.http,
        outcomes: telemetry.outcomes,
        drills,
      },
      inside,
    ),
    routed: inside,
    operations: operationsApp({ logger, serveMetrics: telemetry.serveMetrics, health, plane }),
    begin: async () => {
      await plane.begin()
      shedding.begin()
      shop.notifications.begin()
      waiting.begin()
    },
    drain: () => {
      health.drain()
      shop.orderStreams.drain()
    },
    close: async () => {
      shedding.end()
      await shop.notifications.close()
      await waiting.close()
      await plane.close()
      sources.close()
      await database.close()
    },
  }
}
