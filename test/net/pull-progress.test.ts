import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beginPull, type PullOutcome, nextPull, type PullStep, PullTurns } from '../../src/net/pull-progress.js';

const CAME: ReadonlyArray<PullOutcome> = ['part', 'last', 'other', 'failed', 'silent'];

describe('a pull on its way (R9)', () => {
  test('is whole exactly where the last part came; a silent connection gets a second chance once, and useless answers three', () => {
    const ends: Record<string, number> = {};
    const step = fc.record({ came: fc.constantFrom<PullOutcome>(...CAME, 'part', 'part', 'other'), isOthersTurn: fc.boolean() });
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), fc.array(step, { minLength: 1, maxLength: 25 }), (isSync, isUp, steps) => {
        let turn: PullStep = beginPull(isSync, isUp);
        const came: PullOutcome[] = [];
        const times: string[] = [];
        for (const s of steps) {
          if (turn.effect.type === 'done') break;
          if (turn.effect.type === 'waitTurn') {
            // Who pulls in the background does not wait: the next pull goes on from where this one is.
            expect(isSync).toBe(true);
            turn = nextPull(turn.progress, { type: 'turn', isOthersTurn: s.isOthersTurn });
            continue;
          }
          // Only a pull that needs more than one part makes others wait.
          expect(turn.effect.takesTurn).toBe(came.at(-1) === 'part');
          times.push(turn.effect.time);
          came.push(s.came);
          turn = nextPull(turn.progress, { type: 'came', ...s });
        }
        expect(came.slice(0, -1).includes('last')).toBe(false);
        expect(times.indexOf('quick', 1)).toBe(-1);
        expect(times[0]).toBe(isSync ? (isUp ? 'quick' : 'left') : 'part');
        // All that is silent ends a pull, but for the first, where there was a connection that might let nothing pass.
        expect(came.flatMap((c, i) => (c === 'silent' && i < came.length - 1 ? [times[i]] : []))).toEqual(
          came[0] === 'silent' && isSync && isUp && came.length > 1 ? ['quick'] : [],
        );
        if (turn.effect.type !== 'done') return;
        const last = came.at(-1)!;
        ends[last] = (ends[last] ?? 0) + 1;
        expect(turn.effect.isWhole).toBe(last === 'last');
        if (last === 'other' && isSync) expect(came.slice(-3)).toEqual(['other', 'other', 'other']);
      }),
      { numRuns: 1000 },
    );
    expect(Object.keys(ends).sort()).toEqual([...CAME].sort());
  });
});

describe('pulls that need more than one part', () => {
  test('go on one at a time, and each comes to its end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
        fc.scheduler(),
        async (parts, s) => {
          const turns = new PullTurns();
          const going: number[] = [];
          const pull = async (id: number): Promise<boolean> => {
            let left = parts[id]!;
            let { progress, effect } = beginPull(true, false);
            while (effect.type !== 'done') {
              if (effect.type === 'waitTurn') {
                await turns.ended();
                ({ progress, effect } = nextPull(progress, { type: 'turn', isOthersTurn: turns.isOthers(id) }));
                continue;
              }
              if (effect.takesTurn) {
                turns.take(id);
                going.push(id);
              }
              await s.schedule(Promise.resolve());
              const came: PullOutcome = --left > 0 ? 'part' : 'last';
              ({ progress, effect } = nextPull(progress, { type: 'came', came, isOthersTurn: turns.isOthers(id) }));
            }
            turns.end(id);
            return effect.isWhole;
          };
          const all = parts.map((_, id) => pull(id));
          await s.waitFor(Promise.all(all));
          expect(await Promise.all(all)).toEqual(parts.map(() => true));
          // Whoever has the turn keeps it to its end: nobody comes back after another had it.
          const runs = going.filter((id, i) => going[i - 1] !== id);
          expect(new Set(runs).size).toBe(runs.length);
        },
      ),
    );
  });
});
