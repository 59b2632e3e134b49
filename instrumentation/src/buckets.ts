/**
 * Upper bounds, in seconds, of every duration histogram. One list, so that durations can be compared and summed across
 * services, and each threshold in use stands in it exactly: 50 ms (normal API and query time), 300 ms, 500 ms (slow
 * query, p99 under a fault), 800 ms, 1 s (slow), 2 s (API alert), 5 s (order alert).
 */
export const secondsBuckets: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1, 2, 5, 10]
