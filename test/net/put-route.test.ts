import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NodeId, ReplicaId } from '../../src/core/ids.js';
import type { PutEvent } from '../../src/impl/attempt.js';
import { pending, PutQueue, type PendingPut } from '../../src/net/put-queue.js';
import { beginRoute, nextRoute, type PutRoute, type RouteEvent, type RouteStep } from '../../src/net/put-route.js';
import { putOf } from '../impl/support/puts.js';

const LIMIT_MS = 1000;
const REPLICAS: ReadonlyArray<ReplicaId> = ['0.0', '1.0', '2.0', '0.1', '1.1', '2.1'];

/** What chance gives for one effect: each part is used where the effect leaves room for it. */
interface Chance {
  readonly part: number;
  readonly which: number;
  readonly replica: number;
  readonly isHeldUp: boolean;
  readonly isOvertaken: boolean;
  readonly ms: number;
}

const chances: fc.Arbitrary<ReadonlyArray<Chance>> = fc.array(
  fc.record({
    part: fc.constantFrom(0, 0.1, 0.5, 1),
    which: fc.nat(9),
    replica: fc.nat(5),
    isHeldUp: fc.boolean(),
    isOvertaken: fc.nat(9).map((n) => n === 0),
    ms: fc.nat(300),
  }),
  { minLength: 80, maxLength: 80 },
);

const REASONS = ['failed', 'unlogged', 'busy', 'too-old', 'other-replica', 'too-far'] as const;

/** What a put that was sent to a replica can come to. */
const cameOf = (replica: ReplicaId, { which }: Chance): PutEvent => {
  const all: ReadonlyArray<PutEvent> = [
    { type: 'answered', answer: { type: 'accepted', stamp: { t: 7, r: replica } } },
    { type: 'answered', answer: { type: 'behind' } },
    ...REASONS.map((reason): PutEvent => ({ type: 'answered', answer: { type: 'refused', reason } })),
    { type: 'broken', replica },
    { type: 'unsent' },
  ];
  return all[which]!;
};

interface Sent {
  readonly server: NodeId;
  readonly replica: ReplicaId;
  readonly at: ReplicaId | null;
  readonly event: PutEvent;
}

/** Lets a put go its way, with chance in the place of the world. */
const walk = (servers: ReadonlyArray<NodeId>, all: ReadonlyArray<Chance>) => {
  let now = 0;
  let steps = 0;
  let replica: ReplicaId = '0.0';
  const sent: Sent[] = [];
  const noted: NodeId[] = [];
  let turn: RouteStep = beginRoute(servers, LIMIT_MS, now);
  const eventFor = ({ route, effect }: Extract<RouteStep, { readonly route: PutRoute }>, chance: Chance): RouteEvent => {
    switch (effect.type) {
      case 'reach':
        expect(effect.withinMs).toBeGreaterThan(0);
        expect(now + effect.withinMs).toBeLessThanOrEqual(LIMIT_MS);
        now += effect.withinMs * chance.part;
        if (chance.part === 1) return { type: 'unreached', isRelinked: chance.which < 2 };
        if (chance.which === 9) return { type: 'linkCut' };
        replica = REPLICAS[chance.replica]!;
        return { type: 'reached', replica, isHeldUp: chance.isHeldUp && chance.which < 6, isOvertaken: chance.isOvertaken };
      case 'wait':
        now += effect.withinMs * chance.part;
        return chance.part === 1 ? { type: 'late' } : { type: 'woken', isOvertaken: false };
      case 'pause':
        now += effect.ms;
        return { type: 'paused' };
      case 'send': {
        expect(effect.withinMs).toBeGreaterThan(effect.at === null ? LIMIT_MS / 50 : 0);
        now += Math.min(chance.ms, effect.withinMs);
        const event: PutEvent = chance.ms >= effect.withinMs ? { type: 'timedOut', sent: true } : cameOf(replica, chance);
        sent.push({ server: route.server, replica, at: effect.at, event });
        return { type: 'came', event };
      }
    }
  };
  for (const chance of all) {
    if (turn.route === undefined) break;
    steps++;
    turn = nextRoute(turn.route, eventFor(turn, chance), now);
    if (turn.noted !== undefined) noted.push(turn.noted);
  }
  return { sent, noted, effect: turn.effect, steps, now };
};

const isRefusal = ({ event }: Sent): boolean => event.type === 'answered' && event.answer.type !== 'accepted';

describe('a put on its way (R14), whatever comes of what is done', () => {
  test('comes to one result, in time; goes on only from a server that has certainly not taken it, else to its replica alone', () => {
    const results: Record<string, number> = {};
    fc.assert(
      fc.property(fc.subarray([0, 1, 2]), chances, (servers, all) => {
        const { sent, effect, now } = walk(servers, all);
        if (effect.type !== 'done') {
          // Nothing but time ends a put that is woken, or answered as busy, again and again.
          expect(now).toBeLessThanOrEqual(LIMIT_MS);
          return;
        }
        results[effect.result.type] = (results[effect.result.type] ?? 0) + 1;
        for (const [i, s] of sent.entries()) {
          const before = sent[i - 1];
          if (before === undefined) expect(s.at).toBeNull();
          else if (before.event.type === 'broken')
            expect([s.at, s.server, s.replica]).toEqual([before.event.replica, before.server, before.event.replica]);
          else if (s.at !== null) expect([s.at, s.server, s.replica]).toEqual([before.at, before.server, before.replica]);
          else expect(before.event.type === 'unsent' || isRefusal(before)).toBe(true);
          if (before !== undefined && before.at !== null) expect(s.at).toBe(before.at);
        }
        const last = sent.at(-1);
        const accepted = last?.event.type === 'answered' && last.event.answer.type === 'accepted';
        expect(effect.result.type === 'accepted').toBe(accepted);
        // ERR_DEP, ERR_LOG and ERR_CONN promise that it was written nowhere.
        if (effect.result.type.startsWith('ERR_'))
          expect(
            sent.every(
              (s) =>
                s.event.type === 'unsent' ||
                (isRefusal(s) &&
                  !(s.event.type === 'answered' && s.event.answer.type === 'refused' && s.event.answer.reason === 'unlogged')),
            ),
          ).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(Object.keys(results).sort()).toEqual(['ERR_CONN', 'ERR_DEP', 'ERR_LOG', 'UNKNOWN', 'accepted']);
  });

  test('is sent again without a pause once, and not more often', () => {
    const broken: RouteEvent = { type: 'came', event: { type: 'broken', replica: '1.0' } };
    let turn = beginRoute([1], LIMIT_MS, 0);
    const types: string[] = [];
    for (let i = 0; i < 12; i++) {
      types.push(turn.effect.type);
      const event: RouteEvent =
        turn.effect.type === 'reach'
          ? { type: 'reached', replica: '1.0', isHeldUp: false, isOvertaken: false }
          : turn.effect.type === 'pause'
            ? { type: 'paused' }
            : broken;
      turn = nextRoute(turn.route!, event, i);
    }
    expect(types.join(' ')).toBe('reach send reach send pause reach send pause reach send pause reach');
  });

  test('whose time is over before it is reached was not sent; without a server nobody is asked', () => {
    expect(beginRoute([], LIMIT_MS, 0).effect).toEqual({ type: 'done', result: { type: 'ERR_CONN' } });
    expect(beginRoute([1], LIMIT_MS, LIMIT_MS).effect).toEqual({ type: 'done', result: { type: 'ERR_CONN' } });
  });
});

describe('a put that was overtaken', () => {
  const reached = { type: 'reached', replica: '1.0', isHeldUp: false, isOvertaken: true } as const;
  const refused: RouteEvent = { type: 'came', event: { type: 'answered', answer: { type: 'behind' } } };

  test('is sent to no further server, and was written nowhere', () => {
    const first = nextRoute(beginRoute([0, 1], LIMIT_MS, 0).route!, { ...reached, isOvertaken: false }, 0);
    const second = nextRoute(first.route!, refused, 0);
    expect(second.effect.type).toBe('reach');
    expect(nextRoute(second.route!, reached, 0).effect).toEqual({ type: 'done', result: { type: 'ERR_DEP' } });
    expect(nextRoute(second.route!, { type: 'woken', isOvertaken: true }, 0).effect).toEqual({
      type: 'done',
      result: { type: 'ERR_DEP' },
    });
  });

  test('is not repeated, and its outcome is unknown, where it was sent without an answer', () => {
    const sent = nextRoute(beginRoute([1], LIMIT_MS, 0).route!, { ...reached, isOvertaken: false }, 0);
    const again = nextRoute(sent.route!, { type: 'came', event: { type: 'broken', replica: '1.0' } }, 0);
    expect(nextRoute(again.route!, reached, 0).effect).toEqual({ type: 'done', result: { type: 'UNKNOWN' } });
  });
});

describe('the puts of a session under way', () => {
  const queueOf = () => new PutQueue<string>(({ key }) => key);
  const begun = (queue: PutQueue<string>, clientTime: number, key = 'k'): PendingPut<string> => {
    const put = pending<string>(putOf(clientTime, key, 'v'));
    queue.begin(put);
    return put;
  };

  test('one is held up exactly where an earlier one of its chain is on another connection, or on none', () => {
    let held = 0;
    const act = fc.record({
      what: fc.constantFrom('begin', 'send', 'leave', 'end'),
      pick: fc.nat(7),
      c: fc.constantFrom('a', 'b'),
    });
    fc.assert(
      fc.property(fc.array(act, { minLength: 20, maxLength: 60 }), (acts) => {
        const queue = queueOf();
        const puts: PendingPut<string>[] = [];
        let began = 0;
        for (const { what, pick, c } of acts) {
          const put = puts[pick % Math.max(1, puts.length)];
          if (what === 'begin') puts.push(begun(queue, ++began, pick % 2 === 0 ? 'k' : 'l'));
          else if (put !== undefined && what === 'end') {
            queue.end(put);
            puts.splice(puts.indexOf(put), 1);
          } else if (put !== undefined && what === 'send') queue.sent(put, c);
          else if (put !== undefined) queue.unsure(put);
          for (const [i, p] of puts.entries())
            for (const over of ['a', 'b']) {
              if (p.on !== undefined) continue;
              const expected = puts.slice(0, i).some((e) => e.on !== over && e.request.key === p.request.key);
              if (expected) held++;
              expect(queue.isHeldUp(p, over)).toBe(expected);
            }
        }
      }),
    );
    expect(held).toBeGreaterThan(100);
  });

  test('one that its server did not take waits for those of its chain that were sent behind it, and for no others', () => {
    const queue = queueOf();
    const [first, second, other] = [begun(queue, 1), begun(queue, 2), begun(queue, 3, 'l')];
    for (const put of [first, second, other]) queue.sent(put, 'a');
    queue.notTaken(first);
    expect(queue.isHeldUp(first, 'b')).toBe(true);
    queue.notTaken(second);
    expect(queue.isHeldUp(first, 'b')).toBe(false);
    expect([first, second].map((put) => queue.isOvertaken(put))).toEqual([false, false]);
    expect(queue.isHeldUp(second, 'b')).toBe(true);
    queue.sent(first, 'b');
    expect(queue.isHeldUp(second, 'b')).toBe(false);
  });

  test('one is overtaken where one behind it was accepted, or has no answer', () => {
    for (const isAccepted of [true, false]) {
      const queue = queueOf();
      const [first, second, other] = [begun(queue, 1), begun(queue, 2), begun(queue, 3, 'l')];
      for (const put of [first, second, other]) queue.sent(put, 'a');
      queue.notTaken(first);
      queue.unsure(other);
      expect(queue.isOvertaken(first)).toBe(false);
      if (isAccepted) queue.end(second, { t: 5, r: '0.0' });
      else queue.unsure(second);
      expect(queue.isOvertaken(first)).toBe(true);
    }
  });

  test('one may be acknowledged where its stamp is in its place among those of the chain that were', () => {
    const queue = queueOf();
    const [first, second, third] = [begun(queue, 1), begun(queue, 2), begun(queue, 3)];
    queue.end(second, { t: 5, r: '0.0' });
    expect([4, 6].map((t) => queue.isInOrder(first, { t, r: '0.0' }))).toEqual([true, false]);
    expect([4, 6].map((t) => queue.isInOrder(third, { t, r: '0.0' }))).toEqual([false, true]);
    expect(queue.isInOrder(begun(queue, 4, 'l'), { t: 4, r: '0.0' })).toBe(true);
  });
});
