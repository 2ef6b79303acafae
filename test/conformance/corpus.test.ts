/** Simulated runs that are guided by what they reach: which steps they take, how their plans are changed, and the folder in which these are kept. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { corpusTask } from '../../conformance/cli/corpus-tasks.js';
import { NO_NETWORK_FAULTS } from '../../conformance/simulation/network-faults.js';
import { ReachedSteps } from '../../conformance/simulation/reached-steps.js';
import { planIn, simulationPlanOf, type SimulationPlan } from '../../conformance/simulation/simulation-plan.js';
import { simulate } from '../../conformance/simulation/simulated-run.js';
import { smallerPlans, variationsOf } from '../../conformance/simulation/vary-plan.js';
import { planned } from './support/simulation-plans.js';

const dir = mkdtempSync(join(tmpdir(), 'bayou-corpus-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const SCRIPT = [
  ...['joinServer 0', 'joinServer 1', 'joinClient 100 0', 'put 100 a 1', 'get 100 a', 'stabilize', 'printStore 0'],
  ...['printStore 1', 'get 100 a', 'put 100 a 2'],
];

const stepsOf = async (plan: SimulationPlan): Promise<ReadonlySet<string>> => {
  const steps = new ReachedSteps();
  await simulate(plan, { steps });
  return steps.all;
};

describe('the steps that a run has taken', () => {
  it('are the same for the same plan, whatever its servers, keys and values are called', async () => {
    // Nothing pulls of itself: when it does is by chance.
    const calm = { antiEntropyMs: 0 };
    const steps = await stepsOf(planned(SCRIPT, calm));
    expect(await stepsOf(planned(SCRIPT, calm))).toEqual(steps);
    const others = SCRIPT.map((line) => line.replace(' a', ' b').replace(/(Server|Store|Client 100) 1$/, '$1 4'));
    expect(await stepsOf(planned(others, calm))).toEqual(steps);
    expect(steps).toContain('accept: 0,0,0 > 1,1,1');
  });

  it('are others where something else happens', async () => {
    const guest = { type: 'guest', line: 5, afterMs: 0, machine: 0, what: 'claim' } as const;
    const [steps, more] = [await stepsOf(planned(SCRIPT)), await stepsOf(planned(SCRIPT, { thinkMs: 300, world: [guest] }))];
    expect([...more].filter((step) => !steps.has(step)).some((step) => step.startsWith('renewed'))).toBe(true);
  });
});

describe('a plan that is changed', () => {
  it('is a plan, the same for a seed, whose script says nothing new and keeps its calm', () => {
    const plans = Array.from({ length: 6 }, (_, run) => simulationPlanOf(5, run));
    const property = fc.property(fc.constantFrom(...plans), fc.constantFrom(...plans), fc.nat(), (plan, other, seed) => {
      const vary = (): SimulationPlan => fc.sample(variationsOf(plan, other), { seed, numRuns: 1 })[0]!;
      const varied = vary();
      expect(vary()).toEqual(varied);
      expect(planIn(JSON.parse(JSON.stringify(varied)))).toEqual(varied);
      const calm = ({ script }: SimulationPlan) => script.slice(script.lastIndexOf('stabilize'));
      expect(calm(varied)).toEqual(calm(plan));
      let at = -1;
      for (const line of varied.script) expect((at = plan.script.indexOf(line, at + 1))).toBeGreaterThanOrEqual(0);
    });
    fc.assert(property, { seed: 1, numRuns: 200 });
  });

  it('comes out smaller in every piece that it has', () => {
    const crash = { type: 'crash', line: 5, server: 0, afterMs: 1 } as const;
    const plan = planned(SCRIPT, { faults: [crash], nextDay: ['stabilize'], networkFaults: { ...NO_NETWORK_FAULTS, loss: 0.1 } });
    const smaller = [...smallerPlans(plan, NO_NETWORK_FAULTS)];
    expect(smaller).toContainEqual({ ...plan, nextDay: [] });
    expect(smaller).toContainEqual({ ...plan, networkFaults: NO_NETWORK_FAULTS });
    expect(smaller).toContainEqual({ ...plan, faults: [] });
    expect(smaller).toContainEqual({ ...plan, script: plan.script.filter((_, i) => i !== 4) });
    const [least] = [planned(['joinServer 0', 'stabilize'])];
    expect([...smallerPlans(least, NO_NETWORK_FAULTS)]).toEqual([]);
  });
});

describe('a series that is guided', () => {
  it('keeps the plans that reach something new, and begins with them the next time', async () => {
    const folder = join(dir, 'plans');
    const series = { seed: 2, from: 0, runs: 8, seconds: Infinity };
    const run = () => corpusTask(folder, series, { outDir: join(dir, 'out'), shrinkRuns: 0 }).run(new AbortController().signal);
    const [first] = await run();
    expect(first?.verdict, first?.details).toBe('conforms');
    const files = readdirSync(folder);
    expect(first?.counts['plans kept']).toBe(files.length);
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) expect(planIn(JSON.parse(readFileSync(join(folder, file), 'utf8')))).toBeDefined();
    const [second] = await run();
    expect(second?.verdict, second?.details).toBe('conforms');
    expect(second?.counts['simulated runs']).toBe(files.length + 8);
    expect(second?.counts['different steps']).toBeGreaterThanOrEqual(Number(first?.counts['different steps']));
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(files));
  });
});
