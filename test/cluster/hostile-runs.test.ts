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
import type { TraceEvent } from '#bayou/core/trace.js';
import { replayPath } from '#bayou/checked-model/replay-path.js';
import { type HostilePlan, HostilePlanC, planOf, TIMEOUT_MS } from '../../conformance/layer4-hostile/hostile-plan.js';
import type { HostileRun } from '../../conformance/layer4-hostile/hostile-run.js';
import { pathOf } from '../../conformance/path-of-a-run/build-path.js';
import { validateTrace } from '../../conformance/layer3-traces/validate-trace.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const HOSTILE_RUN = new URL('../../dist/conformance/layer4-hostile/hostile-run.js', import.meta.url).href;
const RUNS = process.env['BAYOU_HOSTILE_RUNS'] ?? '6';
const SEED = process.env['BAYOU_HOSTILE_SEED'] ?? '5';

/**
 * The most runs until the put arrives. A server that wakes has two messages: the put, and the command that cuts the put's connection. It is the
 * system that says which one the server reads first.
 */
const MAX_ARRIVALS = 8;

const home = mkdtempSync(path.join(tmpdir(), 'bayou-plans-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const conform = (args: ReadonlyArray<string>): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [CLI, 'conform', ...args], { timeout: 230_000 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });

/** The run of a plan by the code as it was built, which starts the processes that ship. */
const runOf = (plan: HostilePlan): Promise<HostileRun> => {
  const code = `const { runHostile } = await import(${JSON.stringify(HOSTILE_RUN)});
    const run = await runHostile(${JSON.stringify(plan)});
    process.stdout.write(JSON.stringify(run));`;
  return new Promise((resolve, reject) =>
    execFile(process.execPath, ['--input-type=module', '-e', code], { timeout: 100_000 }, (error, stdout) =>
      error === null ? resolve(JSON.parse(stdout) as HostileRun) : reject(new Error(error.message)),
    ),
  );
};

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
    const { code, output } = await conform(['--hostile', '--runs', RUNS, '--seed', SEED, '--out-dir', home]);
    expect(output).toContain(`${RUNS} hostile runs`);
    expect(output).toContain('\nconforms');
    expect(code).toBe(0);
  }, 240_000);

  test('a put that arrives when its session has gone on is in the path of the run, and what no step explains after it is refused', async () => {
    const calm = { delayMs: 0, repeat: 0, reorder: 0, drop: 0, cut: 0 };
    const plan: HostilePlan = {
      script: [
        ...['joinServer 0', 'joinServer 1', 'joinClient 5 0', 'createConnection 5 1', 'breakConnection 0 1', 'put 5 a old'],
        ...['breakConnection 5 0', 'put 5 a new', 'createConnection 0 1', 'stabilize', 'printStore 0'],
      ],
      nextDay: [],
      antiEntropyMs: 0,
      network: { seed: 1, there: calm, back: calm, blackHole: 0 },
      faults: [{ type: 'pause', line: 6, server: 0, ms: TIMEOUT_MS + 1_500 }],
    };
    const arrived = async (): Promise<ReadonlyArray<TraceEvent>> => {
      for (let run = 0; run < MAX_ARRIVALS; run++) {
        const { days, failures } = await runOf(plan);
        expect(failures).toEqual([]);
        const [events = []] = days;
        expect(events.find((e) => e.type === 'putDone')).toMatchObject({ value: 'old', result: 'UNKNOWN' });
        if (events.some((e) => e.type === 'accept' && e.value === 'old')) return events;
      }
      throw new Error(`the put arrived in none of ${MAX_ARRIVALS} runs`);
    };
    const events = await arrived();
    expect(events.find((e) => e.type === 'accept')).toMatchObject({ value: 'old', repeated: false });
    // A store that no server had.
    const wrong = events.map((e) => (e.type === 'result' && e.output.length > 0 ? { ...e, output: ['a:other'] } : e));
    const { rejection } = validateTrace(wrong);
    const built = pathOf(wrong, rejection!, { name: 'late' });
    const steps = built.kind === 'path' ? built.path.steps : [];
    expect(steps.map(({ label }) => label?.family)).toEqual(expect.arrayContaining(['PutDelayed', 'PutArrives']));
    expect(built.kind === 'path' && replayPath(built.path).refusal).toMatchObject({ step: steps.length - 1 });
  }, 120_000);

  test('one plan can be run from its file; what is no plan is refused', async () => {
    const file = path.join(home, 'plan.json');
    writeFileSync(
      file,
      JSON.stringify({ ...planOf(1, 0), script: ['joinServer 0', 'joinClient 9 0', 'put 9 a b', 'stabilize'] }),
    );
    expect(await conform([file])).toMatchObject({ code: 0, output: expect.stringContaining('\nconforms') as string });
    expect(await conform(['--hostile', '--runs', 'many'])).toMatchObject({ code: 2 });
    expect(await conform(['--hostile', '--simulate'])).toMatchObject({ code: 2 });
  }, 120_000);
});
