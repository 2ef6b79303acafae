/** Random walks of components whose key takes values for one: what is told of the walks by numbers, and what of those by values. */
import { expect, test } from 'vitest';
import { byWalks } from '../../src/cli/check/walks.js';
import { interaction, over, slot, type ComponentModel } from '../../src/checker/model.js';

interface Held {
  readonly k: number;
  readonly by: string;
}

const [a, b] = [slot<Held>('held', 'a', { k: 0, by: '' }), slot<Held>('held', 'b', { k: 0, by: '' })];

const taking = (of: typeof a, name: string) =>
  interaction({
    label: { family: 'take', args: [name] },
    slots: [of],
    writes: [0],
    step: ({ k }) => (k === 0 ? [{ next: [{ k: 1, by: name }] }] : []),
  });

const counter = slot<number>('number', 'n', 0);
const counting = interaction({
  label: { family: 'inc', args: [] },
  slots: [counter],
  writes: [0],
  step: (i) => [{ next: [(i + 1) % 100] }],
});
const small = (holds: (i: number) => boolean): ComponentModel['properties'][number] => ({
  name: 'small',
  kind: 'always',
  over: [over([counter], holds)],
});

/** Two slots of one key: by numbers the second comes to the value of the first, which it never has. */
const held = (apart: (one: Held, two: Held) => boolean): ComponentModel => ({
  name: 'held',
  slots: [a, b],
  key: (_, local) => String((local as Held).k),
  interactions: [taking(a, 'a'), taking(b, 'b')],
  properties: [{ name: 'apart', kind: 'always', over: [over([a, b], apart)] }],
});

const areApart = (one: Held, two: Held): boolean => one.by === '' || one.by !== two.by;

test('a fault on a walk that is no run of the model is none of the model', async () => {
  const model = held((one, two) => {
    if (!areApart(one, two)) throw new Error(`both by ${one.by}`);
    return true;
  });
  expect(await byWalks(model, { traces: 20 })).toMatchObject({ verdict: 'bounded', stop: { kind: 'traces' } });
});

test('a fault on a run of the model is told', async () => {
  const model = held((one, two) => {
    if (one.by === 'a' && two.by === 'b') throw new Error('both are taken');
    return true;
  });
  await expect(byWalks(model, { traces: 20 })).rejects.toThrow('both are taken');
});

test('a fault where the key takes no two values for one is told, though nothing may come after it', async () => {
  const stopping = new AbortController();
  const model: ComponentModel = {
    name: 'apart',
    slots: [counter],
    key: (_, i) => String(i),
    interactions: [counting],
    properties: [
      small((i) => {
        if (i < 15) return true;
        stopping.abort();
        throw new Error('it is great');
      }),
    ],
  };
  await expect(byWalks(model, { traces: 1e9, signal: stopping.signal })).rejects.toThrow('it is great');
});

test('walks by values take the time that is left, and the limit is told as it was given', async () => {
  const report = await byWalks(held(areApart), { traces: 1e9, maxMs: 50 });
  expect(report).toMatchObject({ verdict: 'bounded', stop: { kind: 'time', limit: 50 } });
  expect(report.statistics.elapsedMs).toBeGreaterThanOrEqual(50);
});

test('walks by numbers that were interrupted are told', async () => {
  const stopping = new AbortController();
  const model = held((one, two) => {
    if (two.by !== '') stopping.abort();
    return one.k < 2;
  });
  const report = await byWalks(model, { traces: 1e9, signal: stopping.signal });
  expect(report.stop).toEqual({ kind: 'interrupted' });
  expect(report.counts.distinct).toBeGreaterThan(1);
});

test('a violation that walks by numbers are sure of is told, though nothing may come after it', async () => {
  const stopping = new AbortController();
  const bag = slot<ReadonlySet<string>>('set', 'bag', new Set<string>());
  const adding = (member: string) =>
    interaction({
      label: { family: 'add', args: [member] },
      slots: [bag],
      writes: [0],
      step: (members) => [{ next: [new Set(members.has(member) ? [] : [...members, member])] }],
    });
  const model: ComponentModel = {
    name: 'forms',
    slots: [bag, counter],
    key: (kind, local) => (kind === 'set' ? [...(local as ReadonlySet<string>)].sort().join() : String(local)),
    interactions: [adding('x'), adding('y'), counting],
    properties: [
      small((i) => {
        if (i === 15) stopping.abort();
        return i !== 15;
      }),
    ],
  };
  const report = await byWalks(model, { traces: 1e9, signal: stopping.signal });
  expect(report).toMatchObject({ verdict: 'violated', statistics: { byKey: true } });
  expect(report.properties[0]?.trace?.steps.length).toBeGreaterThanOrEqual(15);
});
