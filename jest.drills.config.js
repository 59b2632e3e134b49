import base from './jest.config.js'

/** The drills on the real lab: one at a time, minutes each. */
export default {
  ...base,
  testMatch: ['**/test/**/*.drill.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 420_000,
}
