/** What a key leaves out is not merged silently because it is hard to see (of many values, on a sample): hidden fields, symbols, fields of lists, values that contain themselves. */
import { describe, expect, test } from 'vitest';
import { check } from '#bayou/checker/check.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel, type Model } from '#bayou/checker/model.js';
import { isLike } from '#bayou/checker/values/like.js';

interface Counted {
  readonly n: number;
}

/** A way to keep something beside the count. */
interface Way {
  readonly make: (n: number, kept: number) => Counted;
  readonly kept: (counted: Counted) => number;
}

const KEPT = Symbol('kept');

const WAYS: Readonly<Record<string, Way>> = {
  'a hidden field': {
    make: (n, kept) => Object.defineProperty({ n }, 'kept', { value: kept, enumerable: false }),
    kept: (counted) => (counted as unknown as { readonly kept: number }).kept,
  },
  'a field whose key is a symbol': {
    make: (n, kept) => ({ n, [KEPT]: kept }) as Counted,
    kept: (counted) => (counted as unknown as { readonly [KEPT]: number })[KEPT],
  },
  'a field of a list': {
    make: (n, kept) => ({ n, list: Object.assign([n], { kept }) }) as Counted,
    kept: (counted) => (counted as unknown as { readonly list: { readonly kept: number } }).list.kept,
  },
};

const plain = ({ make, kept }: Way, most: number): Model<Counted, number> => ({
  name: 'plain',
  initial: [make(0, 0)],
  actions: ({ n }) => (n < most ? [0, 1] : []),
  next: (counted, put) => make(counted.n + 1, put === 1 ? 1 : kept(counted)),
  label: (put) => ({ family: 'count', args: [put] }),
  key: ({ n }) => String(n),
  properties: [{ name: 'nothing is kept', kind: 'always', holds: (counted) => kept(counted) === 0 }],
});

const components = ({ make, kept }: Way, most: number): ComponentModel => {
  const x = slot('x', 'counted', make(0, 0));
  const counting = (put: number) =>
    interaction({
      label: { family: 'count', args: [put] },
      slots: [x],
      writes: [0],
      step: (counted) => (counted.n < most ? [{ next: [make(counted.n + 1, put === 1 ? 1 : kept(counted))] }] : []),
    });
  return {
    name: 'components',
    slots: [x],
    key: (_, counted) => String((counted as Counted).n),
    interactions: [counting(0), counting(1)],
    properties: [{ name: 'nothing is kept', kind: 'always', over: [over([x], (counted) => kept(counted) === 0)] }],
  };
};

const NOT_ALIKE = 'are one state to the key, and the two are not alike';

describe.each(Object.entries(WAYS))('%s', (_, way) => {
  test('two values with one key are told apart by it', async () => {
    await expect(check(plain(way, 3))).rejects.toThrow(NOT_ALIKE);
    await expect(checkComponents(components(way, 3))).rejects.toThrow(NOT_ALIKE);
  });

  test('is a difference', () => {
    expect(isLike(way.make(0, 0), way.make(0, 1))).toBe(false);
    expect(isLike(way.make(0, 0), { n: 0 })).toBe(false);
  });
});

test('a field that is hidden in one of two values alone is a difference', () => {
  const hidden = Object.defineProperty({ n: 0 }, 'kept', { value: 1 });
  const list = Object.defineProperty([0, 1], 1, { enumerable: false });
  for (const [one, other] of [
    [{ n: 0, kept: 1 }, hidden],
    [[0, 1], list],
  ] as const)
    // prettier-ignore
    expect([isLike(one, other), isLike(other, one)]).toEqual([false, false]);
});

test('a value that contains itself has a key, and is compared', async () => {
  const way: Way = {
    make: (n) => {
      const counted = { n };
      return Object.assign(counted, { itself: counted });
    },
    kept: () => 0,
  };
  for (const report of [await check(plain(way, 3)), await checkComponents(components(way, 3))])
    expect(report).toMatchObject({ verdict: 'holds', counts: { distinct: 4 } });
});

describe('a part that two values share, whatever is in it', () => {
  const shared = {
    'a getter that throws': {
      get part(): number {
        throw new Error('boom');
      },
    },
    'a hidden field': Object.defineProperty({}, 'id', { value: 1 }),
    'a list with fields': /x/.exec('x'),
  };
  test.each(Object.entries(shared))('%s: the two are alike, and nothing is merged', async (_, part) => {
    const way = (n: number): Counted => ({ n, part }) as Counted;
    const model = plain({ make: way, kept: () => 0 }, 3);
    const properties = [...model.properties, { name: 'ends', kind: 'eventually' as const, holds: ({ n }: Counted) => n === 3 }];
    const report = await check({ ...model, properties, show: ({ n }) => ({ n: String(n) }), parts: ({ n }) => ({ n }) });
    expect(report).toMatchObject({ verdict: 'holds', counts: { distinct: 4 } });
    expect(report.statistics.byKey).toBeUndefined();
    expect((await checkComponents(components({ make: way, kept: () => 0 }, 3))).statistics.byKey).toBeUndefined();
  });
});

describe('what is hidden in one of 1,100 values with a key, neither among the first 1,000 that are compared nor on the sample', () => {
  const MOST = 1_100;
  const LATE = 1_050;
  const { make, kept } = WAYS['a field whose key is a symbol']!;
  const way: Way = { make: (n, put) => make(n, n === LATE ? put : 0), kept };
  const isMerging = { statistics: { byKey: true } };

  test('is found with --audit', async () => {
    expect(await check(plain(way, MOST), { audit: true })).toMatchObject(isMerging);
    expect(await checkComponents(components(way, MOST), { audit: true })).toMatchObject(isMerging);
  });

  test('is found by a plain search of a model with liveness', async () => {
    const properties = [{ name: 'ends', kind: 'eventually' as const, holds: ({ n }: Counted) => n === MOST }];
    expect(await check({ ...plain(way, MOST), properties })).toMatchObject({ verdict: 'bounded', ...isMerging });
  });
});
