/** Searches for whose states V8 gets no memory. */
import { check } from '#bayou/checker/check.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel } from '#bayou/checker/model.js';
import type { Report } from '#bayou/checker/report.js';
import { afterEach, expect, test, vi } from 'vitest';

const MESSAGES = ['Array buffer allocation failed', 'Invalid typed array length: 8589934592'];

/** The most integers in one list, while the memory is at its end. */
const MOST = 1 << 15;

/** Gives the error of V8 for each list of integers that is long. */
const exhaust = (message: string): void => {
  const refusing: ProxyHandler<Int32ArrayConstructor> = {
    construct: (target, args: ReadonlyArray<unknown>, made) => {
      if (typeof args[0] === 'number' && args[0] > MOST) throw new RangeError(message);
      return Reflect.construct(target, args, made) as Int32Array;
    },
  };
  vi.stubGlobal('Int32Array', new Proxy(Int32Array, refusing));
};

afterEach(() => {
  vi.unstubAllGlobals();
});

const count = slot('count', 'count', 0);

/** A counter with as many states as do not fit. */
const counter: ComponentModel = {
  name: 'counter',
  slots: [count],
  interactions: [
    interaction({
      label: { family: 'count', args: [] },
      slots: [count],
      writes: [0],
      step: (n: number) => (n < 2 * MOST ? [{ next: [n + 1] as const }] : []),
    }),
  ],
  properties: [{ name: 'it counts', kind: 'always', over: [over([count], (n) => n >= 0)] }],
  progress: (_kind, n) => n,
};

const plain = toModel(counter);

const SEARCHES: ReadonlyArray<readonly [string, () => Promise<Report>]> = [
  ['breadth first', () => check(plain)],
  ['depth first', () => check(plain, { search: 'dfs' })],
  ['by a sweep', () => check({ ...plain, progress: () => 0 }, { search: 'sweep' })],
  ['by texts', () => check({ ...plain, key: String })],
  ['by hashes', () => check(plain, { hashBits: 64 })],
  ['components', () => checkComponents(counter)],
  ['components, depth first', () => checkComponents(counter, { search: 'dfs' })],
  ['components, by a sweep', () => checkComponents(counter, { search: 'sweep' })],
];

test.each(SEARCHES)('a lack of memory is told as one: %s', async (_, search) => {
  for (const message of MESSAGES) {
    exhaust(message);
    await expect(search()).rejects.toMatchObject({
      name: 'CheckerError',
      code: 'option',
      message: expect.stringMatching(`^the memory for the states is at its end \\(${message}\\): `) as string,
    });
    vi.unstubAllGlobals();
  }
});
