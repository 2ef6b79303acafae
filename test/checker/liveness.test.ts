import { toModel } from '#bayou/checker/component-model/as-model.js';
import { checkSync } from '#bayou/checker/check.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import type { ComponentOptions } from '#bayou/checker/options.js';
import {
  interaction,
  over,
  slot,
  strongly,
  type ComponentModel,
  type Fairness,
  type Model,
  type Property,
} from '#bayou/checker/model.js';
import { EdgeList, type StateGraph } from '#bayou/checker/liveness/state-graph.js';
import { findLasso, type Goal, type Lasso } from '#bayou/checker/liveness/lasso.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { graphModel, type Edge } from './support/graphs.js';
import { seedOr } from '../support/seeds.js';

const eventually = (...goal: ReadonlyArray<number>): Property<number, Edge> => ({
  name: 'it comes to the goal',
  kind: 'eventually',
  holds: (state) => goal.includes(state),
});

const verdictOn = (edges: ReadonlyArray<Edge>, property: Property<number, Edge>): string =>
  checkSync(graphModel(edges, [property])).properties[0]!.verdict;

const loopOf = (edges: ReadonlyArray<Edge>, property: Property<number, Edge>): ReadonlyArray<string> | undefined => {
  const trace = checkSync(graphModel(edges, [property])).properties[0]!.trace;
  return trace && [trace.initial, ...trace.steps.map(({ state }) => state)].slice(trace.loop).map((state) => state['state']!);
};

describe('what a search along paths misses', () => {
  // Stateright marks a property as met along a path and judges paths only where they end: a path that closes a cycle, or
  // that joins another on which the goal was met, ends nowhere, so these two are "no counterexample" there.
  test('a cycle that never comes to the goal', () => {
    expect(
      loopOf(
        [
          [0, 1],
          [1, 0],
          [1, 2],
        ],
        eventually(2),
      ),
    ).toEqual(['0', '1', '0']);
  });

  test('a path that joins one on which the goal was met', () => {
    // 0 → 1 (goal) → 3 and 0 → 2 → 3: state 3 is found first through the goal; the run 0, 2, 3 never meets it.
    expect(
      loopOf(
        [
          [0, 1],
          [0, 2],
          [1, 3],
          [2, 3],
        ],
        eventually(1),
      ),
    ).toEqual(['3']);
    expect(
      loopOf(
        [
          [0, 1],
          [1, 3],
          [0, 2],
          [2, 3],
        ],
        eventually(2),
      ),
    ).toEqual(['3']);
  });
});

describe('runs', () => {
  test('a state without steps stutters for ever', () => {
    expect(verdictOn([[0, 1]], eventually(1))).toBe('holds');
    expect(verdictOn([[0, 1]], eventually(2))).toBe('violated');
  });

  test('a run does not stop where a step is enabled, fair or not', () => {
    expect(
      verdictOn(
        [
          [0, 1],
          [1, 2],
        ],
        eventually(2),
      ),
    ).toBe('holds');
  });

  test('a step that changes nothing can be taken for ever', () => {
    expect(
      loopOf(
        [
          [0, 0],
          [0, 1],
        ],
        eventually(1),
      ),
    ).toEqual(['0', '0']);
  });
});

describe('weak fairness', () => {
  test('a class that is always enabled must be taken', () => {
    expect(
      verdictOn(
        [
          [0, 1],
          [1, 0],
          [0, 2, 'out'],
          [1, 2, 'out'],
        ],
        eventually(2),
      ),
    ).toBe('holds');
  });

  test('a class that is disabled now and then need not be', () => {
    expect(
      verdictOn(
        [
          [0, 1],
          [1, 0],
          [0, 2, 'out'],
        ],
        eventually(2),
      ),
    ).toBe('violated');
  });

  test('one class that is enabled in turns by different steps is continuously enabled', () => {
    expect(
      verdictOn(
        [
          [0, 1, 'a'],
          [1, 0, 'b'],
          [0, 2, 'c'],
          [1, 3, 'c'],
        ],
        eventually(2, 3),
      ),
    ).toBe('holds');
    expect(
      verdictOn(
        [
          [0, 1, 'a'],
          [1, 0, 'b'],
          [0, 2, 'c'],
          [1, 3, 'd'],
        ],
        eventually(2, 3),
      ),
    ).toBe('violated');
  });

  test('a class that is taken within the cycle is satisfied, though another of its steps would leave', () => {
    expect(
      verdictOn(
        [
          [0, 1, 'a'],
          [1, 0, 'a'],
          [0, 2, 'a'],
        ],
        eventually(2),
      ),
    ).toBe('violated');
  });

  test('a step that changes nothing does not count as taking its class', () => {
    expect(
      verdictOn(
        [
          [0, 0, 'out'],
          [0, 1, 'out'],
        ],
        eventually(1),
      ),
    ).toBe('holds');
    expect(
      verdictOn(
        [
          [0, 0, 'spin'],
          [0, 1, 'out'],
        ],
        eventually(1),
      ),
    ).toBe('holds');
    expect(
      verdictOn(
        [
          [0, 0, 'spin'],
          [0, 1],
        ],
        eventually(1),
      ),
    ).toBe('violated');
  });
});

describe('strong fairness', () => {
  test('a class that is enabled again and again must be taken', () => {
    const turns = (out: Fairness): ReadonlyArray<Edge> => [
      [0, 1],
      [1, 0],
      [0, 2, out],
    ];
    expect(verdictOn(turns('out'), eventually(2))).toBe('violated');
    expect(verdictOn(turns(strongly('out')), eventually(2))).toBe('holds');
  });

  test('a run may go where the class is not enabled any more', () => {
    expect(
      loopOf(
        [
          [0, 1],
          [1, 0],
          [0, 2, strongly('out')],
          [1, 3],
          [3, 4],
          [4, 3],
        ],
        eventually(2),
      ),
    ).toEqual(['3', '4', '3']);
  });

  test('inside a component that starves one, a part that does not is found', () => {
    // 0 → 1 → 2 → 0 comes by 0, where "out" is enabled; 1 ⇄ 2 keeps away from it.
    const edges: ReadonlyArray<Edge> = [
      [0, 1],
      [1, 2],
      [2, 0],
      [2, 1],
      [0, 3, strongly('out')],
    ];
    expect(loopOf(edges, eventually(3))).toEqual(['1', '2', '1']);
  });

  test('taking one class may enable another, round after round', () => {
    // Without 0 there is 1, 2, 3, where "b" is starved; without 2 there is 1 ⇄ 3, where nothing is.
    const edges: ReadonlyArray<Edge> = [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 0],
      [3, 1],
      [1, 3],
      [0, 4, strongly('a')],
      [2, 4, strongly('b')],
    ];
    expect(loopOf(edges, eventually(4))).toEqual(['1', '3', '1']);
    expect(verdictOn([...edges, [3, 4, strongly('c')]], eventually(4))).toBe('holds');
  });

  test('the cycle takes a strong class only where it comes by it', () => {
    const edges: ReadonlyArray<Edge> = [
      [0, 1],
      [1, 0],
      [1, 2],
      [2, 3, strongly('far')],
      [3, 1],
    ];
    expect(loopOf(edges, eventually(9))).toEqual(['0', '1', '0']);
  });

  test('weak and strong in one model', () => {
    const edges: ReadonlyArray<Edge> = [
      [0, 1],
      [1, 0],
      [0, 2, 'weak'],
      [1, 2, 'weak'],
      [0, 3, strongly('strong')],
    ];
    expect(verdictOn(edges, eventually(2, 3))).toBe('holds');
    expect(verdictOn(edges.slice(0, 3), eventually(2, 3))).toBe('violated');
  });

  test('a step that changes nothing neither enables a class nor takes it', () => {
    const spin = (spins: Fairness): ReadonlyArray<Edge> => [
      [0, 1],
      [1, 0],
      [0, 0, spins],
    ];
    expect(loopOf([...spin(strongly('out')), [0, 2, strongly('out')]], eventually(2))).toBeUndefined();
    expect(loopOf([...spin(strongly('spin')), [0, 2]], eventually(2))).toEqual(['0', '0']);
  });

  test('a class is of one strength', () => {
    const edges: ReadonlyArray<Edge> = [
      [0, 1, 'out'],
      [1, 0, strongly('out')],
    ];
    expect(() => checkSync(graphModel(edges, [eventually(2)]))).toThrow(
      'the fairness class "out" is weakly fair for one step and strongly fair for another: give one of them another name',
    );
  });

  test.each([
    [{ name: 'out', strong: 'yes' }, 'what fairness gives: strong: expected true or false, but it is "yes"'],
    [{ name: 'out' }, 'what fairness gives: strong: expected true or false, but it is missing'],
    [{ class: 'out', strong: true }, 'what fairness gives: class: there is no such field; the fields are name, strong'],
    [3, 'what fairness gives: expected the name of a class, { name, strong }, or undefined'],
  ])('what is no class is refused: %j', (fairness, says) => {
    const model = { ...graphModel([[0, 1]], [eventually(1)]), fairness: () => fairness as never };
    expect(() => checkSync(model)).toThrow(says);
  });
});

describe('leads-to and eventually-always', () => {
  const leadsTo = (from: number, to: number): Property<number, Edge> => ({
    name: 'leads to',
    kind: 'leadsTo',
    from: (state) => state === from,
    to: (state) => state === to,
  });
  const settles = (...good: ReadonlyArray<number>): Property<number, Edge> => ({
    name: 'it settles',
    kind: 'eventuallyAlways',
    holds: (state) => good.includes(state),
  });

  test('leads-to looks at what comes after, not before', () => {
    expect(
      verdictOn(
        [
          [0, 1],
          [1, 2],
          [2, 1],
        ],
        leadsTo(1, 2),
      ),
    ).toBe('holds');
    expect(
      verdictOn(
        [
          [0, 1],
          [1, 2],
          [2, 3],
        ],
        leadsTo(2, 1),
      ),
    ).toBe('violated');
    expect(
      loopOf(
        [
          [0, 1],
          [1, 2],
          [2, 3],
          [3, 2],
        ],
        leadsTo(1, 0),
      ),
    ).toEqual(['2', '3', '2']);
  });

  test('leads-to that is never triggered holds, and is reported', () => {
    const report = checkSync(graphModel([[0, 0]], [leadsTo(7, 8)]), { requireWitnesses: true });
    expect(report.vacuity.neverTriggered).toEqual(['leads to']);
    expect(report.verdict).toBe('vacuous');
  });

  test('eventually-always allows leaving before, and not again and again', () => {
    expect(
      verdictOn(
        [
          [0, 1],
          [1, 2],
          [2, 2],
        ],
        settles(0, 2),
      ),
    ).toBe('holds');
    expect(
      verdictOn(
        [
          [0, 1],
          [1, 0],
        ],
        settles(0),
      ),
    ).toBe('violated');
    expect(verdictOn([[0, 1]], settles(0))).toBe('violated');
  });
});

describe('what liveness is not judged on', () => {
  const edges: ReadonlyArray<Edge> = [
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
  ];

  test('a quotient: unknown, never holds', () => {
    const model = { ...graphModel(edges, [eventually(4)]), normalize: (state: number) => state };
    expect(checkSync(model).verdict).toBe('holds');
    const reduced = checkSync(model, { normalize: true });
    expect(reduced.properties[0]).toMatchObject({ verdict: 'unknown', why: expect.stringContaining('reduction') as string });
    expect(reduced.verdict).toBe('bounded');
  });

  test('a search that was cut short: unknown, unless a lasso was found already', () => {
    expect(checkSync(graphModel(edges, [eventually(4)]), { maxDepth: 2 }).properties[0]!.verdict).toBe('unknown');
    expect(checkSync({ ...graphModel(edges, [eventually(4)]), boundary: (s) => s < 3 }).properties[0]!.verdict).toBe('unknown');
    expect(checkSync(graphModel([...edges, [1, 0]], [eventually(4)]), { maxDepth: 2 }).properties[0]!.verdict).toBe('violated');
  });
});

describe('symmetry', () => {
  /** A token goes round three places, and may be put down where it is. */
  interface Token {
    readonly at: number;
    readonly down: boolean;
  }
  const turned = ({ at, down }: Token, by: number): Token => ({ at: (at + by) % 3, down });
  const token = (
    puts: boolean,
    properties: Model<Token, string>['properties'],
    more: Partial<Model<Token, string>> = {},
  ): Model<Token, string> => ({
    name: 'token',
    initial: [0, 1, 2].map((at) => ({ at, down: false })),
    actions: ({ down }) => (down ? [] : puts ? ['pass', 'put'] : ['pass']),
    next: (state, action) => (action === 'pass' ? turned(state, 1) : { ...state, down: true }),
    label: (family) => ({ family, args: [] }),
    properties,
    symmetry: [(state) => turned(state, 1), (state) => turned(state, 2)],
    ...more,
  });
  const down: Property<Token, string> = { name: 'put down', kind: 'eventually', holds: (state) => state.down };
  const first: Property<Token, string> = { name: 'at the first', kind: 'eventually', holds: ({ at }) => at === 0 };
  const stays: Property<Token, string> = { name: 'stays', kind: 'leadsTo', from: (s) => s.down, to: (s) => s.down };

  test('what is the same of all images is judged, and the run goes round until it is back', () => {
    const report = checkSync(token(true, [down, stays]), { symmetry: true });
    expect(report.counts.distinct).toBe(2);
    expect(report.properties).toMatchObject([{ verdict: 'violated' }, { verdict: 'holds' }]);
    const { trace } = report.properties[0]!;
    expect(trace?.loop).toBe(0);
    expect(trace?.steps.map(({ label, state }) => [label.family, state['at']])).toEqual([
      ['pass', '1'],
      ['pass', '2'],
      ['pass', '0'],
    ]);
    expect(trace?.starved).toEqual([{ name: 'put', fairness: 'none', enabled: 3, of: 3 }]);
  });

  test('a run that ends', () => {
    const never: Property<Token, string> = { name: 'never', kind: 'eventuallyAlways', holds: (state) => !state.down };
    const [judged] = checkSync(token(true, [never]), { symmetry: true }).properties;
    expect(judged).toMatchObject({ verdict: 'violated', trace: { loop: 1, steps: [{ label: { family: 'put' } }] } });
  });

  test.each([
    ['a property that is not', token(false, [first]), 'the property differs between a state and its image under the symmetry'],
    [
      'fairness',
      token(true, [down], { fairness: (action) => action }),
      'liveness is not judged under a symmetry where something is fair',
    ],
    [
      'a key',
      token(true, [down], { key: ({ at, down: isDown }) => `${at} ${isDown}` }),
      'liveness is not judged under a reduction',
    ],
  ])('%s: unknown', (_, model, why) => {
    const report = checkSync(model, { symmetry: true });
    expect(report.properties).toMatchObject([{ verdict: 'unknown', why: expect.stringContaining(why) as string }]);
    expect(report.verdict).toBe('bounded');
  });

  test('by components the reason is what forbids it: fairness, or a quotient', async () => {
    const places = ['x', 'y'].map((name) => slot('place', name, 0));
    const rising = (fair: object): ComponentModel => ({
      name: 'rising',
      slots: places,
      interactions: places.map((place) => ({
        ...interaction({
          label: { family: 'up', args: [place.name] },
          slots: [place],
          writes: [0],
          step: (n) => (n < 2 ? [{ next: [n + 1] }] : []),
        }),
        ...fair,
      })),
      properties: [{ name: 'up', kind: 'eventually', over: [over(places, (a, b) => a + b === 4)] }],
      symmetry: [{ name: 'swap', slotTo: [1, 0], apply: (_, n) => n }],
      normalize: (_, n) => n,
    });
    const why = async (model: ComponentModel, options: ComponentOptions) =>
      (await checkComponents(model, options)).properties.map((property) => property.why?.split(':')[0]);
    const UNFAIR = 'liveness is not judged under a symmetry where something is fair';
    const REDUCED = 'liveness is not judged under a reduction';
    expect(await why(rising({ fairness: 'up' }), { symmetry: true })).toEqual([UNFAIR]);
    expect(await why(rising({}), { symmetry: true })).toEqual(['liveness is not judged on components']);
    expect(await why(rising({ fairness: 'up' }), { normalize: true })).toEqual([REDUCED]);
  });

  test('with fairness and without symmetry as ever', () => {
    expect(checkSync(token(true, [down], { fairness: (action) => action })).verdict).toBe('holds');
    expect(checkSync(token(false, [first])).verdict).toBe('holds');
  });
});

describe('component models', () => {
  const light = slot('light', 'light', false);
  const model = (fairness?: Fairness): ComponentModel => ({
    name: 'light',
    slots: [light],
    interactions: [
      interaction({
        label: { family: 'flicker', args: [] },
        slots: [light],
        writes: [],
        step: (on) => (on ? [] : [{ next: [on] }]),
      }),
      interaction({
        label: { family: 'switch on', args: [] },
        slots: [light],
        writes: [0],
        step: (on) => (on ? [] : [{ next: [true], note: 'click' }]),
        ...(fairness === undefined ? {} : { fairness }),
      }),
    ],
    properties: [{ name: 'the light goes on', kind: 'eventually', over: [over([light], (on) => on)] }],
  });

  test('through the plain model, with and without fairness', () => {
    expect(checkSync(toModel(model('switch'))).verdict).toBe('holds');
    expect(checkSync(toModel(model(strongly('switch')))).verdict).toBe('holds');
    expect(checkSync(internedModel(model(strongly('switch')))).verdict).toBe('holds');
    expect(checkSync(toModel(model())).verdict).toBe('violated');
  });
});

// --- against the definition --------------------------------------------------------------------------------------------------

interface Small {
  readonly size: number;
  readonly edges: ReadonlyArray<readonly [number, number, number]>;
  /** By class. */
  readonly strong: ReadonlyArray<boolean>;
  readonly good: ReadonlySet<number>;
  readonly from: ReadonlySet<number>;
}

const CLASSES = 3;

const small: fc.Arbitrary<Small> = fc.integer({ min: 1, max: 5 }).chain((size) => {
  const state = fc.nat(size - 1);
  const states = fc.uniqueArray(state).map((list) => new Set(list));
  return fc.record({
    size: fc.constant(size),
    edges: fc.array(fc.tuple(state, state, fc.integer({ min: -1, max: CLASSES - 1 })), { maxLength: 9 }),
    strong: fc.array(fc.boolean(), { minLength: CLASSES, maxLength: CLASSES }),
    good: states,
    from: states,
  });
});

const graphOf = ({ size, edges, strong }: Small): StateGraph => {
  const list = new EdgeList();
  for (const [from, to, fairness] of edges) list.add(from, to, fairness);
  return list.build(size, [0], strong, () => true);
};

const goals = ({ good, from }: Small): ReadonlyArray<Goal> => [
  { kind: 'eventually', holds: (s) => good.has(s) },
  { kind: 'eventuallyAlways', holds: (s) => good.has(s) },
  { kind: 'leadsTo', from: (s) => from.has(s), to: (s) => good.has(s) },
];

/** Is the cycle (a set of edges that a run takes for ever, through the states it visits for ever) fair? By the definition. */
const isFair = ({ edges, strong }: Small, states: ReadonlySet<number>, taken: ReadonlyArray<Small['edges'][number]>): boolean =>
  Array.from({ length: CLASSES }, (_, c) => c).every(
    (c) =>
      [...states][strong[c] === true ? 'every' : 'some']((s) => !edges.some(([a, b, k]) => a === s && b !== s && k === c)) ||
      taken.some(([a, b, k]) => k === c && a !== b),
  );

/** Every set of edges that a run can take for ever: strongly connected, by trying all subsets. */
const recurrences = (
  graph: Small,
): ReadonlyArray<{ states: ReadonlySet<number>; taken: ReadonlyArray<Small['edges'][number]> }> =>
  Array.from({ length: 2 ** graph.edges.length - 1 }, (_, i) => graph.edges.filter((_edge, e) => ((i + 1) >> e) & 1)).flatMap(
    (taken) => {
      const states = new Set(taken.flatMap(([a, b]) => [a, b]));
      const closed = [...states].every((s) => [...states].every((t) => closure(s, taken).has(t)));
      return closed ? [{ states, taken }] : [];
    },
  );

/** What can be reached from a state by one or more of the edges. */
const closure = (start: number, edges: Small['edges']): ReadonlySet<number> => {
  const found = new Set<number>();
  const todo = [start];
  for (const state of todo) {
    for (const [from, to] of edges) {
      if (from !== state || found.has(to)) continue;
      found.add(to);
      todo.push(to);
    }
  }
  return found;
};

const within = (graph: Small, roots: ReadonlyArray<number>, inside: (s: number) => boolean): ReadonlySet<number> => {
  const edges = graph.edges.filter(([a, b]) => inside(a) && inside(b));
  return new Set(roots.filter(inside).flatMap((root) => [root, ...closure(root, edges)]));
};

/** Is there a fair run that breaks the goal? By brute force over all recurrent sets of edges. */
const isBroken = (graph: Small, goal: Goal): boolean => {
  const all = within(graph, [0], () => true);
  const bad = (s: number): boolean => (goal.kind === 'leadsTo' ? !goal.to(s) : !goal.holds(s));
  const stays = goal.kind === 'eventuallyAlways' ? (): boolean => true : bad;
  const roots = goal.kind === 'leadsTo' ? [...all].filter((s) => goal.from(s)) : [0];
  const reachable = within(graph, roots, stays);
  const stuck = [...reachable].some((s) => bad(s) && !graph.edges.some(([a]) => a === s));
  return (
    stuck ||
    recurrences(graph).some(
      ({ states, taken }) =>
        [...states].every((s) => reachable.has(s) && stays(s)) && [...states].some(bad) && isFair(graph, states, taken),
    )
  );
};

/** Does the lasso do what it claims? */
const confirm = (small: Small, graph: StateGraph, goal: Goal, { start, prefix, cycle }: Lasso): void => {
  const edgeAt = (e: number): Small['edges'][number] => {
    let source = 0;
    while (graph.offsets[source + 1]! <= e) source++;
    return [source, graph.targets[e]!, graph.classes[e]!];
  };
  const taken = [...prefix, ...cycle].map(edgeAt);
  expect(start).toBe(0);
  taken.forEach(([from], i) => expect(from).toBe(i === 0 ? start : taken[i - 1]![1]));
  const entry = prefix.length === 0 ? start : edgeAt(prefix.at(-1)!)[1];
  const round = cycle.map(edgeAt);
  if (cycle.length === 0) expect(small.edges.some(([from]) => from === entry)).toBe(false);
  else expect(round.at(-1)![1]).toBe(entry);
  const recurring = new Set([entry, ...round.map(([, to]) => to)]);
  expect(isFair(small, recurring, round) || cycle.length === 0).toBe(true);
  if (goal.kind === 'eventuallyAlways') expect([...recurring].some((s) => !goal.holds(s))).toBe(true);
  if (goal.kind === 'eventually') for (const s of [start, ...taken.map(([, to]) => to)]) expect(goal.holds(s)).toBe(false);
  if (goal.kind === 'leadsTo') for (const s of recurring) expect(goal.to(s)).toBe(false);
};

test('a lasso is found exactly when there is one, and is one (all three goals, against brute force)', () => {
  fc.assert(
    fc.property(small, (example) => {
      const graph = graphOf(example);
      for (const goal of goals(example)) {
        const lasso = findLasso(graph, goal);
        expect(lasso !== undefined, goal.kind).toBe(isBroken(example, goal));
        if (lasso !== undefined) confirm(example, graph, goal, lasso);
      }
    }),
    { seed: seedOr(7), numRuns: 4000 },
  );
});
