import { BOX_OFFICE } from './box-office-schema.ts'
import { COUPONS } from './coupon-schema.ts'
import { OPERATIONS } from './operations-schema.ts'
import { OUTBOX } from './outbox-schema.ts'
import { PAYMENTS } from './payment-schema.ts'
import { SHOP } from './shop-schema.ts'
import { STATISTICS } from './statistics-schema.ts'
import { SUPPORT } from './support-schema.ts'
import { WAITING_ROOM } from './waiting-room-schema.ts'

/** Every table, area by area, in the order in which they refer to each other. Each statement may run again and again. */
export const SCHEMA = [BOX_OFFICE, OUTBOX, PAYMENTS, COUPONS, SHOP, SUPPORT, WAITING_ROOM, OPERATIONS, STATISTICS].join(
  '\n',
)
