import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RefusedAnswer } from '#bayou/core/messages.js';
import {
  beginGet,
  beginPut,
  inOrder,
  nextGet,
  nextPut,
  type GetEvent,
  type PutEvent,
  type AttemptStep,
} from '#bayou/impl/attempt.js';
import { seedOr } from '../support/seeds.js';

const stamp = { t: 3, r: '1.0' } as const;
const accepted = { type: 'answered', answer: { type: 'accepted', stamp } } as const;
const found = { type: 'answered', answer: { type: 'found', value: 'v', stamp } } as const;
const missing = { type: 'answered', answer: { type: 'missing' } } as const;
const behind = { type: 'answered', answer: { type: 'behind' } } as const;
const refused = (reason: RefusedAnswer['reason']) => ({ type: 'answered', answer: { type: 'refused', reason } }) as const;
const broken = { type: 'broken', replica: '1.0' } as const;
const unreachable = { type: 'unreachable' } as const;
const unsent = { type: 'unsent' } as const;
const timedOut = (sent: boolean) => ({ type: 'timedOut', sent }) as const;

/** The servers asked one after the other, then the result. */
const play = <A, E, R>(turn: AttemptStep<A, R>, events: ReadonlyArray<E>, next: (attempt: A, event: E) => AttemptStep<A, R>) => {
  const trail: (number | R)[] = [];
  const note = ({ effect }: AttemptStep<A, R>) => trail.push(effect.type === 'ask' ? effect.server : effect.result);
  note(turn);
  for (const event of events) {
    turn = next(turn.attempt, event);
    note(turn);
  }
  return trail;
};

const get = (servers: number[], ...events: GetEvent[]) => play(beginGet(servers), events, nextGet);
const put = (servers: number[], ...events: PutEvent[]) => play(beginPut(servers), events, nextPut);

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

  test('goes to the next server when one refuses it, for whichever reason that promises that it never will (R14)', () => {
    for (const reason of ['failed', 'busy', 'other-replica', 'too-far', 'too-large', 'too-old'] as const)
      expect(put([1, 2], refused(reason), accepted)).toEqual([1, 2, { type: 'accepted', stamp }]);
  });

  test('that was sent and not answered goes to the same server alone, as often as there is time (R3, R14)', () => {
    expect(put([1, 2], broken, accepted)).toEqual([1, 1, { type: 'accepted', stamp }]);
    expect(put([1, 2], broken, broken, broken, accepted)).toEqual([1, 1, 1, 1, { type: 'accepted', stamp }]);
    expect(put([1, 2], broken, refused('busy'), behind, accepted)).toEqual([1, 1, 1, 1, { type: 'accepted', stamp }]);
    expect(put([1, 2], broken, unsent, unsent, accepted)).toEqual([1, 1, 1, 1, { type: 'accepted', stamp }]);
    expect(put([1, 2], unsent, accepted)).toEqual([1, 2, { type: 'accepted', stamp }]);
    expect(put([1, 2], broken, unreachable)).toEqual([1, 1, { type: 'UNKNOWN' }]);
    expect(put([1, 2], unreachable, broken, timedOut(false))).toEqual([1, 2, 2, { type: 'UNKNOWN' }]);
  });

  test('that was sent and not answered is UNKNOWN in the end, whatever that server says of the repetition (R14)', () => {
    for (const reason of ['failed', 'other-replica', 'too-far', 'too-large', 'not-the-same', 'too-old', 'unlogged'] as const)
      expect(put([1, 2], broken, refused(reason))).toEqual([1, 1, { type: 'UNKNOWN' }]);
    expect(put([1, 2], behind, broken, timedOut(false))).toEqual([1, 2, 2, { type: 'UNKNOWN' }]);
    expect(put([1, 2], timedOut(true))).toEqual([1, { type: 'UNKNOWN' }]);
    expect(put([1, 2], refused('unlogged'))).toEqual([1, { type: 'UNKNOWN' }]);
    expect(put([1, 2], refused('not-the-same'))).toEqual([1, { type: 'UNKNOWN' }]);
  });

  test('that was never sent, or certainly had no effect, is ERR_CONN (R15)', () => {
    expect(put([1, 2], unreachable, unreachable)).toEqual([1, 2, { type: 'ERR_CONN' }]);
    expect(put([1], timedOut(false))).toEqual([1, { type: 'ERR_CONN' }]);
    expect(put([1, 2], unreachable, refused('too-old'))).toEqual([1, 2, { type: 'ERR_CONN' }]);
    expect(put([1, 2], refused('too-far'), refused('busy'))).toEqual([1, 2, { type: 'ERR_CONN' }]);
    expect(put([])).toEqual([{ type: 'ERR_CONN' }]);
  });

  test('that met a log which has failed, and no server that takes it, is ERR_LOG; ERR_DEP where one will catch up', () => {
    expect(put([1], refused('failed'))).toEqual([1, { type: 'ERR_LOG' }]);
    expect(put([1, 2], refused('failed'), unreachable)).toEqual([1, 2, { type: 'ERR_LOG' }]);
    expect(put([1, 2], unreachable, refused('failed'))).toEqual([1, 2, { type: 'ERR_LOG' }]);
    expect(put([1, 2], refused('failed'), behind)).toEqual([1, 2, { type: 'ERR_DEP' }]);
    expect(put([1, 2], refused('failed'), timedOut(false))).toEqual([1, 2, { type: 'ERR_LOG' }]);
    expect(put([1, 2], refused('failed'), timedOut(true))).toEqual([1, 2, { type: 'UNKNOWN' }]);
  });
});

const servers = fc.nat(5).map((n) => Array.from({ length: n }, (_, i) => i));
const reasons = fc.constantFrom<RefusedAnswer['reason']>('failed', 'unlogged', 'busy', 'too-old', 'other-replica', 'too-far');
const some = fc.oneof(fc.constantFrom(behind, broken, unreachable, timedOut(true), timedOut(false)), reasons.map(refused));
const LIST = { minLength: 10, maxLength: 10 } as const;
const endOf = (trail: ReadonlyArray<unknown>): number => trail.findIndex((x) => typeof x === 'object');

test('whatever happens, a get ends, and asks each server at most twice (R13, R15)', () => {
  fc.assert(
    fc.property(servers, fc.array(some, LIST), (ids, list) => {
      const trail = get(ids, ...list);
      const end = endOf(trail);
      expect(end).toBeLessThanOrEqual(2 * ids.length);
      for (const id of ids) expect(trail.slice(0, end).filter((x) => x === id).length).toBeLessThanOrEqual(2);
    }),
    { seed: seedOr(14) },
  );
});

test('whatever happens, a put that was sent without an answer goes to no other server, and promises nothing then (R14)', () => {
  fc.assert(
    fc.property(servers, fc.array(fc.oneof(some, fc.constant(accepted)), LIST), (ids, list) => {
      const trail = put(ids, ...list);
      const end = endOf(trail);
      const unsure = list.findIndex((e, i) => (end < 0 || i < end) && (e.type === 'broken' || (e.type === 'timedOut' && e.sent)));
      if (unsure < 0) {
        // Each server was asked once, in order, and whatever came of it was certain.
        expect(trail.slice(0, end)).toEqual(ids.slice(0, end));
        return;
      }
      expect(new Set(trail.slice(unsure, end < 0 ? undefined : end)).size).toBe(1);
      if (end >= 0) expect(['accepted', 'UNKNOWN']).toContain((trail[end] as { type: string }).type);
    }),
    { seed: seedOr(14), numRuns: 1000 },
  );
});
