/** Which puts wait for the window of a server (R3), against the definition; and how much work the books of a session's puts are. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReplicaId } from '../../src/core/ids.js';
import type { Put } from '../../src/core/messages.js';
import { WINDOW } from '../../src/impl/client-windows.js';
import { pending, PutQueue, type PendingPut } from '../../src/net/put-queue.js';
import { PutWindow } from '../../src/net/put-window.js';
import { putOf } from '../impl/support/puts.js';

interface Windowed {
  readonly request: Put;
  isOver: boolean;
  isWaiting: boolean;
  at: ReplicaId | undefined;
}

const REPLICAS: ReadonlyArray<ReplicaId> = ['0.0', '1.0'];

const acts = fc.array(
  fc.record({
    what: fc.constantFrom('begin', 'begin', 'send', 'send', 'leave'),
    step: fc.constantFrom(1, 300, WINDOW - 1, WINDOW),
    pick: fc.nat(7),
    replica: fc.constantFrom(...REPLICAS),
  }),
  { minLength: 20, maxLength: 60 },
);

test('a put waits exactly while one that was sent to its replica is a window or more behind it, and no two at a replica are so far apart', () => {
  let held = 0;
  let freed = 0;
  fc.assert(
    fc.property(acts, (list) => {
      const window = new PutWindow<Windowed>(({ isWaiting }) => isWaiting);
      const puts: Windowed[] = [];
      const waiting = new Map<Windowed, ReplicaId>();
      let clientTime = 0;
      const isHeld = ({ request }: Windowed, replica: ReplicaId): boolean =>
        puts.some((p) => request.clientTime - p.request.clientTime >= WINDOW && p.at === replica);
      for (const { what, step, pick, replica } of list) {
        const put = puts[pick % Math.max(1, puts.length)];
        if (what === 'begin') {
          clientTime += step;
          puts.push({ request: putOf(clientTime, 'k', 'v'), isOver: false, isWaiting: false, at: undefined });
        } else if (put !== undefined && what === 'leave') {
          put.at = undefined;
          put.isWaiting = false;
          waiting.delete(put);
          puts.splice(puts.indexOf(put), 1);
          window.left(put);
        } else if (put?.at === undefined && put?.isWaiting === false && !window.isPassed(put)) {
          put.isWaiting = window.holdsUp(put, replica);
          expect(put.isWaiting).toBe(isHeld(put, replica));
          if (put.isWaiting) waiting.set(put, replica);
          else window.sent(put, (put.at = replica));
          held += put.isWaiting ? 1 : 0;
        }
        const expected = [...waiting].filter(([p, r]) => !isHeld(p, r)).map(([p]) => p);
        const given = window.freed();
        expect(new Set(given)).toEqual(new Set(expected));
        expect(given).toHaveLength(expected.length);
        freed += given.length;
        for (const p of given) {
          waiting.delete(p);
          p.isWaiting = false;
        }
        for (const r of REPLICAS) {
          const times = puts.filter((p) => p.at === r).map(({ request }) => request.clientTime);
          if (times.length > 0) expect(Math.max(...times) - Math.min(...times)).toBeLessThan(WINDOW);
        }
      }
    }),
  );
  expect([held > 50, freed > 20]).toEqual([true, true]);
});

test.each([
  ['are sent when the first one is', false],
  ['are refused all but the last, which is accepted', true],
])('the puts of a chain that %s take a few looks each', (_what, areRefused) => {
  const COUNT = 4_000;
  let looks = 0;
  const counted = (put: PendingPut<string>): PendingPut<string> => {
    const { call } = put;
    return Object.defineProperty(put, 'call', { get: () => (looks++, call) });
  };
  const queue = new PutQueue<string>(({ key }) => key);
  const puts = Array.from({ length: COUNT }, (_, n) => counted(pending<string>(putOf(n + 1, 'k', 'v'))));
  for (const put of puts) queue.begin(put);
  expect(puts.filter((put) => queue.isHeldUp(put, 'a'))).toHaveLength(COUNT - 1);
  for (const put of puts) {
    expect(queue.next(put)).toBe(put);
    expect(queue.isHeldUp(put, 'a')).toBe(false);
    queue.sent(put, 'a');
  }
  if (areRefused) for (const put of puts.slice(0, -1)) queue.notTaken(put);
  for (const [n, put] of [...puts.entries()].reverse())
    queue.end(put, areRefused && n < COUNT - 1 ? undefined : { t: n + 1, r: '0.0' });
  expect(looks).toBeLessThan(COUNT * 100);
});
