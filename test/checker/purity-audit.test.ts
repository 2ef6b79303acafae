/** What a model is believed and asked again: that it depends on nothing else, and changes nothing. */
import { describe, expect, test } from 'vitest';
import { check, simulate } from '#bayou/checker/check.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { twoAnswers } from '#bayou/checker/contract/repeated-call.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, query, slot, type ComponentModel, type Model } from '#bayou/checker/model.js';
import type { Report } from '#bayou/checker/report.js';

interface Place {
  readonly x: number;
  readonly y: number;
  readonly log: ReadonlyArray<number>;
}

type Field = 'x' | 'y';

const SIDE = 30;
const isRare = ({ x, y }: { readonly x: number; readonly y: number }): boolean => x === 17 && y === 23;

/** 31 × 31 places. */
const places = (more: Partial<Model<Place, Field>>): Model<Place, Field> => ({
  name: 'places',
  initial: [{ x: 0, y: 0, log: [0] }],
  actions: (state) => (['x', 'y'] as const).filter((field) => state[field] < SIDE),
  next: (state, field) => ({ ...state, [field]: state[field] + 1 }),
  label: (field) => ({ family: field, args: [] }),
  properties: [{ name: 'within', kind: 'always', holds: ({ x, y }) => x <= SIDE && y <= SIDE }],
  ...more,
});

const line = async (run: Promise<Report>): Promise<string> => {
  try {
    const { verdict, counts } = await run;
    return `${verdict}, ${counts.distinct}`;
  } catch (error) {
    return (error as Error).message;
  }
};

let turns = 0;

describe('one of 961 states', () => {
  test.each([
    ['nothing', {}, /^holds, 961$/],
    ['a step that asks for random numbers', { next: (s: Place, f: Field) => (isRare(s) && Math.random() < 0.01 ? undefined : { ...s, [f]: s[f] + 1 }) }, /^next gives two answers .*after 40 steps, x: 17, y: 23/], // prettier-ignore
    ['actions that do', { actions: (s: Place) => (isRare(s) && Math.random() < 0.5 ? ['x'] : (['x', 'y'] as const).filter((f) => s[f] < SIDE)) as ReadonlyArray<Field> }, /^actions gives two answers/], // prettier-ignore
    ['a step that looks at a clock', { next: (s: Place, f: Field) => ({ ...s, [f]: s[f] + 1, ...(isRare(s) ? { log: [Date.now() > 4e12 ? 1 : Math.floor(Date.now() / 4e7)] } : {}) }) }, /^next gives two answers/], // prettier-ignore
    ['a step that changes its argument', { next: (s: Place, f: Field) => { if (isRare(s)) (s as { x: number }).x = 17.5; return { ...s, [f]: s[f] + 1 }; } }, /changes (what|the state that) it is given/], // prettier-ignore
    ['a step that changes a part of it', { next: (s: Place, f: Field) => { if (isRare(s)) (s.log as number[])[0] = 7; return { ...s, [f]: s[f] + 1 }; } }, /states are immutable values, make a new one/], // prettier-ignore
    ['a property that is random', { properties: [{ name: 'luck', kind: 'always', holds: (s: Place) => !isRare(s) || Math.random() < 1 }] }, /^holds, 961$/], // prettier-ignore
    ['a property that is random, and false now and then', { properties: [{ name: 'luck', kind: 'always', holds: (s: Place) => !isRare(s) || Math.random() < 0.9 }] }, /gives two answers for one input/], // prettier-ignore
    ['a property that is never the same twice', { properties: [{ name: 'turn', kind: 'always', holds: (s: Place) => !isRare(s) || turns++ % 2 === 1 }] }, /gives two answers for one input/], // prettier-ignore
  ] as ReadonlyArray<readonly [string, Partial<Model<Place, Field>>, RegExp]>)('%s', async (_, more, expected) => {
    expect(await line(check(places(more), {}))).toMatch(expected);
    expect(await line(check(places(more), { search: 'dfs' }))).toMatch(new RegExp(expected.source.replace(/ \.\*after.*/, '')));
  });
});

const [x, y] = [slot('n', 'x', 0), slot('n', 'y', 0)];

const parts = (roll: (n: number) => number): ComponentModel => ({
  name: 'parts',
  slots: [x, y],
  interactions: [x, y].map((counter) =>
    interaction({
      label: { family: 'up', args: [counter.name] },
      slots: [counter],
      writes: [0],
      step: (n) => (n < SIDE ? [{ next: [roll(n)] }] : []),
    }),
  ),
  properties: [{ name: 'within', kind: 'always', over: [over([x, y], (a, b) => a <= SIDE && b <= SIDE)] }],
});

describe('two answers are never told by one text', () => {
  const reusing = (): ComponentModel => {
    const outcomes = [{ next: [0] }];
    const { interactions, ...rest } = parts((n) => n);
    const step = (n: number): ReadonlyArray<{ readonly next: ReadonlyArray<number> }> => {
      if (n >= 5) return [];
      outcomes[0]!.next[0] = n + 1;
      return outcomes;
    };
    return { ...rest, interactions: interactions.map((one) => ({ ...one, step })) };
  };

  test.each([
    ['bfs', (model: ComponentModel) => checkComponents(model)],
    ['dfs', (model: ComponentModel) => checkComponents(model, { search: 'dfs' })],
    ['plain', (model: ComponentModel) => check(toModel(model))],
  ])('a step that fills one list again and again, %s', async (_, run) => {
    expect(await line(run(reusing()))).toMatch(
      /^interactions\[\d\]\.step changes an answer that it gave before, which is now \[ \{ next: \[ \d \] \} \]: answers are immutable values, make a new one each time/,
    );
  });

  test('answers that are alike for as long as they are shown: it says where they differ', () => {
    const long = (last: number): unknown => ({ log: [...Array.from({ length: 12 }, () => 'x'.repeat(30)), last] });
    expect(twoAnswers('next', long(1), long(2)).message).toMatch(
      /^next gives two answers for one input, .* …, which differ at log\[12\]: /,
    );
  });
});

test('components: a local step of one value', async () => {
  expect(await line(checkComponents(parts((n) => n + 1)))).toBe('holds, 961');
  const rolling = parts((n) => (n === 17 && Math.random() < 0.01 ? 20 : n + 1));
  expect(await line(checkComponents(rolling))).toMatch(/^interactions\[\d\]\.step gives two answers for one input/);
});

test('walks at random are audited too', async () => {
  const model = places({ next: (s, f) => (s.x + s.y === 12 && Math.random() < 0.01 ? undefined : { ...s, [f]: s[f] + 1 }) });
  expect(await line(simulate(model, { traces: 5, traceLength: 30 }))).toMatch(/^next gives two answers/);
});

describe('what is changed late, and then given to the model again', () => {
  interface Counter {
    readonly n: number;
  }
  const counter = slot<Counter>('counter', 'counter', { n: 0 });
  const other = slot('other', 'other', 0);
  const LATE = 300;
  const spoil = (value: object): void => void Object.assign(value, { more: 1 });
  const counting = (step: ComponentModel['interactions'][number]): ComponentModel => ({
    name: 'counting',
    slots: [counter, other],
    interactions: [step],
    properties: [{ name: 'positive', kind: 'always', over: [over([counter], ({ n }: Counter) => n >= 0)] }],
  });
  const label = { family: 'count', args: [] };
  const changesValue = counting(
    interaction({
      label,
      slots: [counter],
      writes: [0],
      step: (value: Counter) => {
        if (value.n === LATE) spoil(value);
        return [{ next: [{ n: value.n + 1 }] }];
      },
    }),
  );
  const asking = (changes: 'request' | 'reply'): ComponentModel =>
    counting(
      query({
        label,
        requester: counter,
        replier: other,
        query: {
          request: ({ n }: Counter) => ({ late: n > LATE, n: changes === 'request' ? n : 0 }),
          reply: (_: number, request: { readonly late: boolean; readonly n: number }) => {
            if (request.late && changes === 'request') spoil(request);
            return { late: request.late };
          },
          receive: ({ n }: Counter, reply: { readonly late: boolean }) => {
            if (reply.late && changes === 'reply') spoil(reply);
            return [{ next: { n: n + 1 } }];
          },
        },
      }),
    );
  const limit = { maxStates: 1_000 };
  const refusal =
    /a part of a state was changed after it was found, and is now .*more|changes what it is given, at more|gives two answers for one input/;

  test.each([
    ['a value, by components', () => checkComponents(changesValue, limit)],
    ['a value, by its number', () => check(internedModel(changesValue), limit)],
    ['a value, by its number, depth first', () => check(internedModel(changesValue), { ...limit, search: 'dfs' })],
    ['a value, by states', () => check(toModel(changesValue), limit)],
    ['a request', () => checkComponents(asking('request'), limit)],
    ['a reply', () => checkComponents(asking('reply'), limit)],
  ])('%s', async (_, run) => {
    expect(await line(run())).toMatch(refusal);
  });

  test.each([
    ['values by their numbers', () => check(internedModel(changesValue), { maxStates: 50_000 })],
    ['replies', () => checkComponents(asking('reply'), { maxStates: 50_000 })],
  ])('a search without end looks at %s as it grows', async (_, run) => {
    expect(await line(run())).toMatch(refusal);
  });
});

describe('what no encoding sees, beside what is known already', () => {
  const HIDDEN = Symbol('hidden');
  const [one, two] = [slot('n', 'one', { n: 0 }), slot('n', 'two', { n: 0 })];
  const up = (
    name: string,
    of: typeof one,
    next: (n: number) => { readonly n: number },
  ): ComponentModel['interactions'][number] =>
    interaction({
      label: { family: name, args: [] },
      slots: [of],
      writes: [0],
      step: ({ n }) => (n < 2 ? [{ next: [next(n + 1)] }] : []),
    });
  /** The first slot comes to each value first. The second comes to values that are the same but for what they hide. */
  const hiding = (hidden: (n: number) => { readonly n: number }): ComponentModel => ({
    name: 'hiding',
    slots: [one, two],
    interactions: [up('plain', one, (n) => ({ n })), up('hiding', two, hidden)],
    properties: [{ name: 'small', kind: 'always', over: [over([one], ({ n }) => n < 9)] }],
  });
  const asking = (said: (n: number) => object): ComponentModel => ({
    ...hiding((n) => ({ n })),
    interactions: [
      query({
        label: { family: 'ask', args: [] },
        requester: one,
        replier: two,
        query: {
          request: ({ n }) => (n < 2 ? said(n) : undefined),
          reply: () => 1,
          receive: ({ n }) => [{ next: { n: n + 1 } }],
        },
      }),
    ],
  });
  const withSymbol = (n: number): { readonly n: number } => Object.assign({ n }, { [HIDDEN]: 1 });
  const withGetter = (n: number): { readonly n: number } =>
    Object.defineProperty({ n }, 'more', { get: () => 1, enumerable: false });

  test.each([
    ['a symbol', hiding(withSymbol)],
    ['a getter', hiding(withGetter)],
    ['a symbol in a request', asking(withSymbol)],
    ['a getter in a request', asking(withGetter)],
  ])('%s is refused by every search', async (_, model) => {
    for (const run of [() => checkComponents(model), () => check(internedModel(model)), () => check(toModel(model))])
      expect(await line(run())).toMatch(/holds .*, which cannot be compared: leave it out/);
  });

  test('a progress that throws is named', async () => {
    const progress = (): number => {
      throw new TypeError('no such measure');
    };
    const model: ComponentModel = { ...hiding((n) => ({ n })), progress };
    expect(await line(checkComponents(model, { search: 'sweep' }))).toMatch(
      /^progress of \{ n: 0 \} threw TypeError: no such measure/,
    );
  });
});

describe('it says how much', () => {
  test('all of it while the space is small', async () => {
    const { audited } = await check(places({}), {});
    expect(audited!.repeated).toBe(audited!.runs);
  });

  test('a sample where it is large, and all of it where that is asked for', async () => {
    const large = places({ initial: [{ x: -150, y: -150, log: [0] }] });
    const sampled = (await check(large, {})).audited!;
    expect(sampled.repeated).toBeLessThan(sampled.runs);
    const all = (await check(large, { audit: true })).audited!;
    expect(all.repeated).toBe(all.runs);
  });
});
