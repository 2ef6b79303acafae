/** What a search counts is what it found. The making of runs comes to states that the search took for others, and counts none of them. */
import { checkSync } from '#bayou/checker/check.js';
import type { Model } from '#bayou/checker/model.js';
import type { CheckOptions } from '#bayou/checker/options.js';
import type { Report } from '#bayou/checker/report.js';
import { expect, test } from 'vitest';

/** A tree whose inner nodes have 21 children each. */
const tree = (bad: number, more: Partial<Model<number, number>> = {}): Model<number, number> => ({
  name: 'tree',
  initial: [0],
  actions: (n) => (n < 40 ? Array.from({ length: 21 }, (_, a) => a) : []),
  next: (n, a) => 21 * n + a + 1,
  label: (a) => ({ family: 'child', args: [a] }),
  properties: [
    { name: 'fine', kind: 'always', holds: (n) => n >= 0 },
    { name: 'bad', kind: 'always', holds: (n) => n !== bad },
  ],
  ...more,
});

const counted = ({ counts, statistics: { omission } }: Report): unknown => ({ counts, omission });

/** The states to which runs are made. Among them are some whose run goes through a state that the search took for its sibling. */
const ENDS = [...Array.from({ length: 20 }, (_, i) => 150 + i), ...Array.from({ length: 30 }, (_, i) => 290 + i)];

const WAYS: ReadonlyArray<readonly [string, Partial<Model<number, number>>, CheckOptions]> = [
  ['states', {}, { hashBits: 9 }],
  ['texts', { key: String }, { hashBits: 9 }],
];

test.each(WAYS)('with the hashes of %s they are the same with a run and without one', (_, more, options) => {
  const told = (bad: number, properties: ReadonlyArray<string>): Report =>
    checkSync(tree(bad, more), { ...options, keepGoing: true, properties });
  const without = counted(told(0, ['fine']));
  const reports = ENDS.map((bad) => told(bad, ['fine', 'bad']));
  expect(reports.filter(({ properties }) => properties[1]!.trace !== undefined).length).toBeGreaterThan(10);
  expect(reports.map(counted)).toEqual(ENDS.map(() => without));
});
