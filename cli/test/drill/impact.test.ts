import { expect, test } from '@jest/globals'
import { finestStep, limitOf, momentsOf } from '../../src/drill/condition.ts'
import { increaseOf, increaseOfAll } from '../../src/drill/impact.ts'
import type { Environment } from '../../src/environment/environment.ts'

test('a counter counts from its first value', () => {
  expect(
    increaseOf(
      [
        [100, 7],
        [101, 9],
        [102, 12],
      ],
      100.5,
    ),
  ).toBe(5)
})

test('a counter that falls was reset and counted from 0', () => {
  expect(
    increaseOf(
      [
        [100, 7],
        [101, 9],
        [102, 4],
        [103, 5],
      ],
      100.5,
    ),
  ).toBe(7)
})

test('a series that is born in between counts in full', () => {
  expect(
    increaseOf(
      [
        [105, 3],
        [106, 4],
      ],
      100.5,
    ),
  ).toBe(4)
})

test('the sum is of all instances, and whole requests', () => {
  const series = [
    {
      labels: {},
      points: [
        [100, 1],
        [101, 2],
      ] as [number, number][],
    },
    { labels: {}, points: [] },
  ]
  expect(increaseOfAll(series, 100.5)).toBe(1)
})

test('a range query is as fine as 0.05 s and never asks for more than 11,000 points', () => {
  const from = new Date('2026-11-21T03:00:00Z')
  expect(finestStep(from, new Date(from.getTime() + 60_000))).toBe(0.05)
  const hour = finestStep(from, new Date(from.getTime() + 3_600_000))
  expect(3600 / hour).toBeLessThanOrEqual(11_000)
})

test('all series of one moment are seen together', () => {
  const series = [
    {
      labels: { i: '1' },
      points: [
        [1, 0],
        [1.05, 1],
      ] as [number, number][],
    },
    { labels: { i: '2' }, points: [[1.05, 0]] as [number, number][] },
  ]
  expect([...momentsOf(series)]).toEqual([
    [1000, [0]],
    [1050, [1, 0]],
  ])
})

test("a condition's time is divided by the speed of the environment", () => {
  const environment = { speed: 10 } as Environment
  expect(limitOf(environment, { withinMs: 300_000 })).toBe(30_000)
})
