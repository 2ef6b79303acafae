/**
 * A model that changes what it is given, once, late, and so that a second time changes nothing more: no repeated call shows it. Each kind of part is
 * changed in each way, in a field of a state, deeper, and as the state itself.
 */
import { describe, expect, test } from 'vitest';
import { check, checkSync } from '../../src/checker/check.js';
import { checkComponents } from '../../src/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel, type Model } from '../../src/checker/model.js';
import { toModel } from '../../src/checker/component-model/as-model.js';
import { internedModel } from '../../src/checker/component-model/interned.js';

class Votes {
  a: unknown = 0;
}

type Change = readonly [name: string, make: () => object, change: (part: object) => void];

const field = (name: string | symbol, value: unknown) => (part: object) => Reflect.set(part, name, value);

const CHANGES: ReadonlyArray<Change> = [
  ['a field is added', () => ({}), field('a', true)],
  ['a field of no value is added', () => ({}), field('a', undefined)],
  ['a field becomes NaN', () => ({ a: 0 }), field('a', NaN)],
  ['a field becomes another text', () => ({ a: 'x' }), field('a', 'y')],
  ['a field becomes an object', () => ({ a: 0 }), field('a', { b: 1 })],
  ['a field is taken away', () => ({ a: undefined }), (part) => Reflect.deleteProperty(part, 'a')],
  ['a hidden field is added', () => ({}), (part) => Reflect.defineProperty(part, 'a', { value: 1, configurable: true })],
  ['a field with a symbol is added', () => ({}), field(Symbol.for('a'), 1)],
  ['an item is added', () => [], (part) => ((part as unknown[])[0] = 1)],
  ['an item is taken away', () => [1], (part) => ((part as unknown[]).length = 0)],
  ['an item becomes NaN', () => [1], field('0', NaN)],
  ['a list gets a field', () => [1], field('a', 1)],
  ['a member is added', () => new Set(), (part) => (part as Set<string>).add('a')],
  ['a key is added', () => new Map(), (part) => (part as Map<string, number>).set('a', 1)],
  ['a day is set', () => new Date(0), (part) => (part as Date).setFullYear(2000)],
  ['a field of a class is changed', () => new Votes(), field('a', 1)],
];

interface Counted {
  readonly n: number;
  readonly part: unknown;
}

/** Counts to 40, and then may change its part. */
const counting = (part: unknown, change: (part: unknown) => void): Model<Counted, 'inc' | 'change' | 'wait'> => ({
  name: 'counting',
  initial: [{ n: 0, part }],
  actions: ({ n }) => (n < 40 ? ['inc'] : ['change', 'wait']),
  next: (state, action) => {
    if (action === 'inc') return { ...state, n: state.n + 1 };
    if (action === 'wait') return { ...state };
    change(state.part);
    return { ...state, n: 41 };
  },
  label: (action) => ({ family: action, args: [] }),
  properties: [{ name: 'fine', kind: 'always', holds: ({ n }) => n < 50 }],
});

/** The same as one component. */
const ofOneSlot = (part: object, change: (part: object) => void): ComponentModel => {
  const s = slot<{ readonly n: number; readonly part: object }>('counted', 's', { n: 0, part });
  const stepping = (family: string, step: (state: { readonly n: number; readonly part: object }) => number | undefined) =>
    interaction({
      label: { family, args: [] },
      slots: [s],
      writes: [0],
      step: (state) => {
        const n = step(state);
        return n === undefined ? [] : [{ next: [{ ...state, n }] }];
      },
    });
  return {
    name: 'counting',
    slots: [s],
    interactions: [
      stepping('inc', ({ n }) => (n < 40 ? n + 1 : undefined)),
      stepping('change', (state) => {
        if (state.n !== 40) return undefined;
        change(state.part);
        return 41;
      }),
    ],
    properties: [{ name: 'fine', kind: 'always', over: [over([s], ({ n }) => n < 50)] }],
  };
};

const REFUSED = /changes? |was changed|is now|^a state holds/;

describe.each(CHANGES)('%s', (_, make, change) => {
  test.each([{}, { hashBits: 64 as const }, { search: 'dfs' as const }])('in a field of a state: %j', async (options) => {
    await expect(check(counting(make(), change as never), options)).rejects.toThrow(REFUSED);
  });

  test('deeper in a state', () => {
    expect(() => checkSync(counting({ in: [make()] }, (part) => change((part as { in: [object] }).in[0])))).toThrow(REFUSED);
  });

  test('in a component', async () => {
    await expect(checkComponents(ofOneSlot(make(), change), {})).rejects.toThrow(REFUSED);
    await expect(check(toModel(ofOneSlot(make(), change)))).rejects.toThrow(REFUSED);
    await expect(check(internedModel(ofOneSlot(make(), change)))).rejects.toThrow(REFUSED);
  });
});

/** Ways to change a state itself, of each kind that a state may be. */
const WHOLE: ReadonlyArray<Change> = CHANGES.filter(([, make]) => !(make() instanceof Date));

test.each(WHOLE)('in a state itself: %s', async (_, make, change) => {
  const { keys } = Object;
  const size = (state: object): number =>
    state instanceof Set || state instanceof Map ? state.size : Array.isArray(state) ? state.length : keys(state).length;
  /** States from 0 to 40 are numbers; then comes the one that may be changed, and its end. */
  const model: Model<number | object, 'inc' | 'change' | 'stop'> = {
    name: 'whole',
    initial: [0],
    actions: (state) => (typeof state === 'number' ? (state < 41 ? ['inc'] : []) : ['change', 'stop']),
    next: (state, action) => {
      if (typeof state === 'number') return state === 40 ? make() : state + 1;
      if (action === 'stop') return 41 + size(state);
      change(state);
      return 50;
    },
    label: (action) => ({ family: action, args: [] }),
    properties: [{ name: 'fine', kind: 'always', holds: (state) => state !== 60 }],
  };
  for (const options of [{}, { hashBits: 64 }, { search: 'dfs' as const }])
    await expect(check(model, options)).rejects.toThrow(REFUSED);
});

test('an action that is changed after it was given', () => {
  const vote = { does: 'vote', done: false };
  const model: Model<number, { does: string; done: boolean }> = {
    name: 'shared action',
    initial: [0],
    actions: () => [vote],
    next: (n, action) => {
      if (n === 40) action.done = true;
      return n < 50 ? n + 1 : undefined;
    },
    label: ({ does }) => ({ family: does, args: [] }),
    properties: [{ name: 'fine', kind: 'always', holds: (n) => n < 60 }],
  };
  expect(() => checkSync(model)).toThrow('a function of the model changes what actions gave before');
});
