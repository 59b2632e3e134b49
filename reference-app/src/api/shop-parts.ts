import type { Cache } from '../cache/cache.ts'
import { OrderEvents } from '../commerce/events.ts'
import { OrderChangeStore } from '../commerce/order-change-store.ts'
import type { Ordering } from '../commerce/order-routes.ts'
import { ORDER_CHANGED, OrderStore } from '../commerce/order-store.ts'
import { OrderStreams } from '../commerce/order-streams.ts'
import type { Products } from '../commerce/product-routes.ts'
import { ProductSalesStore } from '../commerce/product-sales-store.ts'
import { ProductStore } from '../commerce/product-store.ts'
import { ShopWindow } from '../commerce/shop-window.ts'
import { CouponStore } from '../coupons/coupon-store.ts'
import { CouponEvents } from '../coupons/events.ts'
import { CouponDesk } from '../coupons/issue-coupon.ts'
import type { Coupons } from '../coupons/routes.ts'
import type { Database } from '../database/database.ts'
import { Notifications } from '../database/notifications.ts'
import type { Mutations } from '../idempotency/mutations.ts'
import { OutboxStore } from '../outbox/outbox-store.ts'
import { OrderPaymentStore } from '../payments/order-payment-store.ts'
import { PaymentRequests } from '../payments/payment-requests.ts'
import { SupportEvents } from '../support/events.ts'
import type { Support } from '../support/inquire.ts'
import { InquiryStore } from '../support/inquiry-store.ts'
import type { Config } from './config.ts'
import type { Telemetry } from './telemetry.ts'

export interface ShopNeeds {
  config: Config
  telemetry: Telemetry
  database: Database
  cache: Cache
  mutations: Mutations
}

export interface ShopParts extends Products, Ordering, Coupons, Support {
  notifications: Notifications
}

/** The shop's side of an instance. */
export function shopParts({ config, telemetry, database, cache, mutations }: ShopNeeds): ShopParts {
  const { logger } = telemetry
  const products = new ProductStore(database)
  const coupons = new CouponStore(database)
  const outbox = new OutboxStore()
  const orderChanges = new OrderChangeStore(database)
  const orderStreams = new OrderStreams(orderChanges)
  const notifications = new Notifications({
    url: config.databaseUrl,
    applicationName: config.instance,
    onLost: (error) =>
      logger.warn(
        { event: 'database.notifications_lost', err: error },
        'Postgres cannot be listened to: progress is late',
      ),
  })
  notifications.subscribe(ORDER_CHANGED, orderStreams)
  return {
    mutations,
    products,
    productSales: new ProductSalesStore(database),
    shopWindow: new ShopWindow(products, cache),
    orders: new OrderStore(database),
    orderEvents: new OrderEvents(logger),
    orderChanges,
    orderStreams,
    outbox,
    paymentRequests: new PaymentRequests(new OrderPaymentStore(database), outbox),
    coupons,
    couponDesk: new CouponDesk({
      database,
      coupons,
      mutations,
      events: new CouponEvents(telemetry.coupons, logger),
    }),
    inquiries: new InquiryStore(database),
    supportEvents: new SupportEvents(telemetry.support, logger),
    notifications,
  }
}
