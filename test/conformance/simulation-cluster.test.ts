import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { simulationPlanOf } from '../../conformance/simulation/plan.js';
import { simulate } from '../../conformance/simulation/run.js';

const HASHES = fileURLToPath(new URL('../../dist/conformance/same-traces/hashes.js', import.meta.url));
const RUNS = 15;
const SEED = 3;

describe('a simulated run of the cluster', () => {
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
