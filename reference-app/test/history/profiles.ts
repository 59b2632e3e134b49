import type { Profile } from './profile.ts'

const QUIET: Profile = {
  clients: 8,
  users: 4,
  instances: 1,
  holdSeconds: 1,
  holdLimit: 8,
  wishes: { recharge: 1 },
  keyed: 0.6,
  twice: 0.15,
  pauseMs: 20,
  faults: {},
  calmMs: 2_000,
}

/** More than the pool has connections for, so that some are always on the point of committing. */
const MANY_WRITES = {
  clients: 32,
  users: 16,
  wishes: { recharge: 10, reserve: 2, pay: 1 },
  keyed: 0.4,
  pauseMs: 2,
} satisfies Partial<Profile>

/** More people than fit, each a user of his own. */
const IN_LINE = {
  clients: 10,
  users: 10,
  wishes: { join: 4, reserve: 4 },
  keyed: 0,
  pauseMs: 60,
  capacity: 3,
} satisfies Partial<Profile>

/** By name. All but `everything` look at one thing, so that they find what is wrong with it within seconds. */
export const PROFILES = {
  everything: {
    ...QUIET,
    clients: 12,
    users: 5,
    instances: 2,
    holdSeconds: 2,
    wishes: {
      join: 1,
      recharge: 16,
      balance: 12,
      reserve: 24,
      look: 8,
      pay: 10,
      'pay-at-the-end': 2,
      'pay-late': 3,
      'pay-again': 3,
      coupon: 4,
      order: 5,
      'order-with-coupon': 3,
      repeat: 5,
      'reuse-key': 3,
    },
    faults: {
      'redis-killed': 3,
      'redis-flushed': 2,
      'redis-hung': 3,
      'postgres-killed': 3,
      'postgres-hung': 1,
      'database-cut': 3,
      'api-killed': 4,
    },
  },
  balances: {
    ...QUIET,
    clients: 12,
    users: 2,
    wishes: { recharge: 10, balance: 8, reserve: 3, pay: 4, repeat: 4, 'reuse-key': 2 },
    pauseMs: 8,
  },
  seats: {
    ...QUIET,
    clients: 12,
    users: 4,
    wishes: { recharge: 4, reserve: 12, look: 3, pay: 2 },
    pauseMs: 10,
  },
  /** Two instances: in one, a user's reservations take turns, and only the lock in Postgres is between those of several. */
  limits: {
    ...QUIET,
    clients: 12,
    users: 2,
    instances: 2,
    holdLimit: 4,
    wishes: { reserve: 1 },
    keyed: 0.2,
    slowCommit: { table: 'reservation', ms: 8 },
    pauseMs: 8,
  },
  payments: {
    ...QUIET,
    clients: 12,
    users: 4,
    holdLimit: 20,
    twice: 0.5,
    keyed: 0.3,
    wishes: { recharge: 8, reserve: 6, look: 1, pay: 6, 'pay-at-the-end': 2, 'pay-late': 3, 'pay-again': 3 },
    pauseMs: 10,
  },
  'cache-faults': {
    ...QUIET,
    clients: 12,
    wishes: { recharge: 3, reserve: 12, look: 2, pay: 3 },
    pauseMs: 10,
    faults: { 'redis-hung': 2, 'redis-flushed': 1, 'redis-killed': 1 },
  },
  keys: {
    ...QUIET,
    clients: 12,
    instances: 2,
    keyed: 1,
    twice: 0.6,
    wishes: { recharge: 10, reserve: 3, pay: 3, repeat: 4, 'reuse-key': 3 },
    slowCommit: { table: 'idempotent_answer', ms: 80 },
    pauseMs: 8,
  },
  shop: {
    ...QUIET,
    clients: 12,
    users: 12,
    instances: 2,
    keyed: 0.3,
    wishes: { coupon: 6, order: 6, 'order-with-coupon': 4, repeat: 1, 'reuse-key': 1 },
    slowCommit: { table: 'coupon_issue', ms: 8 },
    pauseMs: 10,
  },
  gate: {
    ...QUIET,
    ...IN_LINE,
    faults: { 'queue-hung': 1 },
  },
  /** Enough to sell for as long as it runs: who is sold out has no events. */
  settlement: {
    ...QUIET,
    stock: 1_000_000,
    clients: 10,
    users: 10,
    keyed: 0.5,
    wishes: { coupon: 2, order: 8, 'order-with-coupon': 2, 'pay-order': 3 },
    pauseMs: 60,
    workers: 2,
    slowCommit: { table: 'consumed_event', ms: 40 },
    faults: { 'worker-killed': 1, 'worker-hung': 2, 'provider-killed': 1 },
  },
  'gate-lost': {
    ...QUIET,
    ...IN_LINE,
    instances: 2,
    faults: { 'queue-flushed': 2, 'queue-lost': 2, 'queue-killed': 1 },
    calmMs: 9_000, // for some turns between two losses
  },
  'database-killed': {
    ...QUIET,
    ...MANY_WRITES,
    slowCommit: { table: 'balance_entry', ms: 20 },
    faults: { 'postgres-killed': 1 },
  },
  'database-cut': {
    ...QUIET,
    ...MANY_WRITES,
    slowCommit: { table: 'balance_entry', ms: 30 },
    faults: { 'database-cut': 1 },
  },
  'process-faults': {
    ...QUIET,
    clients: 16,
    users: 8,
    instances: 2,
    wishes: { recharge: 10, balance: 2, reserve: 3, pay: 3 },
    keyed: 0.9,
    pauseMs: 5,
    faults: { 'api-killed': 1 },
  },
} as const satisfies Record<string, Profile>

export type ProfileName = keyof typeof PROFILES
