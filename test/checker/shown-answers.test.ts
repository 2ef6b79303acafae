/** The functions that name or show something are pure, too: a search refuses one that is not, and the depth-first count is each step once. */
import { describe, expect, test } from 'vitest';
import { check, checkComponents, interaction, over, slot, type ComponentModel, type Model } from '#bayou/checker/index.js';

interface State {
  readonly x: number;
  readonly list: number[];
}

const model = (more: Partial<Model<State, { readonly by: number }>>): Model<State, { readonly by: number }> => ({
  name: 'm',
  initial: [{ x: 0, list: [] }],
  actions: () => [{ by: 1 }],
  next: ({ x, list }, { by }) => (x < 3 ? { x: x + by, list } : undefined),
  label: () => ({ family: 'up', args: [] }),
  properties: [{ name: 'low', kind: 'always', holds: ({ x }) => x < 2 }],
  ...more,
});

const cell = slot('cell', 'cell', 0);
const components = (more: Partial<ComponentModel>): ComponentModel => ({
  name: 'm',
  slots: [cell],
  interactions: [
    interaction({
      label: { family: 'up', args: [] },
      slots: [cell],
      writes: [0],
      step: (x) => (x < 3 ? [{ next: [x + 1] }] : []),
    }),
  ],
  properties: [{ name: 'low', kind: 'always', over: [over([cell], (x) => x < 2)] }],
  ...more,
});

const changing = (state: State): State => {
  state.list.push(1);
  return state;
};

describe('refused', () => {
  test('two answers for one input', async () => {
    const odd = (): string => String(Math.random());
    let n = 0;
    const counted = { label: () => ({ family: n++ === 1 ? 'b' : 'a', args: [] }), families: ['a', 'b'] };
    await expect(check(model(counted))).rejects.toThrow('label gives two answers for one input');
    await expect(check(model({ label: () => ({ family: odd(), args: [] }) }))).rejects.toThrow('label gives two answers');
    await expect(check(model({ show: () => ({ x: odd() }) }))).rejects.toThrow('show gives two answers for one input');
    await expect(check(model({ note: odd }))).rejects.toThrow('note gives two answers for one input');
    await expect(check(model({ note: () => String(Date.now()) }))).rejects.toThrow('note gives two answers for one input');
    await expect(check(model({ parts: ({ x }) => ({ x, odd: odd() }) }))).rejects.toThrow(
      'parts gives two answers for one input',
    );
    await expect(checkComponents(components({ show: odd }))).rejects.toThrow('show gives two answers for one input');
  });

  test('a change of what is given', async () => {
    const changes = 'changes what it is given, at list[0]';
    await expect(check(model({ show: (state) => ({ x: String(changing(state).x) }) }))).rejects.toThrow(`show ${changes}`);
    await expect(check(model({ parts: (state) => ({ ...changing(state) }) }))).rejects.toThrow(`parts ${changes}`);
    await expect(check(model({ note: (_, __, next) => String(changing(next).x) }))).rejects.toThrow(`note changes`);
  });

  test('an answer of another kind', async () => {
    await expect(check(model({ parts: () => null as never }))).rejects.toThrow(
      /^what parts of .* gives: expected an object with the parts of a state, by name, but it is null/,
    );
    await expect(check(model({ show: (() => Promise.resolve({})) as never }))).rejects.toThrow(
      /^what show of .* gives: expected an object with a text for each part, but it is a promise/,
    );
  });
});

test('an answer may go by the order in which a set was filled', async () => {
  const shown = model({
    show: () => ({ set: [...new Set([2, 1])].join() }),
    label: () => ({ family: [...new Set(['b', 'a'])].join(''), args: [] }),
  });
  expect((await check(shown)).properties[0]!.trace!.initial).toEqual({ set: '2,1' });
});

test('depth first with a depth limit each step is counted once', async () => {
  const to: Readonly<Record<string, ReadonlyArray<string>>> = {
    r: ['x', 'a'],
    a: ['b'],
    b: ['c'],
    x: ['c'],
    c: ['d', 'r'],
    d: ['r'],
  };
  const nowhere = { properties: [{ name: 'any', kind: 'always', holds: () => true }] } as const;
  const graph: Model<string, string> = {
    ...{ name: 'graph', initial: ['r'], actions: (state) => to[state]!, next: (_, action) => action, ...nowhere },
    label: () => ({ family: 'to', args: [] }),
  };
  const place = slot('place', 'place', 'r');
  const walk = interaction({
    label: { family: 'to', args: [] },
    slots: [place],
    writes: [0],
    step: (at) => to[at]!.map((next) => ({ next: [next] })),
  });
  const parts: ComponentModel = {
    name: 'graph',
    slots: [place],
    interactions: [walk],
    properties: [{ name: 'any', kind: 'always', over: [over([place], () => true)] }],
  };
  for (const maxDepth of [4, 5, 100])
    for (const report of [
      await check(graph, { search: 'dfs', maxDepth }),
      await checkComponents(parts, { search: 'dfs', maxDepth }),
    ]) {
      expect([report.counts.distinct, report.counts.generated, report.stop.kind]).toEqual([6, 9, 'complete']);
      expect(report.coverage).toEqual([{ family: 'to', steps: 8, fresh: 5 }]);
    }
});
