/**
 * The suite of `npm run interop`: our code against the real programs that `npm run peers` brings.
 * One file at a time, since each starts servers; minutes, since blocks have to appear.
 */
import base from './jest.config.mjs';

export default {
  ...base,
  testMatch: ['<rootDir>/test/interop/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 300_000,
};
