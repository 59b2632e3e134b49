import { BOX_OFFICE } from './box-office-invariants.ts'
import { CHARGES } from './charge-invariants.ts'
import { COUPONS } from './coupon-invariants.ts'
import type { Invariant } from './invariant.ts'
import { SHOP } from './shop-invariants.ts'

/** All invariants, for the auditor and for tests. */
export const INVARIANTS: readonly Invariant[] = [...BOX_OFFICE, ...SHOP, ...CHARGES, ...COUPONS]
