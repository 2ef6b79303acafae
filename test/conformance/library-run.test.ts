/** Sessions of the library in a simulated world (R11a, R14): the code of `connect`, judged by the soak's judge. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readSessionsPlan, shrinkSessions } from '../../conformance/cli/sessions-tasks.js';
import { simulationTask } from '../../conformance/cli/simulation-tasks.js';
import { copyWith } from '../../conformance/mutants/copy.js';
import { MUTANTS } from '../../conformance/mutants/mutant-table.js';
import { runLibrary } from '../../conformance/simulation/library-run.js';
import { NO_NETWORK_FAULTS } from '../../conformance/simulation/network-faults.js';
import { sessionsPlanIn, sessionsPlanOf, type SessionsPlan } from '../../conformance/simulation/sessions-plan.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'bayou-sessions-'));
const copy = join(ROOT, 'node_modules/.cache/mutants', `sessions-${process.pid}`);
afterAll(() => {
  for (const folder of [dir, copy]) rmSync(folder, { recursive: true, force: true });
});

/** A file that holds this. */
const fileOf = (name: string, plan: unknown): string => {
  const file = join(dir, name);
  writeFileSync(file, JSON.stringify(plan));
  return file;
};

describe('sessions of the library in a simulated world', () => {
  it('keep what they promise, anew and from tokens old and new, and do the same for a seed', async () => {
    const runs = [];
    for (const seed of [1, 2]) {
      const run = await runLibrary(sessionsPlanOf(seed));
      expect(run.failures, `sessionsPlanOf(${seed})`).toEqual([]);
      runs.push(run);
    }
    for (const began of ['fresh', 'latest', 'old', 'twice', 'crashed'] as const)
      expect(
        runs.reduce((sum, { sessions }) => sum + sessions[began], 0),
        began,
      ).toBeGreaterThan(0);
    expect(Math.min(...runs.map(({ judged }) => judged.acknowledged))).toBeGreaterThan(100);
    const again = await runLibrary(sessionsPlanOf(1));
    expect([again.trace.hash(), again.judged]).toEqual([runs[0]!.trace.hash(), runs[0]!.judged]);
  });

  it('are found out where puts ignore what a session has seen (V1), and pulls have an older log than their vector (V2)', async () => {
    for (const faults of [{ originalClock: true }, { tornAnswer: true }]) {
      const { failures } = await runLibrary(sessionsPlanOf(3), { replica: { faults } });
      expect(failures, JSON.stringify(faults)).not.toEqual([]);
    }
  });
});

describe('`bayou conform --simulate`', () => {
  it('has sessions of the library among its runs, the same for a seed', async () => {
    const task = simulationTask({ seed: 14, from: 24, runs: 1, seconds: Infinity }, { outDir: dir, shrinkRuns: 0 });
    const [[one], [two]] = [await task.run(new AbortController().signal), await task.run(new AbortController().signal)];
    expect(one?.verdict, one?.details).toBe('conforms');
    expect(one?.counts['runs of sessions of the library']).toBe(1);
    expect(two?.notes).toEqual(one?.notes);
  });

  it('makes a plan of sessions smaller, and what it keeps fails alone, of the program with the fault only', async () => {
    const replica = { faults: { originalClock: true } };
    const attempt = async (plan: SessionsPlan) => ({ plan, run: await runLibrary(plan, { replica }) });
    const { plan, run } = await shrinkSessions(await attempt(sessionsPlanOf(3)), 60_000, attempt);
    expect(run.failures).not.toEqual([]);
    expect([plan.actors, plan.networkFaults]).toEqual([1, NO_NETWORK_FAULTS]);
    // A fault is what takes time: without any there are but a few puts.
    expect(plan.hurts.length).toBeLessThanOrEqual(1);

    const file = fileOf('small.json', plan);
    copyWith(
      MUTANTS.find(({ name }) => name === 'V1')!,
      copy,
      ROOT,
    );
    const [faulty, sound] = [copy, ROOT].map((root) =>
      spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), 'conform', '--simulate', '--replay', file, '--out-dir', dir], {
        encoding: 'utf8',
      }),
    );
    expect(sound?.status, sound?.stdout).toBe(0);
    expect(faulty?.status, faulty?.stderr).toBe(1);
    expect(faulty?.stdout).toContain(`bayou conform --simulate --replay ${file}`);
    const [, kept = ''] = /--replay (\S+again\S+\.json)/.exec(faulty?.stdout ?? '') ?? [];
    expect(readSessionsPlan(kept)).toEqual(plan);
    expect(readFileSync(`${kept}.trace`, 'utf8').split('\n').length).toBeGreaterThan(100);
  });

  it('refuses a plan of sessions that cannot be done, with what to do', () => {
    const plan = sessionsPlanOf(1);
    const [fault] = plan.hurts;
    expect(sessionsPlanIn({ ...plan, actors: 'two' })).toBeUndefined();
    for (const [change, said] of [
      [{ actors: 0 }, 'actors is a whole number from 1'],
      [{ fsync: false, hurts: [{ ...fault!, type: 'power' }] }, 'where fsync is true'],
      [{ hurts: [{ ...fault!, afterMs: -1 }] }, 'a time in a plan is from 0'],
      [{ hurts: [{ ...fault!, server: 0.5 }] }, 'are whole numbers'],
      [{ networkFaults: { ...plan.networkFaults, loss: 2 } }, 'is a number from 0 to 1'],
    ] as const)
      expect(() => readSessionsPlan(fileOf('bad.json', { ...plan, ...change })), said).toThrow(said);
  });
});
