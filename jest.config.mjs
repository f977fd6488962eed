/**
 * The suite of `npm test`: everything that needs no program but Node. The suite against real
 * Prometheus binaries has jest.interop.config.mjs.
 */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/interop/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.peers/'],
  // Sources say `./x.js`, as ESM has to; jest finds `./x.ts`.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs' },
      },
    ],
  },
};
