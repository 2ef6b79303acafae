/** A step is said to be never enabled only where that is known: under a reduction its image may have been taken in its place. */
import { describe, expect, test } from 'vitest';
import { check, simulate } from '#bayou/checker/check.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel, type Interaction, type Model } from '#bayou/checker/model.js';
import { summaryLines, verdictLine } from '#bayou/checker/output/summary.js';
import type { Report } from '#bayou/checker/report.js';

/** Two alike clients and a lock. No client ever does `never`. `count` makes the space larger. */
const lockOf = (count: number): ComponentModel => {
  const lock = slot('lock', 'lock', -1);
  const clients = [0, 1].map((i) => slot('client', `c${i}`, 'idle'));
  const counter = slot('count', 'count', 0);
  return {
    name: 'lock',
    slots: [lock, ...clients, counter],
    interactions: [
      ...clients.flatMap((client, i) => [
        interaction({
          label: { family: 'take', args: [i] },
          slots: [lock, client],
          writes: [0, 1],
          step: (holder, at) => (holder === -1 && at === 'idle' ? [{ next: [i, 'in'] }] : []),
        }),
        interaction({
          label: { family: 'leave', args: [i] },
          slots: [lock, client],
          writes: [0, 1],
          step: (holder, at) => (holder === i && at === 'in' ? [{ next: [-1, 'idle'] }] : []),
        }),
        interaction({ label: { family: 'never', args: [i] }, slots: [client], writes: [0], step: () => [] }),
      ]),
      interaction({
        label: { family: 'tick', args: [] },
        slots: [counter],
        writes: [0],
        step: (n) => (n < count ? [{ next: [n + 1] }] : []),
      }),
    ],
    properties: [
      { name: 'one', kind: 'always', over: [over([clients[0]!, clients[1]!], (a, b) => a === 'idle' || b === 'idle')] },
    ],
    symmetry: [
      {
        name: 'swap',
        slotTo: [0, 2, 1, 3],
        apply: (kind, local) => (kind === 'lock' && (local as number) >= 0 ? 1 - (local as number) : local),
      },
    ],
  };
};

const OPTIONS = { symmetry: true, requireWitnesses: true } as const;

const families = (by: (i: number) => string): Model<number, readonly [does: string, i: number]> => ({
  name: 'families',
  initial: [-1],
  actions: (holder) => (holder === -1 ? [['take', 0], ['take', 1]] : [['leave', holder]]), // prettier-ignore
  next: (_, [does, i]) => (does === 'take' ? i : -1),
  label: ([does, i]) => ({ family: `${does}${by(i)}`, args: [] }),
  families: [0, 1].flatMap((i) => [`take${by(i)}`, `leave${by(i)}`, `wait${by(i)}`]),
  properties: [{ name: 'sane', kind: 'always', holds: (holder) => holder < 2 }],
  symmetry: [(holder) => (holder === -1 ? -1 : 1 - holder)],
});

test('what a search that stopped early did not see enabled or triggered is told as that', async () => {
  const late: Model<number, 'inc' | 'reset'> = {
    name: 'late',
    initial: [0],
    actions: () => ['inc', 'reset'],
    next: (n, does) => (does === 'inc' ? (n < 9 ? n + 1 : undefined) : n === 9 ? 0 : undefined),
    label: (does) => ({ family: does, args: [] }),
    families: ['inc', 'reset'],
    properties: [{ name: 'leads', kind: 'leadsTo', from: (n) => n === 8, to: (n) => n === 0 }],
  };
  const told = (report: Report): ReadonlyArray<string> => summaryLines(report).filter((line) => line.startsWith('  never'));
  const why = 'the search stopped before it had gone on from every state';
  expect(told(await check(late, { maxDepth: 4 }))).toEqual([
    `  never enabled: reset (${why})`,
    `  never triggered: leads (${why})`,
  ]);
  expect(told(await simulate(late, { traces: 2, traceLength: 3 }))).toEqual([
    '  never enabled: reset (random walks do not see every state)',
  ]);
  const stuck: Model<number, 'inc'> = {
    ...late,
    actions: () => ['inc'],
    properties: [{ name: 'goes on', kind: 'noDeadlock' }],
  };
  const ended = await check(stuck);
  expect(ended).toMatchObject({ stop: { kind: 'violation' }, counts: { queue: 0 } });
  expect(told(ended)).toEqual(['  never enabled: reset']);
  const properties = [{ name: 'leads', kind: 'leadsTo' as const, from: () => false, to: () => true }];
  const dead = { ...late, families: [...(late.families ?? []), 'gone'], properties };
  expect(told(await check(dead))).toEqual(['  never enabled: gone', '  never triggered: leads']);
});

test('what a second search did not look at, which was stopped, is not told as never triggered', async () => {
  const stopping = new AbortController();
  let isOnceThrough = false;
  const chain: Model<number, 'inc'> = {
    name: 'chain',
    initial: [0],
    actions: () => ['inc'],
    next: (n) => {
      // The second search comes by after the first has gone to the end.
      isOnceThrough ||= n === 20_000;
      if (isOnceThrough && n === 10_000) stopping.abort();
      return n < 20_000 ? n + 1 : undefined;
    },
    label: (does) => ({ family: does, args: [] }),
    progress: (n) => n,
    properties: [{ name: 'leads', kind: 'leadsTo', from: (n) => n === 20_000, to: () => true }],
  };
  const report = await check(chain, { search: 'sweep', signal: stopping.signal });
  expect(report).toMatchObject({ stop: { kind: 'interrupted' }, counts: { distinct: 20_001, queue: 0 } });
  expect(summaryLines(report)).toContain('  never triggered: leads (the search stopped before it had gone on from every state)');
});

describe('an audit of all states', () => {
  test.each(['bfs', 'dfs'] as const)(
    '%s: a step whose image alone was taken is not told, and one that no state has is',
    async (search) => {
      for (const report of [
        await checkComponents(lockOf(0), { ...OPTIONS, search }),
        await check(toModel(lockOf(0)), { ...OPTIONS, search }),
      ])
        expect(report.vacuity.neverEnabled).toEqual(['never', 'tick']);
    },
  );

  test('of families that the symmetry takes to each other, too', async () => {
    const report = await check(families(String), OPTIONS);
    expect([...report.vacuity.neverEnabled].sort()).toEqual(['wait0', 'wait1']);
  });
});

test('an audit of a part leaves it open', async () => {
  const report = await checkComponents(lockOf(30_000), OPTIONS);
  expect(report.audited?.reduction?.whole).toBe(false);
  expect(report.vacuity).toMatchObject({ neverEnabled: [], perhapsNeverEnabled: ['never'] });
  expect(report.verdict).toBe('bounded');
  expect(summaryLines(report).join('\n')).toContain('perhaps never enabled: never (the search takes states for one');
  expect(verdictLine(report)).toMatch(/^bounded \(some steps are perhaps never enabled\): all /);
  const vacuity = { ...report.vacuity, perhapsNeverEnabled: 'never' as unknown as ReadonlyArray<string> };
  expect(() => verdictLine({ ...report, vacuity })).toThrow('a report of a check');
  expect((await checkComponents(lockOf(30_000), { symmetry: true })).verdict).toBe('holds');
});

test('a search that stops early, too', async () => {
  for (const limits of [{ maxDepth: 3 }, { maxStates: 50 }]) {
    const { vacuity } = await checkComponents(lockOf(30_000), { ...OPTIONS, ...limits });
    expect(vacuity).toMatchObject({ neverEnabled: [], perhapsNeverEnabled: ['never'] });
  }
});

test('without a reduction each is told', async () => {
  expect((await checkComponents(lockOf(0))).vacuity.neverEnabled).toEqual(['never', 'tick']);
});

test('what the search has only in a state that stands for others is not taken for enabled', async () => {
  const [c0, c1] = [slot('client', 'c0', 'idle'), slot('client', 'c1', 'idle')];
  const leave = (who: typeof c0, i: number): Interaction =>
    interaction({
      label: { family: 'leave', args: [i] },
      slots: [who],
      writes: [0],
      step: (at) => (at === 'in' ? [{ next: ['idle'] }] : []),
    });
  const enter = interaction({
    label: { family: 'enter', args: [] },
    slots: [c0, c1],
    writes: [0],
    step: (mine, other) => (mine === 'idle' && other === 'idle' ? [{ next: ['in', other] }] : []),
  });
  const model: ComponentModel = {
    name: 'representatives',
    slots: [c0, c1],
    interactions: [enter, leave(c0, 0), leave(c1, 1)],
    properties: [{ name: 'p', kind: 'always', over: [over([c0], () => true)] }],
    symmetry: [{ name: 'swap', slotTo: [1, 0], apply: (_, local) => local }],
  };
  for (const search of ['bfs', 'dfs', 'sweep'] as const)
    expect((await checkComponents({ ...model, progress: () => 0 }, { ...OPTIONS, search })).vacuity.neverEnabled).toEqual([
      'leave 1',
    ]);
});

test('a label that is shown like a family, or like another label, is told for itself', async () => {
  const x = slot('x', 'x', 0);
  const count = slot('count', 'count', 0);
  const step = (args: ReadonlyArray<string>, isAlive: boolean): Interaction =>
    interaction({
      label: { family: 'tick', args },
      slots: [x],
      writes: [0],
      step: (n) => (isAlive && n < 2 ? [{ next: [n + 1] }] : []),
    });
  const model = (most: number): ComponentModel => ({
    name: 'alike',
    slots: [x, count],
    interactions: [
      step([], false),
      step(['a b'], true),
      step(['a', 'b'], false),
      interaction({
        label: { family: 'on', args: [] },
        slots: [count],
        writes: [0],
        step: (n) => (n < most ? [{ next: [n + 1] }] : []),
      }),
    ],
    properties: [{ name: 'p', kind: 'always', over: [over([x], () => true)] }],
    symmetry: [{ name: 'none', slotTo: [0, 1], apply: (_, local) => local }],
  });
  const dead = ['tick', 'tick a b'];
  expect((await checkComponents(model(1), OPTIONS)).vacuity.neverEnabled).toEqual(dead);
  expect((await checkComponents(model(1))).vacuity.neverEnabled).toEqual(dead);
  const { vacuity, verdict } = await checkComponents(model(30_000), OPTIONS);
  expect([vacuity.neverEnabled, vacuity.perhapsNeverEnabled, verdict]).toEqual([[], dead, 'bounded']);
});

test('a search that stopped before it saw that its key takes states for one leaves it open', async () => {
  const at = (where: number, h = 0): { readonly at: number; readonly h: number } => ({ at: where, h });
  const model: Model<{ readonly at: number; readonly h: number }, string> = {
    name: 'stopped',
    initial: [at(0)],
    actions: (state) =>
      state.at === 0 ? ['go'] : state.at === 5 ? ['left', 'right'] : state.at === 6 ? [state.h === 0 ? 'f' : 'g'] : [],
    next: (_, action) => (action === 'go' ? at(5) : action === 'left' ? at(6) : action === 'right' ? at(6, 1) : at(7)),
    label: (action) => ({ family: action, args: [] }),
    families: ['go', 'left', 'right', 'f', 'g'],
    properties: [{ name: 'p', kind: 'always', holds: () => true }],
    key: (state) => String(state.at),
    symmetry: [(state) => state],
  };
  const { vacuity } = await check(model, { symmetry: true, maxDepth: 1 });
  expect(vacuity.neverEnabled).toEqual([]);
  expect(vacuity.perhapsNeverEnabled).toContain('g');
});

test('a label of two steps is enabled where one of them is', async () => {
  const counter = slot('n', 'n', 0);
  const go = (isAble: (n: number) => boolean): Interaction =>
    interaction({
      label: { family: 'go', args: ['x'] },
      slots: [counter],
      writes: [0],
      step: (n) => (isAble(n) ? [{ next: [n + 1] }] : []),
    });
  const model: ComponentModel = {
    name: 'one label',
    slots: [counter],
    interactions: [go((n) => n < 2), go(() => false)],
    properties: [{ name: 'small', kind: 'always', over: [over([counter], (n) => n < 3)] }],
  };
  const reports = [await checkComponents(model), await check(toModel(model)), await checkComponents(model, { search: 'dfs' })];
  for (const report of reports) {
    expect(report.vacuity.neverEnabled).toEqual([]);
    expect(report.verdict).toBe('holds');
  }
});
