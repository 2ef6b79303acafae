import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { simulationPlanOf } from '../../conformance/simulation/plan.js';
import { assessSimulated, showSimulated, simulate } from '../../conformance/simulation/run.js';
import { FINE } from '../../conformance/simulation/weather.js';

const HASHES = fileURLToPath(new URL('../../dist/conformance/same-traces/hashes.js', import.meta.url));
const RUNS = 15;
const SEED = 3;

describe('a simulated run of the cluster', () => {
  it('may be put back from a copy that is older than another, and then from the younger one (R7a)', async () => {
    const script = [
      ...['joinServer 0', 'joinServer 1', 'joinClient 100 1', 'put 100 k a', 'get 100 k', 'put 100 k b', 'put 100 l c'],
      ...['get 100 k', 'put 100 k d', 'get 100 k', 'put 100 l e', 'stabilize', 'printStore 0', 'printStore 1'],
    ];
    const where = { type: 'putBack', server: 1 } as const;
    const faults = [
      { ...where, line: 5, after: 3 },
      { ...where, line: 7, after: 4 },
    ];
    const plan = { ...simulationPlanOf(1, 0), script, nextDay: [], fsync: true, weather: FINE, faults, world: [] };
    const run = await simulate(plan);
    const verdict = await assessSimulated(run);
    expect(run.processes.putBack).toBe(2);
    expect(verdict.sound, showSimulated(verdict)).toBe(true);
    const replicas = run.days.flat().flatMap((e) => (e.type === 'start' && e.p.startsWith('server-1') ? [e.replica] : []));
    expect(new Set(replicas).size).toBe(3);
  });

  it('leaves the same trace whenever and wherever it is done', async () => {
    const elsewhere = execFileSync(process.execPath, [HASHES, `${SEED}`, `${RUNS}`], { encoding: 'utf8' })
      .trim()
      .split('\n');
    const lines: string[] = [];
    // Not in their order: what one run leaves in the process is nothing to the next.
    for (let run = RUNS - 1; run >= 0; run--) {
      const { trace, events } = await simulate(simulationPlanOf(SEED, run));
      lines.unshift(`${run} ${trace.hash()} ${events}`);
    }
    expect(lines).toEqual(elsewhere);
    expect(new Set(lines.map((line) => line.split(' ')[1])).size).toBe(RUNS);
  });
});
