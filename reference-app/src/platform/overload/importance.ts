/** What a request is worth when not all can be served, from the first that is turned away to the last. */
export const CLASSES = ['browse', 'purchase', 'payment'] as const

export type Class = (typeof CLASSES)[number]

/** The place of each class: a higher one is more important. */
export const RANK: Readonly<Record<Class, number>> = { browse: 0, purchase: 1, payment: 2 }

/**
 * What an operator may turn away by hand: this class and all below it. Payments are not for the hand: for them there
 * are kill switches.
 */
export const SHEDDABLE = ['none', 'browse', 'purchase'] as const

export type Sheddable = (typeof SHEDDABLE)[number]
