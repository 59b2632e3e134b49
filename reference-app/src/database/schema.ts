import { BOX_OFFICE } from './box-office-schema.ts'
import { OUTBOX } from './outbox-schema.ts'
import { PAYMENTS } from './payment-schema.ts'

/** Every table, area by area, in the order in which they refer to each other. Each statement may run again and again. */
export const SCHEMA = [BOX_OFFICE, OUTBOX, PAYMENTS].join('\n')
