/** A search judges the component model that it was given, where its owner changes that model meanwhile. */
import { expect, test } from 'vitest';
import {
  check,
  checkComponents,
  internedModel,
  interaction,
  over,
  slot,
  type ComponentModel,
  type Report,
} from '#bayou/checker/index.js';

const model = (): ComponentModel => {
  const [count, list] = [slot('count', 'count', 0), slot('list', 'list', { items: [1] })];
  return {
    name: 'counter',
    slots: [count, list],
    initial: [{ count: 0 }, { count: 1 }],
    interactions: [
      interaction({
        label: { family: 'up', args: [1] },
        slots: [count, list],
        writes: [0],
        step: (n, items) => (n < 2_000 ? [{ next: [n + 1, items] }] : []),
        guard: over([count], (n) => n < 2_000),
        fairness: { name: 'up', strong: true },
      }),
    ],
    properties: [
      { name: 'below', kind: 'always', over: [over([count], (n) => n < 1_900)] },
      { name: 'one item', kind: 'always', over: [over([list], ({ items }) => items[0] === 1)] },
      { name: 'up', kind: 'eventually', over: [over([count], (n) => n > 10)] },
    ],
    boundary: [over([count], (n) => n < 1_950)],
  };
};

type Loose<T> = T extends (...args: never) => unknown ? T : { -readonly [K in keyof T]: Loose<T[K]> };

const CHANGES: Readonly<Record<string, (model: Loose<ComponentModel>) => void>> = {
  'a slot': ({ slots }) => Object.assign(slots[0]!, { initial: 7, kind: 'list', name: 'other' }),
  'the initial states': ({ initial }) => Object.assign(initial![0]!, { count: 99 }),
  'the slots of a step': ({ interactions }) => interactions[0]!.slots.reverse(),
  'the writes of a step': ({ interactions }) => interactions[0]!.writes.push(1),
  'a label': ({ interactions }) => interactions[0]!.label.args.push(2),
  'a fairness': ({ interactions }) => Object.assign(interactions[0]!.fairness!, { strong: false }),
  'a guard': ({ interactions }) => Object.assign(interactions[0]!.guard!, { holds: () => false }),
  'a step': ({ interactions }) => Object.assign(interactions[0]!, { step: () => [] }),
  'a predicate': ({ properties }) => Object.assign((properties[0] as { over: object[] }).over[0]!, { holds: () => true }),
  'a property': ({ properties }) => Object.assign(properties[0]!, { name: 'other', kind: 'sometimes' }),
  'the list of properties': ({ properties }) => properties.splice(0, 2),
  'the boundary': ({ boundary }) => Object.assign(boundary![0]!, { holds: () => false }),
};

const SEARCHES: Readonly<Record<string, (model: ComponentModel) => Promise<Report>>> = {
  'by the components': (given) => checkComponents(given, { keepGoing: true }),
  interned: (given) => check(internedModel(given), { keepGoing: true }),
};

const judged = ({ counts, properties }: Report): unknown => ({ counts, properties });

test.each(Object.keys(CHANGES).flatMap((what) => Object.keys(SEARCHES).map((how) => [what, how] as const)))(
  '%s is changed, %s',
  async (what, how) => {
    const expected = judged(await SEARCHES[how]!(model()));
    const given = model();
    const running = SEARCHES[how]!(given);
    CHANGES[what]!(given as Loose<ComponentModel>);
    expect(judged(await running)).toEqual(expected);
  },
);

test('an initial value that is changed is refused', async () => {
  const given = model();
  const running = checkComponents(given);
  (given.slots[1]!.initial as { items: number[] }).items[0] = 2;
  await expect(running).rejects.toThrow('was changed after it was found, and is now { items: [ 2 ] }');
});
