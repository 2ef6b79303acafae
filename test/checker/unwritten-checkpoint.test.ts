/** A search that stops at its limit tells what it found, also where its checkpoint cannot be written. */
// Threads run from dist/, so what starts them is taken from there too.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check } from '../../dist/checker/check.js';
import { toModel } from '../../dist/checker/component-model/as-model.js';
import { checkComponents } from '../../dist/checker/factored/check-components.js';
import { checkInParallel } from '../../dist/checker/factored/parallel/check-in-parallel.js';
import type { Report } from '../../dist/checker/report.js';
import { DEFAULTS } from '../../dist/model/checking/config.js';
import { bayou } from '../../dist/model/system.js';

const MODULE = new URL('../../dist/model/system.js', import.meta.url).href;
const config = { ...DEFAULTS, servers: 2, clients: 2, keys: 1, puts: 3, variant: 'V1' } as const;

interface Limits {
  readonly checkpoint: string;
  readonly maxStates: number;
  readonly keepGoing: true;
  readonly onProgress: () => void;
  readonly progressEveryMs: number;
}

const SEARCHES: Readonly<Record<string, (limits: Limits) => Promise<Report>>> = {
  plain: (limits) => check(toModel(bayou(config)), limits),
  components: (limits) => checkComponents(bayou(config), limits),
  'components, depth first': (limits) => checkComponents(bayou(config), { ...limits, search: 'dfs' }),
  threads: (limits) => checkInParallel({ module: MODULE, name: 'bayou', args: [config] }, { ...limits, workers: 2 }),
};

test.each(Object.entries(SEARCHES))('%s', async (_, search) => {
  const folder = mkdtempSync(join(tmpdir(), 'bayou-unwritten-'));
  const limits = { maxStates: 3_000, keepGoing: true, progressEveryMs: 1 } as const;
  const gone = (): void => rmSync(folder, { recursive: true, force: true });
  const report = await search({ ...limits, checkpoint: join(folder, 'kept'), onProgress: gone });
  const whole = mkdtempSync(join(tmpdir(), 'bayou-unwritten-'));
  const same = await search({ ...limits, checkpoint: join(whole, 'kept'), onProgress: () => undefined });
  rmSync(whole, { recursive: true });
  expect(same.stop).toEqual({ kind: 'states', limit: 3_000 });
  expect(report.stop).toEqual({
    ...same.stop,
    unwritten: expect.stringContaining(`${join(folder, 'kept')}: it cannot be written: ENOENT`) as string,
  });
  expect(report.properties.map(({ name, verdict }) => [name, verdict])).toEqual(
    same.properties.map(({ name, verdict }) => [name, verdict]),
  );
});
