/** What can be measured, in the order of the table, and where. */
export const TOPICS: Readonly<Record<string, URL>> = {
  coupons: new URL('./coupons.ts', import.meta.url),
  'waiting-room': new URL('./waiting-room.ts', import.meta.url),
  'hot-key': new URL('./hot-key.ts', import.meta.url),
  overload: new URL('./overload.ts', import.meta.url),
  shutdown: new URL('./shutdown.ts', import.meta.url),
}
