import base from './jest.config.js'

/** The drills on the real lab: two labs at a time, minutes each. */
export default {
  ...base,
  testMatch: ['**/test/**/*.drill.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 2,
  testTimeout: 420_000,
}
