import { BALANCE_OPERATIONS, type Balances } from '../../accounts/balance/routes.ts'
import type { Support } from '../../accounts/support/inquire.ts'
import { SUPPORT_OPERATIONS } from '../../accounts/support/routes.ts'
import { COUPON_OPERATIONS, type Coupons } from '../../commerce/coupons/routes.ts'
import { ORDER_OPERATIONS, type Ordering } from '../../commerce/orders/routes.ts'
import { PRODUCT_OPERATIONS, type Products } from '../../commerce/products/routes.ts'
import { BANNER_OPERATIONS } from '../../operations/banner-routes.ts'
import type { Operations } from '../../platform/http/operation-router.ts'
import { CATALOGUE_OPERATIONS, type Ticketing } from '../../ticketing/catalogue/routes.ts'
import { type Purchase, RESERVATION_OPERATIONS } from '../../ticketing/reservation/routes.ts'
import { PAGE_OPERATIONS, type WaitingRoomPage } from '../../ticketing/waiting-room/page-routes.ts'
import { QUEUE_OPERATIONS } from '../../ticketing/waiting-room/routes.ts'

/** What the operations work with. */
export interface OperationParts
  extends Ticketing,
    Purchase,
    Balances,
    Products,
    Ordering,
    Coupons,
    Support,
    WaitingRoomPage {}

/** Every operation that users can ask for: what is routed, refused, counted and switched off by its name. */
export const OPERATIONS = {
  ...PAGE_OPERATIONS,
  ...QUEUE_OPERATIONS,
  ...CATALOGUE_OPERATIONS,
  ...RESERVATION_OPERATIONS,
  ...BALANCE_OPERATIONS,
  ...PRODUCT_OPERATIONS,
  ...COUPON_OPERATIONS,
  ...ORDER_OPERATIONS,
  ...SUPPORT_OPERATIONS,
  ...BANNER_OPERATIONS,
} satisfies Operations<OperationParts>
