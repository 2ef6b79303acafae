import { checkSync } from '#bayou/checker/check.js';
import type { Model } from '#bayou/checker/model.js';
import { encode } from '#bayou/checker/values/encode.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { twoPhaseCommit, type TwoPhaseState } from '../../examples/models/two-phase-commit.js';
import { seedOr } from '../support/seeds.js';

/** All orders of 0 … n - 1 but the natural one. */
const permutations = (n: number): ReadonlyArray<ReadonlyArray<number>> => {
  const all = (rest: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> =>
    rest.length === 0 ? [[]] : rest.flatMap((first) => all(rest.filter((x) => x !== first)).map((tail) => [first, ...tail]));
  return all(Array.from({ length: n }, (_, i) => i)).slice(1);
};

const permuted = <T>(list: ReadonlyArray<T>, order: ReadonlyArray<number>): ReadonlyArray<T> => order.map((i) => list[i]!);

/** Every reachable state, by the plainest search there is. */
const reachable = <S, A>(model: Model<S, A>): ReadonlyArray<S> => {
  const found = new Map(model.initial.map((state) => [encode(state), state]));
  for (const state of found.values()) {
    for (const action of model.actions(state)) {
      const next = model.next(state, action);
      if (next !== undefined && !found.has(encode(next))) found.set(encode(next), next);
    }
  }
  return [...found.values()];
};

const orbits = <S>(states: ReadonlyArray<S>, symmetry: ReadonlyArray<(state: S) => S>): number =>
  new Set(states.map((state) => [encode(state), ...symmetry.map((image) => encode(image(state)))].sort()[0])).size;

/** Replays a trace on the model as it stands: each step must be one that it has. */
const replays = <S, A>(model: Model<S, A>, shown: ReadonlyArray<Readonly<Record<string, string>>>): boolean => {
  const text = (state: S): string => encode(model.show?.(state));
  let here = model.initial.filter((state) => text(state) === encode(shown[0]));
  for (const wanted of shown.slice(1)) {
    here = here.flatMap((state) =>
      model.actions(state).flatMap((action) => {
        const next = model.next(state, action);
        return next !== undefined && text(next) === encode(wanted) ? [next] : [];
      }),
    );
  }
  return here.length > 0;
};

describe('symmetry of two-phase commit', () => {
  const symmetric = (managers: number): Model<TwoPhaseState, unknown> => ({
    ...(twoPhaseCommit(managers) as Model<TwoPhaseState, unknown>),
    symmetry: permutations(managers).map((order) => (state: TwoPhaseState): TwoPhaseState => ({
      ...state,
      rms: permuted(state.rms, order),
      tmPrepared: permuted(state.tmPrepared, order),
      votes: permuted(state.votes, order),
    })),
  });

  test.each([2, 3, 4])('with %i resource managers: one state of each orbit, the same verdict', (managers) => {
    const model = symmetric(managers);
    const reduced = checkSync(model, { symmetry: true });
    expect(reduced.counts.distinct).toBe(orbits(reachable(model), model.symmetry!));
    expect(reduced.verdict).toBe('holds');
    expect(reduced.bounds).toEqual(['up to symmetry']);
  });
});

// --- many small models -------------------------------------------------------------------------------------------------------

type Local = readonly [place: number, seen: number];

interface Move {
  readonly from: number;
  readonly to: number;
  /** Needs so many processes at `from`. */
  readonly crowd: number;
}

/** So many identical processes in a ring of places; a move may need company, and counts what it saw. */
const crowdModel = (
  processes: number,
  moves: ReadonlyArray<Move>,
  bad: number,
): Model<ReadonlyArray<Local>, readonly [number, Move]> => ({
  name: 'crowd',
  initial: [Array.from({ length: processes }, () => [0, 0] as const)],
  actions: (state) => state.flatMap((_, i) => moves.map((move) => [i, move] as const)),
  next: (state, [i, move]) => {
    const [place, seen] = state[i]!;
    const crowd = state.filter(([other]) => other === place).length;
    if (place !== move.from || crowd < move.crowd) return undefined;
    return state.with(i, [move.to, (seen + crowd) % 3]);
  },
  label: ([i, { from, to }]) => ({ family: 'move', args: [i, from, to] }),
  show: (state) => Object.fromEntries(state.map(([place, seen], i) => [`p${i}`, `${place} ${seen}`])),
  properties: [
    { name: 'never so many in one place', kind: 'always', holds: (state) => state.filter(([place]) => place === 2).length < bad },
    { name: 'somebody saw two', kind: 'sometimes', holds: (state) => state.some(([, seen]) => seen === 2) },
    { name: 'never stuck', kind: 'noDeadlock' },
  ],
  symmetry: permutations(processes).map((order) => (state: ReadonlyArray<Local>) => permuted(state, order)),
  normalize: (state) => state.toSorted((left, right) => left[0] - right[0] || left[1] - right[1]),
});

const move = fc.record({ from: fc.nat(2), to: fc.nat(2), crowd: fc.integer({ min: 1, max: 2 }) });

test('on 60 models: the same verdicts with and without each reduction, by both orders; counterexamples replay unreduced', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.array(move, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 4 }),
      (n, moves, bad) => {
        const model = crowdModel(n, moves, bad);
        const full = checkSync(model, { keepGoing: true });
        const verdicts = full.properties.map(({ verdict }) => verdict);
        const classes = orbits(reachable({ ...model }), model.symmetry!);
        for (const search of ['bfs', 'dfs'] as const) {
          for (const reduction of [{}, { symmetry: true }, { normalize: true }, { symmetry: true, normalize: true }]) {
            const report = checkSync(model, { search, keepGoing: true, ...reduction });
            expect(report.properties.map(({ verdict }) => verdict)).toEqual(verdicts);
            if (report.stop.kind === 'complete' && Object.keys(reduction).length > 0)
              expect(report.counts.distinct).toBe(classes);
            for (const { trace } of report.properties) {
              if (trace !== undefined)
                expect(replays(model, [trace.initial, ...trace.steps.map(({ state }) => state)])).toBe(true);
            }
          }
        }
      },
    ),
    { seed: seedOr(11), numRuns: 60 },
  );
});
