import { BOX_OFFICE } from './box-office-schema.ts'

/** Every table, area by area, in the order in which they refer to each other. Each statement may run again and again. */
export const SCHEMA = [BOX_OFFICE].join('\n')
