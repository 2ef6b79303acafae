/** What has one text and is not one thing: labels whose arguments differ in kind, or that begin where another ends; interactions of one label. */
import { expect, test } from 'vitest';
import { checkSync } from '#bayou/checker/check.js';
import { replay } from '#bayou/checker/component-model/replay.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel, type Label, type Model } from '#bayou/checker/model.js';
import { severalCounterexamples } from '#bayou/checker/runs/several.js';
import { withFewestSwitches } from '#bayou/checker/runs/switches.js';

/** Labels that are written alike. */
const ALIKE: ReadonlyArray<readonly [string, Label, Label]> = [
  ['a number and a text', { family: 'go', args: [1] }, { family: 'go', args: ['1'] }],
  ['a family of two words', { family: 'go to', args: [] }, { family: 'go', args: ['to'] }],
  ['the same', { family: 'go', args: [] }, { family: 'go', args: [] }],
];

test.each(ALIKE)('a run of components is replayed whichever of two interactions it takes: %s', async (_, one, other) => {
  const at = slot('at', 'at', 0);
  const to = (label: Label, from: number, next: number) =>
    interaction({ label, slots: [at], writes: [0], step: (now) => (now === from ? [{ next: [next] }] : []) });
  const model: ComponentModel = {
    name: 'alike',
    slots: [at],
    interactions: [to(one, 0, 1), to(other, 1, 2), to(one, 2, 3)],
    properties: [{ name: 'never three', kind: 'always', over: [over([at], (now) => now < 3)] }],
  };
  const { trace } = (await checkComponents(model)).properties[0]!;
  expect(trace!.steps).toHaveLength(3);
  const { refusal, broken } = replay(model, trace!.steps);
  expect([refusal, broken]).toEqual([undefined, [{ property: 'never three', after: 3 }]]);
  // What only one of them does here, and what none does.
  expect(replay(model, [{ label: other, state: { at: '1' } }]).refusal).toBeUndefined();
  expect(replay(model, [{ label: other, state: { at: '2' } }]).refusal).toMatchObject({ why: 'otherwise' });
  expect(replay(model, [{ label: one }, { label: one }, { label: one }, { label: one }]).refusal).toMatchObject({
    step: 3,
    why: 'disabled',
  });
});

/** The one step goes round for ever, and the other could end that. */
const circle = (one: Label, other: Label): Model<number, 'one' | 'other'> => ({
  name: 'circle',
  initial: [0],
  actions: () => ['one', 'other'],
  next: (n, action) => (n === 2 ? undefined : action === 'one' ? 1 - n : 2),
  label: (action) => (action === 'one' ? one : other),
  properties: [{ name: 'it ends', kind: 'eventually', holds: (n) => n === 2 }],
});

test.each(ALIKE.slice(0, 2))(
  'what is never done in a cycle is told beside what is done and written alike: %s',
  (_, one, other) => {
    const { trace } = checkSync(circle(one, other)).properties[0]!;
    expect(trace!.starved).toEqual([{ name: [other.family, ...other.args].join(' '), fairness: 'none', enabled: 2, of: 2 }]);
  },
);

test('two steps that are written alike are two ends of runs', async () => {
  const [, one, other] = ALIKE[0]!;
  const model: Model<number, 'one' | 'other'> = {
    ...circle(one, other),
    next: (n) => (n === 0 ? 1 : undefined),
    properties: [{ name: 'no step', kind: 'alwaysStep', holds: () => false }],
  };
  const found = await severalCounterexamples(model, model.properties[0]!, 5);
  expect(found.map(({ steps }) => steps[0]!.label.args)).toEqual([[1], ['1']]);
});

test('of several runs only those of the fewest steps are called shortest', async () => {
  const model: Model<number, number> = {
    name: 'far and near',
    initial: [0],
    actions: () => [1, 3],
    next: (n, more) => (n + more <= 9 ? n + more : undefined),
    label: (more) => ({ family: 'add', args: [more] }),
    properties: [{ name: 'small', kind: 'always', holds: (n) => n < 7 }],
  };
  const found = await severalCounterexamples(model, model.properties[0]!, 3);
  expect(found.map(({ steps, shortest }) => [steps.length, shortest])).toEqual([
    [3, true],
    [3, true],
    [4, false],
  ]);
});

test('a switch from the process 1 to the process of the text 1 is one', () => {
  // Both ways to "110" have three steps; the one by the number alone has no switch.
  const model: Model<string, Label> = {
    name: 'processes',
    initial: [''],
    actions: (done) =>
      done.length < 3 ? [...(done.length === 1 ? [{ family: 'b', args: ['1'] }] : []), { family: 'a', args: [1] }] : [],
    next: (done, { args }) => done + (typeof args[0] === 'number' ? 'n' : 't'),
    label: (action) => action,
    properties: [{ name: 'never done', kind: 'always', holds: (done) => done.length < 3 }],
  };
  const { properties } = withFewestSwitches(model, checkSync(model));
  expect(properties[0]!.trace!.steps.map(({ label }) => label.args[0])).toEqual([1, 1, 1]);
});
