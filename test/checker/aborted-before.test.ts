/** A signal that came before the search began ends it, however small the space is. */
// Threads run from dist/, so what starts them is taken from there too.
import { expect, test } from 'vitest';
import { check } from '../../dist/checker/check.js';
import { toModel } from '../../dist/checker/component-model/as-model.js';
import { checkComponents } from '../../dist/checker/factored/check-components.js';
import { checkInParallel } from '../../dist/checker/factored/parallel/check-in-parallel.js';
import type { CheckOptions } from '../../dist/checker/options.js';
import type { Report } from '../../dist/checker/report.js';
import { DEFAULTS } from '../../dist/model/checking/config.js';
import { bayou } from '../../dist/model/system.js';

const CONFIG = { ...DEFAULTS, servers: 2, clients: 1, keys: 1, puts: 1 };
const MODULE = new URL('../../dist/model/system.js', import.meta.url).href;

const options: CheckOptions = { signal: AbortSignal.abort() };

const WAYS: Readonly<Record<string, (asked: CheckOptions) => Promise<Report>>> = {
  'the plain interface': (asked) => check(toModel(bayou(CONFIG)), asked),
  'breadth first, by components': (asked) => checkComponents(bayou(CONFIG), { ...asked, search: 'bfs' }),
  'depth first, by components': (asked) => checkComponents(bayou(CONFIG), { ...asked, search: 'dfs' }),
  'a sweep, by components': (asked) => checkComponents(bayou(CONFIG), { ...asked, search: 'sweep' }),
  'as the checker chooses, by components': (asked) => checkComponents(bayou(CONFIG), { ...asked, search: 'auto' }),
  'two threads': (asked) => checkInParallel({ module: MODULE, name: 'bayou', args: [CONFIG] }, { ...asked, workers: 2 }),
};

test.each(Object.entries(WAYS))('%s', async (_, run) => {
  const report = await run(options);
  expect(report).toMatchObject({ verdict: 'interrupted', counts: { depth: 0, completeDepth: 0 } });
  expect(report.counts.queue).toBeGreaterThan(0);
  expect(report.properties.map(({ verdict }) => verdict)).not.toContain('holds');
});
