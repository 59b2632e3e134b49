/**
 * One configuration for all packages: native ESM, TypeScript by swc. Drills and what takes long have their own
 * (jest.drills.config.js, jest.long.config.js).
 */
export default {
  testEnvironment: './test/jest/environment.js',
  globalSetup: './test/jest/set-up.js',
  globalTeardown: './test/jest/tear-down.js',
  // A worker for each of CI's two processors; jest's own choice would be one.
  maxWorkers: 2,
  testMatch: ['**/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '\\.(drill|long)\\.test\\.ts$'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  testTimeout: 150_000, // above START_LIMIT_MS of the reference app's tests, which says what did not start
}
