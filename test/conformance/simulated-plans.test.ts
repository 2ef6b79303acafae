/** Plans of simulated runs as files: those that are kept, what becomes of one that fails, and what is no plan. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { copyWith } from '../../conformance/mutants/copy.js';
import { MUTANTS } from '../../conformance/mutants/mutant-table.js';
import { SIMULATED_MUTANTS } from '../../conformance/mutants/simulated-mutant-table.js';
import { kindOf } from '../../conformance/simulation/kinds.js';
import { NO_NETWORK_FAULTS } from '../../conformance/simulation/network-faults.js';
import { assess, showAssessment } from '../../conformance/layer4-hostile/assess.js';
import { simulate } from '../../conformance/simulation/simulated-run.js';
import { planIn, type SimulationPlan } from '../../conformance/simulation/simulation-plan.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const KEPT = join(ROOT, 'conformance/plans/simulated');
const dir = mkdtempSync(join(tmpdir(), 'bayou-plans-'));
const copies: string[] = [];
afterAll(() => {
  for (const folder of [dir, ...copies]) rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The shipped command, or a copy's. */
const bayou = (root: string, ...args: string[]): Ran =>
  spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), ...args], { encoding: 'utf8', cwd: ROOT });

/** A copy of the built program that has this fault; below the project, where its packages are. */
const copyOf = (name: string): string => {
  const copy = join(ROOT, 'node_modules/.cache/mutants', `plans-${name}-${process.pid}`);
  copies.push(copy);
  copyWith(
    [...MUTANTS, ...SIMULATED_MUTANTS].find((mutant) => mutant.name === name)!,
    copy,
    ROOT,
  );
  return copy;
};

const readPlan = (file: string): SimulationPlan => {
  const plan = planIn(JSON.parse(readFileSync(file, 'utf8')));
  if (plan === undefined) throw new Error(`${file} is no plan`);
  return plan;
};

/** Which event of whom no step of the model explains, and why. */
const failure = ({ stdout }: Ran): string[] =>
  stdout.split('\n').filter((line) => /no step of the model|^ *(rule|why):/.test(line));

/** A plan that needs no luck. */
const QUIET: SimulationPlan = {
  ...{ seed: 1, nextDay: [], antiEntropyMs: 0, thinkMs: 0, timeoutMs: 5_000, fsync: false, partWrites: 0 },
  ...{ networkFaults: NO_NETWORK_FAULTS, faults: [], world: [] },
  script: ['joinServer 0', 'joinClient 100 0', 'put 100 a 1', 'put 100 b 2', 'stabilize', 'printStore 0'],
};

describe('a plan that was kept', () => {
  it.each(readdirSync(KEPT).filter((name) => name.endsWith('.json')))('%s shows nothing any more', async (name) => {
    const verdict = await assess(await simulate(readPlan(join(KEPT, name))));
    expect(verdict.sound, showAssessment(verdict)).toBe(true);
  });
});

describe('a plan for a kind of step that random runs rarely or never come by', () => {
  it('has a server refuse a put that another replica may have taken (R14)', async () => {
    const run = await simulate(readPlan(join(KEPT, 'a-put-of-another-replica.json')));
    expect(run.world.guest).toBe(2);
    expect(run.days.flat().filter((event) => kindOf(event) === 'refuse other-replica')).toHaveLength(2);
  });
});

describe('a plan that fails', () => {
  it('is written down, fails again at the same event with the same trace, and is explained (R10)', () => {
    const copy = copyOf('folder-unsynced');
    const plan = join(KEPT, 'folder-name-lost.json');
    const [first, second] = ['first', 'second'].map((name) => join(dir, name));
    const once = bayou(copy, 'conform', '--simulate', '--replay', plan, '--out-dir', first!);
    expect([once.status, failure(once)[1]]).toEqual([1, expect.stringContaining('R10')]);
    const written = join(
      first!,
      readdirSync(first!).find((name) => /(?<!path)\.json$/.test(name))!,
    );
    expect(readPlan(written)).toEqual(readPlan(plan));
    const again = bayou(copy, 'conform', '--simulate', '--replay', written, '--out-dir', second!);
    expect([again.status, failure(again)]).toEqual([1, failure(once)]);
    const traceIn = (folder: string): string =>
      readFileSync(
        join(
          folder,
          readdirSync(folder).find((name) => name.endsWith('.trace'))!,
        ),
        'utf8',
      );
    expect(traceIn(second!)).toBe(traceIn(first!));

    // The command that explains it is printed, and says the same: the run's path on the model, and what is not explained.
    const path = /bayou check --replay (\S+\.path\.json)/.exec(once.stdout)?.[1];
    const explained = bayou(ROOT, 'check', '--replay', path!);
    expect(explained.status).toBe(1);
    expect(explained.stdout).toContain('it comes back without its log, which nobody has taken away');

    // What ships does not fail.
    expect(bayou(ROOT, 'conform', '--simulate', '--replay', written).status).toBe(0);
  });

  it('does so on real processes, too, and what does not fail there conforms', () => {
    const plan = join(dir, 'quiet.json');
    writeFileSync(plan, JSON.stringify(QUIET));
    const replay = (root: string): Ran => bayou(root, 'conform', '--simulate', '--replay', plan, '--real');
    const wrong = replay(copyOf('print-order'));
    expect([wrong.status, wrong.stdout]).toEqual([1, expect.stringMatching(/server 0 never had this store/)]);
    expect(wrong.stdout).toContain(`bayou conform --simulate --replay ${plan} --real`);
    const right = replay(ROOT);
    expect([right.status, right.stdout]).toEqual([0, expect.stringMatching(/^conforms/m)]);
  });
});

describe('what is no plan', () => {
  const lines = (text: string): string[] => text.trimEnd().split('\n');

  it.each([
    ['nothing there', undefined],
    ['not JSON', 'joinServer 0'],
    ['another thing', '7'],
    ['a field that is missing', JSON.stringify({ ...QUIET, seed: undefined })],
    ['a field of another type', JSON.stringify({ ...QUIET, script: 'joinServer 0' })],
    ['a fault that there is none of', JSON.stringify({ ...QUIET, faults: [{ type: 'flood', line: 4, server: 0 }] })],
    ['a number beyond all bounds', JSON.stringify({ ...QUIET, faults: [{ type: 'pause', line: 4, server: 0, ms: 1e300 }] })],
    ['a file without end', `"${'x'.repeat(17 * 1024 * 1024)}"`],
  ])('is one line: %s', (name, text) => {
    const file = join(dir, `${name.replaceAll(' ', '-')}.json`);
    if (text !== undefined) writeFileSync(file, text);
    const { status, stdout, stderr } = bayou(ROOT, 'conform', '--simulate', '--replay', file);
    expect([status, stdout, lines(stderr).length]).toEqual([2, '', 1]);
    expect(stderr).toContain(file);
  });
});
