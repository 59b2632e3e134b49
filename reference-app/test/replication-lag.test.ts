import { expect, test } from '@jest/globals'
import { ReplicationLag } from '../src/platform/database/replication-lag.ts'

test('nothing is missing before anything is known, nor while the replica has all that was written', () => {
  const lag = new ReplicationLag()
  expect(lag.ms(1_000)).toBe(0)
  lag.written(100n, 1_000)
  lag.replayed(100n)
  expect(lag.ms(9_000)).toBe(0)
})

test('an idle primary makes no lag, however long ago the last write was', () => {
  const lag = new ReplicationLag()
  for (let at = 0; at < 60_000; at += 1_000) {
    lag.written(100n, at)
    lag.replayed(100n)
  }
  expect(lag.ms(60_000)).toBe(0)
})

test('the lag is the age of the oldest thing that the replica lacks, not of the newest', () => {
  const lag = new ReplicationLag()
  lag.replayed(100n)
  lag.written(110n, 1_000)
  lag.written(120n, 2_000)
  lag.written(130n, 3_000)
  expect(lag.ms(4_000)).toBe(3_000)
  lag.replayed(119n)
  expect(lag.ms(4_000)).toBe(2_000)
  lag.replayed(130n)
  expect(lag.ms(4_000)).toBe(0)
})

test('a replica that stands still falls further behind with every second, also when the primary writes no more', () => {
  const lag = new ReplicationLag()
  lag.replayed(100n)
  lag.written(101n, 1_000)
  for (const at of [2_000, 3_000, 4_000]) {
    lag.written(101n, at)
    lag.replayed(100n)
  }
  expect(lag.ms(5_000)).toBe(4_000)
})

test('what the replica was seen to have before the primary was asked is not missing', () => {
  const lag = new ReplicationLag()
  lag.replayed(200n)
  lag.written(150n, 1_000)
  expect(lag.ms(2_000)).toBe(0)
})

test('a replica that comes back without what it had lags at once, also behind a primary that writes no more', () => {
  const lag = new ReplicationLag()
  lag.written(100n, 1_000)
  lag.written(110n, 5_000)
  lag.written(120n, 6_000)
  lag.replayed(120n)
  expect([lag.ms(7_000), lag.isKnown]).toEqual([0, true])
  lag.replayed(105n)
  expect([lag.ms(8_000), lag.isKnown]).toEqual([3_000, true])
  lag.replayed(115n)
  expect([lag.ms(8_000), lag.isKnown]).toEqual([2_000, true])
})

test('what it lacks since before anybody looked is of unknown age', () => {
  const lag = new ReplicationLag()
  lag.written(100n, 1_000)
  lag.replayed(90n)
  expect(lag.isKnown).toBe(false)
  lag.replayed(100n)
  lag.written(110n, 2_000)
  expect([lag.ms(2_500), lag.isKnown]).toEqual([500, true])
})

test('weeks of writes do not fill the memory, and a replica that comes back a day older is not taken for a younger one', () => {
  const lag = new ReplicationLag()
  for (let n = 1; n <= 100_000; n += 1) {
    lag.replayed(BigInt(n))
    lag.written(BigInt(n), n * 1_000)
  }
  lag.replayed(13_600n)
  expect(lag.ms(100_000_000)).toBeGreaterThanOrEqual(60_000)
  lag.replayed(99_970n)
  expect(lag.ms(100_000_000)).toBe(29_000)
})

test('a primary that comes back with less begins anew: nothing is known of its log before', () => {
  const lag = new ReplicationLag()
  lag.written(100n, 1_000)
  lag.written(200n, 2_000)
  lag.replayed(200n)
  lag.written(150n, 3_000)
  lag.replayed(140n)
  expect(lag.isKnown).toBe(false)
  lag.replayed(150n)
  expect([lag.ms(9_000), lag.isKnown]).toEqual([0, true])
})

test('days without a replica do not fill the memory, and the oldest missing thing stays known', () => {
  const lag = new ReplicationLag()
  lag.replayed(0n)
  for (let n = 1; n <= 50_000; n += 1) lag.written(BigInt(n), n)
  expect(lag.ms(50_000)).toBe(49_999)
  lag.replayed(49_999n)
  expect(lag.ms(50_000)).toBe(0)
})
