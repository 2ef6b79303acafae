/** Among shortest counterexamples the one with the fewest switches between processes, held against all of them. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkSync } from '#bayou/checker/check.js';
import type { Model } from '#bayou/checker/model.js';
import { withFewestSwitches } from '#bayou/checker/runs/switches.js';
import { faultOf } from '../support/replay.js';

/** A random graph of states, mostly forward, whose steps belong to random processes. */
const edge = fc
  .record({ from: fc.nat(6), by: fc.constantFrom(1, 1, 1, 2, -1, 0), process: fc.constantFrom('p', 'q', 'r') })
  .map(({ from, by, process }) => ({ from, to: Math.max(0, from + by), process }));

const graph = fc.record({
  edges: fc.array(edge, { minLength: 10, maxLength: 30 }),
  bad: fc.integer({ min: 3, max: 7 }),
  kind: fc.constantFrom('always', 'alwaysStep', 'noDeadlock'),
});

type Graph = typeof graph extends fc.Arbitrary<infer G> ? G : never;
type Edge = Graph['edges'][number];

const modelOf = ({ edges, bad, kind }: Graph): Model<number, Edge> => ({
  name: 'graph',
  initial: [0, 1],
  actions: (state) => edges.filter(({ from }) => from === state),
  next: (_, { to }) => to,
  label: ({ process, to }) => ({ family: 'go', args: [process, to] }),
  properties: [
    kind === 'always'
      ? { name: 'it', kind, holds: (state) => state !== bad }
      : kind === 'alwaysStep'
        ? { name: 'it', kind, holds: (_, { process }, next) => next !== bad || process !== 'r' }
        : { name: 'it', kind: 'noDeadlock' },
  ],
});

const switchesIn = (processes: ReadonlyArray<string>): number =>
  processes.filter((process, i) => i > 0 && processes[i - 1] !== process).length;

/** All runs of so many steps that break the property at their end, by trying every run. */
const fewest = (model: Model<number, Edge>, length: number): number => {
  const [property] = model.properties;
  const breaks = (run: ReadonlyArray<Edge>, at: number): boolean => {
    if (property!.kind === 'always') return !property!.holds(at);
    if (property!.kind === 'alwaysStep') return run.length > 0 && !property!.holds(run.at(-1)!.from, run.at(-1)!, at);
    return model.actions(at).length === 0;
  };
  const walk = (run: ReadonlyArray<Edge>, at: number): number => {
    if (run.length === length) return breaks(run, at) ? switchesIn(run.map(({ process }) => process)) : Infinity;
    return Math.min(Infinity, ...model.actions(at).map((edge) => walk([...run, edge], edge.to)));
  };
  return Math.min(...model.initial.map((state) => walk([], state)));
};

test('no run of the same length has fewer, and it is a run of the model that breaks the property', () => {
  let seen = 0;
  fc.assert(
    fc.property(graph, (drawn) => {
      const model = modelOf(drawn);
      const found = checkSync(model);
      const before = found.properties[0]!.trace;
      const { trace } = withFewestSwitches(model, found).properties[0]!;
      if (before === undefined || trace === undefined) {
        expect(trace).toEqual(before);
        return;
      }
      seen += Number(trace.steps.length > 2);
      expect(trace.steps.length).toBe(before.steps.length);
      expect(faultOf(model, trace, 'it')).toBeUndefined();
      expect(switchesIn(trace.steps.map(({ label }) => String(label.args[0])))).toBe(fewest(model, trace.steps.length));
    }),
    { numRuns: 500 },
  );
  expect(seen).toBeGreaterThan(10);
});
