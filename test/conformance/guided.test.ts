/** Runs that the model guides: a simulated cluster is led through every transition of a configuration, and where it is elsewhere than the model says, the run says so. */
import { describe, expect, test } from 'vitest';
import { MASTER_GUARANTEES } from '../../src/core/guarantees.js';
import { decodeConfig } from '../../src/model/checking/config.js';
import { along, guide, type GuidedRun } from '../../conformance/simulation/guided-run.js';
import { barOf, labelOf, notGuided } from '../../conformance/simulation/leading.js';
import { graphOf, wayTo } from '../../conformance/simulation/model-graph.js';
import { assess, showAssessment } from '../../conformance/layer4-hostile/assess.js';
import { situationsOf, type Situations } from '../../conformance/simulation/situations.js';
import { TransitionCoverage, toTheNew } from '../../conformance/simulation/transition-coverage.js';
import { walkTransitions } from '../../conformance/layer1-transitions/transition-walk.js';
import { right } from '../support/right.js';

const configured = (fields: object) => right(decodeConfig({ name: 'small', ...fields }));

/** Two servers, a client, one put; a link is cut or made, a server killed. */
const SMALL = configured({ servers: 2, clients: 1, puts: 1, links: 'full', linkChanges: 1, kills: 1 });

const reached = async (
  situations: Situations,
  most: number,
): Promise<readonly [TransitionCoverage, ReadonlyArray<GuidedRun>]> => {
  const coverage = new TransitionCoverage(situations, barOf(situations));
  const runs: GuidedRun[] = [];
  while (runs.length < most && !coverage.isOver(situations.contentsOf[situations.initial]!))
    runs.push(await guide(situations, runs.length, toTheNew(coverage, runs.length)));
  return [coverage, runs];
};

describe('a simulated cluster that is led through a configuration', () => {
  const situations = situationsOf(graphOf(SMALL));
  const { graph } = situations;

  test('has the graph that layer 1 walks', async () => {
    const walked = await walkTransitions(SMALL);
    expect([graph.states, graph.transitions]).toEqual([walked.states, walked.transitions]);
    expect(wayTo(graph, graph.states - 1).length).toBeGreaterThan(4);
  });

  test('takes each transition over its sockets, but those that the master has no command for, and is judged', async () => {
    const [coverage, runs] = await reached(situations, 100);
    for (const run of runs) {
      const verdict = await assess(run);
      expect(verdict.sound, showAssessment(verdict)).toBe(true);
    }
    const barred = [...coverage.barred.values()].reduce((a, b) => a + b, 0);
    expect(coverage.taken + barred).toBe(graph.transitions);
    expect(coverage.missing(1)).toEqual([]);
    expect([graph.transitions, barred]).toEqual([264, 18]);
    const shares = [...coverage.byFamily().values()];
    expect(shares.reduce((sum, { taken }) => sum + taken, 0)).toBe(coverage.taken);
  });

  test('does the same again by its seed and its deeds', async () => {
    const coverage = new TransitionCoverage(situations, barOf(situations));
    const one = await guide(situations, 3, toTheNew(coverage, 3));
    const two = await guide(situations, 3, along(one.path));
    expect(one.path.length).toBeGreaterThan(10);
    expect(two.trace.hash()).toBe(one.trace.hash());
  });

  test('is found elsewhere where a step leads elsewhere than in the model', async () => {
    const put = situations.deedsOf[situations.contentsOf[situations.initial]!]!.find((deed) =>
      labelOf(situations, deed).startsWith('Put c11 s0'),
    )!;
    const other = situations.deedsOf[situations.contentsOf[situations.initial]!]!.find((deed) =>
      labelOf(situations, deed).startsWith('Put c11 s1'),
    )!;
    const to = situations.to.slice();
    to[put] = situations.to[other]!;
    const run = await guide({ ...situations, to }, 1, along([put]));
    expect(run.failures.join('\n')).toMatch(/Put c11 s0 a: s0 is .*; in the model it is/);
    expect(run.path).toEqual([]);
  });

  test('cannot be led through steps that no command of the master makes', () => {
    const refused = (fields: object): string | undefined => notGuided(graphOf(configured({ puts: 1, ...fields })));
    expect(refused({ stabilize: true })).toMatch(/Stabilize/);
    expect(refused({ sessions: { ...MASTER_GUARANTEES, scope: 'store' } })).toMatch(/guarantees/);
    expect(refused({})).toBeUndefined();
  });
});
