/** What an inquiry can be about: the `topic` label of `support_inquiries_total`. */
export const TOPICS = ['payment', 'reservation', 'queue', 'order', 'coupon', 'other'] as const
export type Topic = (typeof TOPICS)[number]
