/** The simulated cluster: the code that ships in a simulated world, repeated by its seed and judged. */
import { describe, expect, test } from 'vitest';
import { planIn, simulationPlanOf, type SimulationPlan } from '../../conformance/simulation/simulation-plan.js';
import { realPlanOf } from '../../conformance/simulation/plan-for-real.js';
import { assess, showAssessment } from '../../conformance/layer4-hostile/assess.js';
import { simulate } from '../../conformance/simulation/simulated-run.js';
import { planned as plan } from './support/simulation-plans.js';

const SEED = 14;
const again = (run: number): string => `bayou conform --simulate --seed ${SEED} --from ${run} --runs 1`;

const SMALL = [
  ...['joinServer 0', 'joinServer 1', 'joinClient 100 0', 'put 100 k v1', 'killServer 0', 'joinServer 0'],
  ...['get 100 k', 'stabilize', 'printStore 0', 'printStore 1'],
];

/** What the master printed, a line each. */
const printedBy = async (p: SimulationPlan): Promise<ReadonlyArray<string>> => {
  const { days } = await simulate(p);
  return days.flat().flatMap((e) => (e.type === 'result' ? e.output : []));
};

describe('a simulated cluster', () => {
  test('runs a script as a real one does: a server that was killed has what it acknowledged (R10)', async () => {
    expect(await printedBy(plan(SMALL))).toEqual(['k:v1', 'k:v1', 'k:v1']);
  });

  test.each(Array.from({ length: 12 }, (_, run) => run))('keeps the contract, and does the same twice: run %i', async (run) => {
    const [one, two] = [await simulate(simulationPlanOf(SEED, run)), await simulate(simulationPlanOf(SEED, run))];
    const verdict = await assess(one);
    expect(verdict.sound, `${again(run)}\n${showAssessment(verdict)}`).toBe(true);
    expect(two.trace.hash(), again(run)).toBe(one.trace.hash());
    expect(one.trace.count).toBeGreaterThan(100);
  });

  test('another seed is another run', async () => {
    const [one, two] = [await simulate(plan(SMALL)), await simulate(plan(SMALL, { seed: 2 }))];
    expect(two.trace.hash()).not.toBe(one.trace.hash());
  });

  test('with fsync the death of a machine loses nothing that was acknowledged, the folder’s own name neither (R10)', async () => {
    const script = [...SMALL.slice(0, 4), 'get 100 k', 'stabilize', 'printStore 0'];
    for (let seed = 0; seed < 12; seed++) {
      const p = plan(script, { seed, fsync: true, faults: [{ type: 'power', line: 5, server: 0, afterMs: 50 }] });
      const run = await simulate(p);
      const verdict = await assess(run);
      expect(run.processes.power).toBe(1);
      expect(run.lossy.size, 'with fsync no server may lose anything').toBe(0);
      expect(verdict.sound, `${JSON.stringify(p)}\n${showAssessment(verdict)}`).toBe(true);
    }
  });

  test('without fsync a server whose machine died comes back as a new replica (R7a)', async () => {
    const script = [...SMALL.slice(0, 4), 'get 100 k', 'stabilize', 'printStore 0'];
    const run = await simulate(plan(script, { faults: [{ type: 'power', line: 5, server: 0, afterMs: 50 }] }));
    const replicas = run.days.flat().flatMap((e) => (e.type === 'start' && e.p.startsWith('server-0') ? [e.replica] : []));
    expect(new Set(replicas).size).toBe(2);
    expect((await assess(run)).sound).toBe(true);
  });

  const TWO = ['joinServer 0', 'joinServer 1', 'joinClient 100 0', 'put 100 k a', 'get 100 k', 'stabilize', 'printStore 1'];

  test('nothing befalls the calm: what was planned for a line before it and would come later does not come (R9)', async () => {
    const cut = { type: 'cut', line: 5, machine: 0, other: 0, ms: 60_000, both: true } as const;
    for (const afterMs of [0, 1, 2, 3, 5, 20, 300]) {
      const run = await simulate(plan(TWO, { antiEntropyMs: 5, world: [{ ...cut, afterMs }] }));
      const verdict = await assess(run);
      expect(verdict.sound, `after ${afterMs} ms: ${showAssessment(verdict)}`).toBe(true);
      // Two lines take less than that.
      if (afterMs >= 20) expect(run.world.cut).toBe(0);
    }
  });

  test('R9: stabilize does what it promises where TCP waits long before it sends again what a cut held back', async () => {
    const cut = { type: 'cut', line: 4, afterMs: 0, machine: 0, other: 0, ms: 60_000 } as const;
    const gets = Array.from({ length: 5 }, () => 'get 100 k');
    const script = [...TWO.slice(0, 4), ...gets, ...TWO.slice(-2)];
    for (const both of [true, false]) {
      for (const antiEntropyMs of [0, 20, 1_000]) {
        const run = await simulate(plan(script, { antiEntropyMs, thinkMs: 3_000, world: [{ ...cut, both }] }));
        const verdict = await assess(run);
        expect(run.world.cut).toBe(1);
        expect(verdict.sound, `${both} ${antiEntropyMs}: ${showAssessment(verdict)}`).toBe(true);
        expect(run.days.flat().findLast((e) => e.type === 'result')).toMatchObject({ output: ['k:a'] });
      }
    }
  });

  test('a put that was held back by a cut is there when the calm begins, not between two printed stores (R14)', async () => {
    const script = [...TWO.slice(0, 4), 'put 100 k b', 'stabilize', 'printStore 0', 'printStore 1'];
    const cut = { type: 'cut', line: 5, afterMs: 0, machine: 2, other: 0, ms: 60_000, both: false } as const;
    const p = plan(script, { antiEntropyMs: 0, thinkMs: 1_000, world: [cut] });
    const verdict = await assess(await simulate(p));
    expect(verdict.sound, showAssessment(verdict)).toBe(true);
    const printed = await printedBy(p);
    expect(printed).toEqual(['k:b', 'k:b']);
  });

  test('a run that does not come to its end says so', async () => {
    const verdict = await assess(await simulate(plan([...SMALL.slice(0, 4), 'printStore 0'])));
    expect(verdict.failures).toEqual(['the last stabilize has no result']);
    expect(verdict.sound).toBe(false);
  });
});

describe('a plan', () => {
  test('is the same for a seed, goes into JSON and comes back', () => {
    for (let run = 0; run < 50; run++) {
      const one = simulationPlanOf(SEED, run);
      expect(simulationPlanOf(SEED, run)).toEqual(one);
      expect(planIn(JSON.parse(JSON.stringify(one)))).toEqual(one);
    }
  });

  test('has a put at a failing log now and then, by a client with a second server (R14)', () => {
    const ends = Array.from({ length: 200 }, (_, run) => simulationPlanOf(SEED, run)).filter(({ script }) =>
      script.some((line) => line.endsWith(' u0')),
    );
    expect(ends.length).toBeGreaterThan(5);
    for (const { script, faults } of ends) {
      const at = script.findIndex((line) => line.endsWith(' u0'));
      expect(faults).toContainEqual(expect.objectContaining({ type: 'call', line: at + 1 }));
      expect(script.slice(at + 1).filter((line) => line === 'stabilize')).toHaveLength(1);
      const client = script[at]!.split(' ')[1]!;
      expect(
        script.filter((line) => RegExp(`^(joinClient|createConnection) (${client} \\d+|\\d+ ${client})$`).test(line)).length,
      ).toBeGreaterThan(1);
    }
  });

  test('for real processes has no fault that cannot be done to them', () => {
    for (let run = 0; run < 50; run++)
      expect(realPlanOf(simulationPlanOf(SEED, run)).faults.map(({ type }) => type)).not.toContain('power');
  });
});
