import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import type { Connection } from '../../src/net/connection.js';
import { afterFailure, makeReach, NO_FAILURE } from '../../src/net/outbound.js';
import { BACKOFF_MS } from '../../src/net/net-limits.js';
import type { Timers } from '../../src/ports/ports.js';

/** Timers that go off when a test says so. */
const handTimers = () => {
  const set = new Map<number, { readonly at: number; readonly act: () => void }>();
  let [now, next] = [0, 0];
  const after: Timers['after'] = (ms, act) => {
    const id = next++;
    set.set(id, { at: now + ms, act });
    return { cancel: () => void set.delete(id) };
  };
  const pass = (ms: number): void => {
    const until = now + ms;
    for (;;) {
      const [due] = [...set].filter(([, t]) => t.at <= until).sort(([a, x], [b, y]) => x.at - y.at || a - b);
      if (due === undefined) break;
      now = due[1].at;
      set.delete(due[0]);
      due[1].act();
    }
    now = until;
  };
  const timers: Timers = { after, every: after, soon: (act) => void after(0, act), endOfTurn: (act) => void after(0, act) };
  return { timers, pass, left: () => set.size };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const acts = fc.array(
  fc.record({
    what: fc.constantFrom('reach', 'reach', 'dialed', 'dialed', 'failed', 'pass', 'cut'),
    ms: fc.nat(80),
    patient: fc.boolean(),
  }),
  { minLength: 8, maxLength: 30 },
);

test('whoever wants to reach a peer is told once, by its deadline at the latest, and no timer is left', async () => {
  let [told, patientTold] = [0, 0];
  await fc.assert(
    fc.asyncProperty(acts, async (all) => {
      const { timers, pass, left } = handTimers();
      let answers: ((c: E.Either<string, Connection>) => void)[] = [];
      let closed: string | undefined;
      const up = {} as Connection;
      const connected = (): Promise<E.Either<string, Connection>> =>
        closed === undefined ? new Promise((resolve) => answers.push(resolve)) : Promise.resolve(E.left(closed));
      const dialer = { current: () => undefined, connected, pauseMs: () => 20, closed: () => closed };
      const { reach, endAll } = makeReach(dialer, timers, { role: 'server', id: 1 });
      const ends: number[] = [];
      const end = async (c: E.Either<string, Connection>): Promise<void> => {
        for (const answer of answers.splice(0)) answer(c);
        await turn();
      };
      for (const { what, ms, patient } of all) {
        if (what === 'reach') {
          const i = ends.push(0) - 1;
          reach(2 * ms, patient, (c) => {
            ends[i]!++;
            told++;
            if (patient && E.isRight(c)) patientTold++;
          });
        } else if (what === 'dialed') await end(E.right(up));
        else if (what === 'failed') await end(E.left('nobody listens'));
        else if (what === 'pass') {
          pass(ms);
          await turn();
        } else {
          closed = 'the link is cut';
          endAll(closed);
          expect(ends.every((n) => n === 1)).toBe(true);
        }
        expect(ends.every((n) => n <= 1)).toBe(true);
      }
      // Every deadline is over.
      pass(200);
      await turn();
      expect(ends.every((n) => n === 1)).toBe(true);
      await end(E.left('late'));
      expect(left()).toBe(0);
      answers = [];
    }),
    { numRuns: 300 },
  );
  expect(Math.min(told, patientTold)).toBeGreaterThan(20);
});

test('waits between dials double up to the longest, and begin anew when one succeeds', () => {
  let backOff = NO_FAILURE;
  const waits = Array.from({ length: 9 }, () => {
    backOff = afterFailure(backOff, 1000);
    return backOff.notBefore - 1000;
  });
  expect(waits.slice(0, 3)).toEqual([BACKOFF_MS.first, 2 * BACKOFF_MS.first, 4 * BACKOFF_MS.first]);
  expect(waits.at(-1)).toBe(BACKOFF_MS.longest);
});
