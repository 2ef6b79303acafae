import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Request, Requests, ServedRequests } from '../../src/net/requests.js';

interface Told {
  readonly deadlineMs: number;
  readonly isLong: boolean;
  heard: number;
  ends: number;
}

const acts = fc.array(
  fc.record({
    what: fc.constantFrom('ask', 'answer', 'part', 'expire', 'bye', 'close'),
    pick: fc.nat(12),
    ms: fc.nat(60),
    isLong: fc.boolean(),
    isArriving: fc.boolean(),
  }),
  { minLength: 10, maxLength: 60 },
);

describe('requests that wait for their answers', () => {
  test('each is given up once: answered, or over, or lost with the connection; none before its time, and none is left', () => {
    const ways: Record<string, number> = {};
    fc.assert(
      fc.property(acts, (all) => {
        const book = new Requests();
        const told: Told[] = [];
        let now = 0;
        let heardAt = 0;
        const asked = new Map<Request['done'], number>();
        const end = (given: ReadonlyArray<Request>, how: string): ReadonlyArray<Told> =>
          given.map(({ done }) => {
            const t = told[asked.get(done)!]!;
            t.ends++;
            ways[how] = (ways[how] ?? 0) + 1;
            return t;
          });
        for (const { what, pick, ms, isLong, isArriving } of all) {
          now += ms;
          if (what === 'ask') {
            const done = (): void => undefined;
            const id = book.begin({ done, onPart: undefined, deadlineMs: 10 * pick, isLong }, now);
            expect(id).toBe(told.length);
            asked.set(done, id);
            told.push({ deadlineMs: 10 * pick, isLong, heard: now, ends: 0 });
          } else if (what === 'answer') {
            const w = book.answered(pick);
            expect(w === undefined).toBe((told[pick]?.ends ?? 1) > 0);
            if (w !== undefined) end([w], what);
          } else if (what === 'part') {
            heardAt = now;
            const w = book.part(pick, now);
            expect(w === undefined).toBe((told[pick]?.ends ?? 1) > 0);
            if (w !== undefined) told[pick]!.heard = now;
          } else if (what === 'expire') {
            for (const t of end(book.expired(now, isArriving ? heardAt : undefined), what)) {
              expect(now).toBeGreaterThanOrEqual(t.heard + t.deadlineMs);
              if (t.isLong && isArriving) expect(now).toBeGreaterThanOrEqual(heardAt + t.deadlineMs);
            }
            // Whoever is left has time, or its answer is arriving.
            for (const t of told.filter(({ ends }) => ends === 0))
              expect(now < t.heard + t.deadlineMs || (t.isLong && isArriving && now < heardAt + t.deadlineMs)).toBe(true);
          } else if (what === 'bye') {
            end(book.from(pick), what);
            expect(told.every((t, id) => id < pick || t.ends === 1)).toBe(true);
          } else {
            end(book.all(), what);
            expect(book.size).toBe(0);
          }
          expect(told.every(({ ends }) => ends <= 1)).toBe(true);
          expect(book.size).toBe(told.filter(({ ends }) => ends === 0).length);
        }
        end(book.all(), 'close');
        expect(told.every(({ ends }) => ends === 1)).toBe(true);
      }),
      { numRuns: 500 },
    );
    expect(Object.keys(ways).sort()).toEqual(['answer', 'bye', 'close', 'expire']);
  });
});

describe('requests that are served', () => {
  test('a connection that has retired is done when all that had begun is answered; a goodbye names the first that had not', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('begin', 'end', 'retire'), { maxLength: 30 }), (all) => {
        const serving = new ServedRequests();
        let [begun, ended, isRetired] = [0, 0, false];
        for (const what of all) {
          if (what === 'begin' && !isRetired) serving.begin(begun++, 7);
          if (what === 'end' && ended < begun) {
            ended++;
            serving.end(7);
          }
          if (what === 'retire') {
            isRetired = true;
            serving.retire();
          }
          expect([serving.served, serving.bytes, serving.unserved]).toEqual([begun - ended, 7 * (begun - ended), begun]);
          expect(serving.isRetired).toBe(isRetired);
          expect(serving.isDone).toBe(isRetired && begun === ended);
        }
      }),
    );
  });
});
