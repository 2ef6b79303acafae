/** Sets and maps that are shut by methods of their own, as Immer leaves them: they are values like others. */
import { describe, expect, test } from 'vitest';
import { check, checkSync } from '../../src/checker/check.js';
import { checkComponents } from '../../src/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel, type Model } from '../../src/checker/model.js';

/** Freezes a set or map as Immer's `autoFreeze` does: one function for all methods that would change it. */
const shut = <T extends object>(collection: T): T => {
  const value = (): never => {
    throw new Error('this object has been frozen and should not be mutated');
  };
  const method = { value };
  return Object.freeze(Object.defineProperties(collection, { set: method, add: method, delete: method, clear: method }));
};

interface Seen {
  readonly members: ReadonlySet<number>;
  readonly counts: ReadonlyMap<number, number>;
}

const after = ({ members, counts }: Seen, n: number): Seen => ({
  members: shut(new Set([...members, n])),
  counts: shut(new Map([...counts, [n, ((counts.get(n) ?? 0) + 1) % 2]])),
});

const NONE: Seen = { members: shut(new Set<number>()), counts: shut(new Map<number, number>()) };

const model: Model<Seen, number> = {
  name: 'seen',
  initial: [NONE],
  actions: () => [0, 1, 2],
  next: after,
  label: (n) => ({ family: 'see', args: [n] }),
  properties: [{ name: 'three', kind: 'always', holds: ({ members }) => members.size < 4 }],
};

const seen = slot<Seen>('seen', 'seen', NONE);
const components: ComponentModel = {
  name: 'seen',
  slots: [seen],
  interactions: [0, 1, 2].map((n) =>
    interaction({
      label: { family: 'see', args: [n] },
      slots: [seen],
      writes: [0],
      step: (state) => [{ next: [after(state, n)] }],
    }),
  ),
  properties: [{ name: 'three', kind: 'always', over: [over([seen], ({ members }) => members.size < 4)] }],
};

/** Each number was not seen, or an odd or even number of times. */
const STATES = 27;

describe('of sets and maps that are shut', () => {
  test.each([{}, { search: 'dfs' as const }, { hashBits: 64 }, { audit: true }])('all states are found: %j', async (options) => {
    expect(await check(model, options)).toMatchObject({ verdict: 'holds', counts: { distinct: STATES } });
    expect(await checkComponents(components, options)).toMatchObject({ verdict: 'holds', counts: { distinct: STATES } });
  });
});

test('a set that is open, or has another field, is refused', () => {
  const open = Object.assign(new Set([1]), { add: () => undefined });
  const more = Object.freeze(Object.assign(new Set([1]), { add: () => undefined, more: 1 }));
  for (const members of [open, more])
    expect(() => checkSync({ ...model, initial: [{ ...NONE, members }] })).toThrow('a Set with fields of its own');
});
