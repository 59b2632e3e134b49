import type { ProfileName } from './profiles.ts'

/** One bug, as planted/NAME.patch, and the run that finds it. */
export interface Planted {
  name: string
  profile: ProfileName
  seed: number
  /** One of these has to be found broken. The run goes on until then, because what else is found before is up to the interleaving. */
  breaks: string[]
}

const LOST = 'an acknowledged write is never lost'
const ONCE = 'a recharge takes effect once'
const SUM = 'a balance is the sum of its ledger'
const READS = 'reads of a balance fit into one order with its writes'
const REPLAY = 'a key replays the same answer'
const GATE = 'nobody reserves who was not admitted'
const INSIDE = 'never more inside than fit'
const SEAT = 'one live hold or sale for each seat'

export const PLANTED: Planted[] = [
  { name: 'seat-index-not-unique', profile: 'seats', seed: 1, breaks: [SEAT] },
  { name: 'live-hold-taken-over', profile: 'seats', seed: 1, breaks: [SEAT] },
  { name: 'hold-limit-without-the-lock', profile: 'limits', seed: 1, breaks: ['nobody holds more seats than allowed'] },
  { name: 'some-of-the-seats', profile: 'seats', seed: 1, breaks: ['a reservation is all of its seats or none'] },
  {
    name: 'refusal-keeps-its-effect',
    profile: 'seats',
    seed: 1,
    breaks: ['a refusal has no effect, and a request takes effect whole and once'],
  },
  { name: 'stale-seat-map-decides', profile: 'seats', seed: 1, breaks: ['a refusal has its reason'] },
  { name: 'payment-forgets-expiry', profile: 'payments', seed: 1, breaks: ['an expired hold cannot be paid'] },
  { name: 'payment-reads-then-writes', profile: 'payments', seed: 1, breaks: ['a payment takes effect once'] },
  { name: 'recharge-reads-then-writes', profile: 'balances', seed: 1, breaks: [SUM, READS] },
  { name: 'first-recharge-without-an-entry', profile: 'balances', seed: 1, breaks: [SUM, LOST] },
  { name: 'balance-read-from-a-copy', profile: 'balances', seed: 1, breaks: [READS] },
  { name: 'replay-answers-anew', profile: 'balances', seed: 1, breaks: ['a key replays the same answer'] },
  { name: 'key-ignored', profile: 'balances', seed: 1, breaks: [ONCE] },
  { name: 'key-of-all-users', profile: 'balances', seed: 1, breaks: [LOST, REPLAY, 'a replay is one'] },
  { name: 'key-for-any-body', profile: 'balances', seed: 1, breaks: [LOST, 'a key stands for one body'] },
  { name: 'key-kept-after-the-commit', profile: 'keys', seed: 2, breaks: [ONCE] },
  { name: 'lost-commit-tried-again', profile: 'database-cut', seed: 1, breaks: [ONCE, 'a replay is one'] },
  { name: 'acknowledged-before-the-commit', profile: 'database-cut', seed: 1, breaks: [LOST, READS] },
  {
    name: 'broken-connection-ends-the-process',
    profile: 'everything',
    seed: 36,
    breaks: ['no process ends by itself'],
  },
  { name: 'failed-commit-taken-for-done', profile: 'database-killed', seed: 1, breaks: [LOST] },
  {
    name: 'coupon-counter-read-then-written',
    profile: 'shop',
    seed: 1,
    // The table refuses a counter above the limit, and the user gets a 500.
    breaks: ['exactly the limit of coupons, one for each user', 'every answer is one that this request can have'],
  },
  { name: 'coupon-used-again', profile: 'shop', seed: 1, breaks: ['a coupon is used once, by its user'] },
  { name: 'stock-read-then-written', profile: 'shop', seed: 1, breaks: ['sold and left are what there was'] },
  { name: 'stock-guard-missing', profile: 'shop', seed: 1, breaks: ['sold and left are what there was'] },
  { name: 'gate-fails-open', profile: 'gate', seed: 1, breaks: [GATE] },
  { name: 'gate-takes-any-place', profile: 'gate', seed: 1, breaks: [GATE] },
  {
    name: 'event-taken-again',
    profile: 'settlement',
    seed: 1,
    breaks: ['sales are what was paid for, each once', 'an order is what its payment is'],
  },
  { name: 'charge-key-of-the-attempt', profile: 'settlement', seed: 1, breaks: ['an order is charged once'] },
  { name: 'restored-by-user', profile: 'gate-lost', seed: 1, breaks: ['who came first is let in first'] },
  { name: 'restored-turns-uncounted', profile: 'gate-lost', seed: 1, breaks: [INSIDE] },
  { name: 'capacity-off-by-one', profile: 'gate', seed: 1, breaks: [INSIDE] },
]
