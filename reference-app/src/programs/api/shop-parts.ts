import { SupportEvents } from '../../accounts/support/events.ts'
import type { Support } from '../../accounts/support/inquire.ts'
import { InquiryStore } from '../../accounts/support/inquiry-store.ts'
import { CouponStore } from '../../commerce/coupons/coupon-store.ts'
import { CouponEvents } from '../../commerce/coupons/events.ts'
import { CouponIssuer } from '../../commerce/coupons/issue-coupon.ts'
import type { Coupons } from '../../commerce/coupons/routes.ts'
import { OrderEvents } from '../../commerce/orders/events.ts'
import { OrderChangeStore } from '../../commerce/orders/order-change-store.ts'
import { ORDER_CHANGED, OrderStore } from '../../commerce/orders/order-store.ts'
import { OrderStreams } from '../../commerce/orders/order-streams.ts'
import type { Ordering } from '../../commerce/orders/routes.ts'
import { OrderPaymentStore } from '../../commerce/payments/order-payment-store.ts'
import { PaymentRequests } from '../../commerce/payments/payment-requests.ts'
import { ProductList } from '../../commerce/products/product-list.ts'
import { ProductSalesStore } from '../../commerce/products/product-sales-store.ts'
import { ProductStore } from '../../commerce/products/product-store.ts'
import type { Products } from '../../commerce/products/routes.ts'
import type { Cache } from '../../platform/cache/cache.ts'
import type { Database } from '../../platform/database/database.ts'
import { Notifications } from '../../platform/database/notifications.ts'
import type { Mutations } from '../../platform/idempotency/mutations.ts'
import { OutboxStore } from '../../platform/outbox/outbox-store.ts'
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
    productList: new ProductList(products, cache),
    orders: new OrderStore(database),
    orderEvents: new OrderEvents(logger),
    orderChanges,
    orderStreams,
    outbox,
    paymentRequests: new PaymentRequests(new OrderPaymentStore(database), outbox),
    coupons,
    couponIssuer: new CouponIssuer({
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
