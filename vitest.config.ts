import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const src = fileURLToPath(new URL('src', import.meta.url));

export default defineConfig({
  resolve: { alias: [{ find: /^#bayou\/(.*)\.js$/, replacement: `${src}/$1.ts` }] },
  test: {
    // As Node has it: a CommonJS module is its own default export.
    deps: { interopDefault: false },
    include: ['test/**/*.test.ts'],
    // The processes under test run from dist/, so it is brought up to date first.
    setupFiles: ['test/support/random.ts'],
    globalSetup: ['test/support/build.ts'],
    // What they run was built before; that a file is edited meanwhile is no matter of theirs.
    env: { BAYOU_NO_BUILD_NOTICE: '1' },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    coverage: { provider: 'v8', include: ['src/**'], reportsDirectory: 'node_modules/.cache/coverage' },
  },
});
