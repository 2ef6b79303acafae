import { checkComponents, checkComponentsNear } from '#bayou/checker/factored/check-components.js';
import { over, slot, interaction, type ComponentModel, type Slot } from '#bayou/checker/model.js';
import { describe, expect, test } from 'vitest';
import { bayouS } from './fixtures/bayou-s.js';

const small = { servers: 2, clients: 2, keys: 1, puts: 3 };
const large = { servers: 3, clients: 2, keys: 1, puts: 3 };

/** Counters that rise one by one, eight of them to nine: a hundred million states, and bad ones, for each sum that two counters must not reach. */
const counters = (bads: ReadonlyArray<number>, count = 8, onStep = (): void => undefined): ComponentModel => {
  const slots = Array.from({ length: count }, (_, i): Slot<number> => slot('counter', `n${String(i)}`, 0));
  const [first, second] = slots as [Slot<number>, Slot<number>];
  return {
    name: 'counters',
    slots,
    interactions: slots.map((n) =>
      interaction({
        label: { family: 'Rise', args: [n.name] },
        slots: [n],
        writes: [0],
        step: (x) => {
          onStep();
          return x < 9 ? [{ next: [x + 1] }] : [];
        },
      }),
    ),
    properties: bads.map((bad) => ({
      kind: 'always',
      name: `never ${String(bad)}`,
      over: [over([first, second], (a, b) => a + b < bad)],
    })),
    progress: (_kind, n: number) => n,
  };
};

describe('auto', () => {
  test('is breadth first while the space is small', async () => {
    const [auto, bfs] = await Promise.all([
      checkComponents(bayouS(small), { search: 'auto' }),
      checkComponents(bayouS(small), { search: 'bfs' }),
    ]);
    expect(auto).toMatchObject({ search: 'bfs', verdict: 'holds', counts: bfs.counts });
  });

  test('is a sweep where the space is large and the model declares progress', async () => {
    const report = await checkComponents(bayouS(large), { search: 'auto' });
    expect(report).toMatchObject({ search: 'sweep', verdict: 'holds', stop: { kind: 'complete' } });
    expect(report.counts).toMatchObject({ distinct: 279_445, queue: 0 });
    const { progress: _, ...without } = bayouS(large);
    expect(await checkComponents(without, { search: 'auto' })).toMatchObject({ search: 'bfs', counts: { distinct: 279_445 } });
  });

  test.each([{ maxDepth: 200 }, { maxStates: 1_000_000 }, { hashBits: 60 }, { witnessTraces: true }])(
    'is breadth first to its end with %o, which a sweep has no answer to',
    async (options) => {
      expect((await checkComponents(bayouS(large), { search: 'auto', ...options })).search).toBe('bfs');
    },
  );

  test.each([
    [3, 'bfs'],
    [18, 'sweep'],
  ])('finds a violation %i steps away, with a shortest run to it (%s)', async (bad, search) => {
    const report = await checkComponents(counters([bad]), { search: 'auto' });
    expect(report).toMatchObject({ search, verdict: 'violated' });
    expect(report.properties[0]?.trace?.steps).toHaveLength(bad);
    expect(report.properties[0]?.trace?.shortest).toBe(true);
  });

  test('runs a function of the model no more often than a sweep alone', async () => {
    const calls = async (search: 'auto' | 'sweep'): Promise<number> => {
      let calls = 0;
      const model = counters([99], 4, () => {
        calls++;
      });
      const report = await checkComponentsNear(model, { search, locals: [] }, 1_000);
      expect(report).toMatchObject({ search: 'sweep', verdict: 'holds', counts: { distinct: 10 ** 4 } });
      return calls;
    };
    expect(await calls('auto')).toBe(await calls('sweep'));
  });

  test('keeps what it found breadth first, with its run, and finds the rest as a sweep', async () => {
    const report = await checkComponentsNear(counters([3, 18], 4), { search: 'auto', keepGoing: true }, 1_000);
    expect(report).toMatchObject({ search: 'sweep', verdict: 'violated' });
    expect(report.properties.map(({ verdict, trace }) => [verdict, trace?.steps.length])).toEqual([
      ['violated', 3],
      ['violated', 18],
    ]);
  });

  test('that is stopped as a sweep says how deep it was complete before', async () => {
    const stopped = new AbortController();
    const report = await checkComponents(counters([99]), {
      search: 'auto',
      signal: stopped.signal,
      progressEveryMs: 0,
      onProgress: ({ distinct }) => {
        if (distinct > 1_000_000) stopped.abort();
      },
    });
    expect(report).toMatchObject({ search: 'sweep', verdict: 'interrupted' });
    expect(report.counts.completeDepth).toBeGreaterThan(3);
  });
});
