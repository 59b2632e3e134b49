/** What was paid for in one hour, of one product or concert. `hour`: when it began, RFC 3339. Won, before discounts. */
export interface HourOfSales {
  hour: string
  kind: 'product' | 'concert'
  subject: number
  quantity: number
  revenue: number
}
