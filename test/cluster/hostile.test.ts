/**
 * Hostile runs against real clusters, judged by the judge and by the model. `BAYOU_HOSTILE_RUNS` and `BAYOU_HOSTILE_SEED` try
 * more and others.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { HostilePlanC, planOf } from '../../conformance/hostile/plan.js';

const MAIN = fileURLToPath(new URL('../../dist/conformance/hostile/main.js', import.meta.url));
const RUNS = process.env['BAYOU_HOSTILE_RUNS'] ?? '6';
const SEED = process.env['BAYOU_HOSTILE_SEED'] ?? '5';

const home = mkdtempSync(path.join(tmpdir(), 'bayou-plans-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const hostile = (args: ReadonlyArray<string>): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...args], { timeout: 230_000 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });

describe('hostile runs', () => {
  test('a seed makes the same plans again, plans are JSON, and a series goes on where a shorter one ended', () => {
    for (const seed of [0, 1, 2026]) {
      const plan = planOf(seed, 3);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(planOf(seed, 3));
      expect(HostilePlanC.is(JSON.parse(JSON.stringify(plan)))).toBe(true);
      expect(planOf(seed + 3, 0)).toEqual(plan);
      expect(planOf(seed, 4)).not.toEqual(plan);
    }
  });

  test('whatever befalls network, processes and disks, the judge and the model find nothing', async () => {
    const { code, output } = await hostile(['--runs', RUNS, '--seed', SEED]);
    expect(output).toContain('all sound');
    expect(code).toBe(0);
  }, 240_000);

  test('one plan can be run from its file; what is no plan is refused', async () => {
    const file = path.join(home, 'plan.json');
    writeFileSync(
      file,
      JSON.stringify({ ...planOf(1, 0), script: ['joinServer 0', 'joinClient 9 0', 'put 9 a b', 'stabilize'] }),
    );
    expect(await hostile(['--plan', file])).toMatchObject({
      code: 0,
      output: expect.stringContaining('sound (4 lines') as string,
    });
    expect(await hostile(['--runs', 'many'])).toMatchObject({ code: 2 });
  }, 120_000);
});
