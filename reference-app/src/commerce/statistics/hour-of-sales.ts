/** How far back hours can be asked for, 31 days, and so are counted and kept: what lies further back is in the rows of the sales. */
export const KEPT_HOURS = 744

/** What was paid for in one hour, of one product or concert. `hour`: when it began, RFC 3339. Won, before discounts. */
export interface HourOfSales {
  hour: string
  kind: 'product' | 'concert'
  subject: number
  quantity: number
  revenue: number
}
