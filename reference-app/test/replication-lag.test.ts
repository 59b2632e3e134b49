import { expect, test } from '@jest/globals'
import { ReplicationLag } from '../src/database/replication-lag.ts'

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

test('days without a replica do not fill the memory, and the oldest missing thing stays known', () => {
  const lag = new ReplicationLag()
  lag.replayed(0n)
  for (let n = 1; n <= 50_000; n += 1) lag.written(BigInt(n), n)
  expect(lag.ms(50_000)).toBe(49_999)
  lag.replayed(49_999n)
  expect(lag.ms(50_000)).toBe(0)
})
