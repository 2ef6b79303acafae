/** The tests that Stryker runs for each mutant: those that start no process, so that nothing has to be built. */
import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    globalSetup: [],
    include: [
      'test/impl/{attempt,convergence,damage,durable,faults,journal,parts,replica,session,write-log}.test.ts',
      'test/model/{configs,rules}.test.ts',
      'test/conformance/{oracle,transitions}.test.ts',
    ],
  },
});
