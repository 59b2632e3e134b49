import base from './jest.config.js'

/** What explores by chance, under load or over many kills, or holds a promise about time: no part of the gate. */
export default {
  ...base,
  testMatch: ['**/test/**/*.long.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
}
