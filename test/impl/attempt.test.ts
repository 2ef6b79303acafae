import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GetAnswer, PutAnswer, Refused } from '#bayou/core/messages.js';
import { beginGet, beginPut, inOrder, nextGet, nextPut, type AttemptEvent, type Turn } from '#bayou/impl/attempt.js';

const stamp = { t: 3, r: '1.0' } as const;
const accepted = { type: 'answered', answer: { type: 'accepted', stamp } } as const;
const found = { type: 'answered', answer: { type: 'found', value: 'v', stamp } } as const;
const missing = { type: 'answered', answer: { type: 'missing' } } as const;
const behind = { type: 'answered', answer: { type: 'behind' } } as const;
const refused = (reason: Refused['reason']) => ({ type: 'answered', answer: { type: 'refused', reason } }) as const;
const broken = { type: 'broken' } as const;
const unreachable = { type: 'unreachable' } as const;
const timedOut = (sent: boolean) => ({ type: 'timedOut', sent }) as const;

/** The servers asked one after the other, then the result. */
const play = <E, R>(turn: Turn<R>, events: ReadonlyArray<E>, next: (attempt: Turn<R>['attempt'], event: E) => Turn<R>) => {
  const trail: (number | R)[] = [];
  const note = ({ effect }: Turn<R>) => trail.push(effect.type === 'ask' ? effect.server : effect.result);
  note(turn);
  for (const event of events) {
    turn = next(turn.attempt, event);
    note(turn);
  }
  return trail;
};

const get = (servers: number[], ...events: AttemptEvent<GetAnswer>[]) => play(beginGet(servers), events, nextGet);
const put = (servers: number[], ...events: AttemptEvent<PutAnswer>[]) => play(beginPut(servers), events, nextPut);

describe('the order of servers', () => {
  test('as connected, first the one that answered last time (R13)', () => {
    expect(inOrder([3, 1, 2], undefined)).toEqual([3, 1, 2]);
    expect(inOrder([3, 1, 2], 2)).toEqual([2, 3, 1]);
    expect(inOrder([3, 1, 2], 3)).toEqual([3, 1, 2]);
    expect(inOrder([3, 1], 2)).toEqual([3, 1]); // its link was cut meanwhile
  });
});

describe('a get', () => {
  test('ERR_DEP at one server: the next is asked; ERR_DEP when none meets the guarantees (R13)', () => {
    expect(get([1, 2], behind, found)).toEqual([1, 2, { type: 'value', value: 'v', stamp }]);
    expect(get([1, 2], behind, behind)).toEqual([1, 2, { type: 'ERR_DEP' }]);
  });

  test('ERR_KEY is final (R13)', () => {
    expect(get([1, 2], missing)).toEqual([1, { type: 'ERR_KEY' }]);
  });

  test('no reachable server: ERR_CONN once all were tried; none at all: at once (R15)', () => {
    expect(get([1, 2], unreachable, broken, broken)).toEqual([1, 2, 2, { type: 'ERR_CONN' }]);
    expect(get([])).toEqual([{ type: 'ERR_CONN' }]);
    expect(get([1, 2], timedOut(true))).toEqual([1, { type: 'ERR_CONN' }]);
  });

  test('one server behind, the other not reached: ERR_DEP, in either order (R13, R15)', () => {
    expect(get([1, 2], behind, unreachable)).toEqual([1, 2, { type: 'ERR_DEP' }]);
    expect(get([1, 2], unreachable, behind)).toEqual([1, 2, { type: 'ERR_DEP' }]);
    expect(get([1, 2], behind, timedOut(true))).toEqual([1, 2, { type: 'ERR_DEP' }]);
  });

  test('a server that cannot serve is passed over', () => {
    expect(get([1, 2], refused('failed'), missing)).toEqual([1, 2, { type: 'ERR_KEY' }]);
  });
});

describe('a put', () => {
  test('goes to the next server when one cannot be reached or is behind (R14)', () => {
    expect(put([1, 2, 3], unreachable, behind, accepted)).toEqual([1, 2, 3, { type: 'accepted', stamp }]);
    expect(put([1, 2], behind, behind)).toEqual([1, 2, { type: 'ERR_DEP' }]);
  });

  test('after a break goes to the same server once more, then to the next one (R3, R14)', () => {
    expect(put([1, 2], broken, accepted)).toEqual([1, 1, { type: 'accepted', stamp }]);
    expect(put([1, 2], broken, unreachable, accepted)).toEqual([1, 1, 2, { type: 'accepted', stamp }]);
    expect(put([1, 2], broken, broken, broken, broken)).toEqual([1, 1, 2, 2, { type: 'UNKNOWN' }]);
  });

  test('that was sent and not answered is UNKNOWN in the end, whatever other servers say (R14)', () => {
    expect(put([1, 2], broken, unreachable, behind)).toEqual([1, 1, 2, { type: 'UNKNOWN' }]);
    expect(put([1], timedOut(true))).toEqual([1, { type: 'UNKNOWN' }]);
    expect(put([1], refused('unlogged'))).toEqual([1, { type: 'UNKNOWN' }]);
    expect(put([1], refused('too-old'))).toEqual([1, { type: 'UNKNOWN' }]);
  });

  test('that was never sent, or certainly had no effect, is ERR_CONN (R15)', () => {
    expect(put([1, 2], unreachable, unreachable)).toEqual([1, 2, { type: 'ERR_CONN' }]);
    expect(put([1], timedOut(false))).toEqual([1, { type: 'ERR_CONN' }]);
    expect(put([1, 2], refused('failed'), refused('busy'))).toEqual([1, 2, { type: 'ERR_CONN' }]);
    expect(put([])).toEqual([{ type: 'ERR_CONN' }]);
  });
});

test('whatever happens, an attempt ends, and asks each server at most twice (R13, R14, R15)', () => {
  const events = fc.array(
    fc.constantFrom<AttemptEvent<PutAnswer>>(behind, broken, unreachable, refused('busy'), refused('unlogged')),
    { minLength: 10, maxLength: 10 },
  );
  fc.assert(
    fc.property(fc.nat(5), events, (servers, list) => {
      const trail = put(
        Array.from({ length: servers }, (_, i) => i),
        ...list,
      );
      const end = trail.findIndex((x) => typeof x === 'object');
      expect(end).toBeLessThanOrEqual(2 * servers);
      for (let s = 0; s < servers; s++) expect(trail.slice(0, end).filter((x) => x === s).length).toBeLessThanOrEqual(2);
    }),
    { seed: 14 },
  );
});
