import { describe, expect, test } from 'vitest';
import type { Guarantees } from '#bayou/core/guarantees.js';
import type { Put } from '#bayou/core/messages.js';
import type { Write } from '#bayou/core/write.js';
import { FIRST, type LoggedWrite } from '#bayou/model/protocol/put-identity.js';
import * as Net from '#bayou/model/protocol/network.js';
import { isOlder, orderAt } from '#bayou/model/protocol/order.js';
import { FIXED, type Rules } from '#bayou/model/protocol/rules.js';
import * as R from '#bayou/model/protocol/restarts.js';
import * as Pulls from '#bayou/model/protocol/pulls.js';
import * as Sv from '#bayou/model/protocol/server.js';
import * as S from '#bayou/model/protocol/session.js';
import { everyPartitionIsEqual, stabilized } from '#bayou/model/protocol/stabilize.js';
import * as V from '#bayou/model/protocol/vector.js';
import * as L from '#bayou/model/protocol/write-log.js';

const put = (client: number, clientTime: number, clock = 0, key = 'a'): Put => ({
  type: 'put',
  client,
  session: '1',
  clientTime,
  replica: null,
  clock,
  key,
  value: `${client}#${clientTime}`,
  require: [],
});
const accept = (server: Sv.Server, p: Put, rules: Rules = FIXED): Sv.Server => Sv.acceptPut(rules)(server, p)[0];
const pull = (to: Sv.Server, from: Sv.Server, rules: Rules = FIXED): Sv.Server =>
  Pulls.receive(rules)(to, Pulls.answerPull(from, Pulls.pullRequest(to)));
const write = (t: number, r: Write['r'], client: number, clientTime: number, key = 'a', session = FIRST): LoggedWrite => ({
  t,
  r,
  client,
  session,
  clientTime,
  key,
  value: `${client}#${clientTime}`,
});
const MASTER: Guarantees = {
  readYourWrites: true,
  monotonicReads: true,
  writesFollowReads: false,
  monotonicWrites: false,
  scope: 'key',
};

describe('writes and order', () => {
  test('R1: a write carries client, replica, accept time, client time, key and value, and stays as it is wherever it comes', () => {
    const written = { t: 1, r: '0.0', client: 11, session: FIRST, clientTime: 1, key: 'a', value: '11#1' };
    const server = accept(Sv.newServer(0), put(11, 1));
    expect(server.log).toEqual([written]);
    expect(pull(Sv.newServer(1), server).log).toEqual([written]);
  });
  test('R2: the accept time is above the counter and the session’s clock; V1 ignores the clock', () => {
    const server = accept(Sv.newServer(0), put(11, 1));
    expect(Sv.acceptPut(FIXED)(server, put(12, 1, 7))[1]).toEqual({ type: 'accepted', stamp: { t: 8, r: '0.0' } });
    expect(Sv.acceptPut({ ...FIXED, variant: 'V1' })(server, put(12, 1, 7))[1]).toEqual({
      type: 'accepted',
      stamp: { t: 2, r: '0.0' },
    });
  });
  test('R3: the same put at the same server gets the same stamp and changes nothing, whatever came in between', () => {
    const once = accept(accept(Sv.newServer(0), put(11, 1)), put(12, 1));
    const [twice, answer] = Sv.acceptPut({ ...FIXED, pruning: 'live' })(once, put(11, 1));
    expect(twice).toBe(once);
    expect(answer).toEqual({ type: 'accepted', stamp: { t: 1, r: '0.0' } });
  });
  test('R3: a client’s next put is a new one; of each client the last put is remembered, the clients in the order of their ids', () => {
    const server = [put(12, 1), put(11, 1), put(12, 2)].reduce((s, p) => accept(s, p), Sv.newServer(0));
    expect(server.receipts.map(({ client, clientTime, stamp }) => [client, clientTime, stamp.t])).toEqual([
      [11, 1, 2],
      [12, 2, 3],
    ]);
    expect(Sv.acceptPut(FIXED)(server, put(11, 2))[1]).toEqual({ type: 'accepted', stamp: { t: 4, r: '0.0' } });
  });
  test('R3, R14: a put that arrives after later ones of its session is known again where all are remembered, and is a second one where the last alone is', () => {
    const after = (remembersPuts: 'last' | 'all') => {
      const rules = { ...FIXED, remembersPuts };
      const two = [put(11, 1), put(11, 2)].reduce((s, p) => Sv.acceptPut(rules)(s, p)[0], Sv.newServer(0));
      return Sv.acceptPut(rules)(two, put(11, 1))[1];
    };
    expect(after('all')).toEqual({ type: 'accepted', stamp: { t: 1, r: '0.0' } });
    expect(after('last')).toEqual({ type: 'accepted', stamp: { t: 3, r: '0.0' } });
  });
  test('R4, R7: accept time first, then server id, then incarnation, all as numbers', () => {
    expect(isOlder({ t: 1, r: '9.0' }, { t: 2, r: '0.0' })).toBe(true);
    expect(isOlder({ t: 2, r: '9.0' }, { t: 2, r: '10.0' })).toBe(true);
    expect(isOlder({ t: 2, r: '9.9' }, { t: 2, r: '9.10' })).toBe(true);
    expect(isOlder({ t: 2, r: '9.0' }, { t: 2, r: '9.0' })).toBe(false);
  });
  test('V7: odd servers break ties the other way', () => {
    const [a, b] = [
      { t: 1, r: '0.0' },
      { t: 1, r: '1.0' },
    ] as const;
    expect(orderAt('V7')('1.0').compare(a, b)).toBe(1);
    expect(orderAt('V7')('0.0').compare(a, b)).toBe(-1);
    expect(orderAt('FIXED')('0.0').compare(a, b)).toBe(-1);
  });
  test('R5: the store has the greatest-stamped write to each key, sorted by key', () => {
    const log = L.add([], [write(2, '0.0', 11, 1, 'b'), write(1, '1.0', 12, 1), write(1, '0.0', 11, 2)]);
    expect(L.storeOf(orderAt('FIXED')('0.0'))(log)).toEqual([
      ['a', '12#1'],
      ['b', '11#1'],
    ]);
  });
  test('R3: a put that repeats an identity with another value or key is refused, and changes nothing', () => {
    const once = accept(Sv.newServer(0), put(11, 1));
    for (const other of [{ value: 'x' }, { key: 'b' }]) {
      const [after, answer] = Sv.acceptPut(FIXED)(once, { ...put(11, 1), ...other });
      expect([after, answer]).toEqual([once, { type: 'refused', reason: 'not-the-same' }]);
    }
  });
  test('R3, R11a: a put of another session is another put; V9 looks at the client time alone', () => {
    const once = accept(Sv.newServer(0), put(11, 1));
    const other = { ...put(11, 1), session: '2', value: '11.2#1' };
    expect(Sv.acceptPut(FIXED)(once, other)[1]).toEqual({ type: 'accepted', stamp: { t: 2, r: '0.0' } });
    expect(Sv.acceptPut({ ...FIXED, variant: 'V9' })(once, other)).toEqual([
      once,
      { type: 'accepted', stamp: { t: 1, r: '0.0' } },
    ]);
  });
  test('R14: a put that was sent to another replica is refused, unless the log has it (R3); V11 accepts it', () => {
    const once = accept(Sv.newServer(0, 1), put(11, 1));
    expect(Sv.acceptPut(FIXED)(once, { ...put(11, 1), replica: '0.0' })).toEqual([
      once,
      { type: 'accepted', stamp: { t: 1, r: '0.1' } },
    ]);
    const [after, answer] = Sv.acceptPut(FIXED)(once, { ...put(11, 2), replica: '0.0' });
    expect([after, answer]).toEqual([once, { type: 'refused', reason: 'other-replica' }]);
    expect(Sv.acceptPut(FIXED)(once, { ...put(11, 2), replica: '0.1' })[1]).toMatchObject({ type: 'accepted', stamp: { t: 2 } });
    expect(Sv.acceptPut({ ...FIXED, variant: 'V11' })(once, { ...put(11, 2), replica: '0.0' })[1]).toMatchObject({
      type: 'accepted',
    });
  });
  test('R6: a put of unknown outcome with a greater stamp than a later one stays; V1 goes by client time alone', () => {
    const order = orderAt('FIXED')('0.0');
    const log = L.add([], [write(1, '0.0', 11, 2), write(1, '1.0', 11, 1)]);
    expect(L.prune(FIXED, order)(log)).toEqual(log);
    expect(L.prune({ ...FIXED, variant: 'V1' }, order)(log)).toEqual([write(1, '0.0', 11, 2)]);
  });
  test('R6: writes of different sessions of a client are not compared', () => {
    const log = L.add([], [write(1, '0.0', 11, 1), write(2, '0.0', 11, 2, 'a', '2')]);
    expect(L.prune(FIXED, orderAt('FIXED')('0.0'))(log)).toEqual(log);
  });
  test('R6: of a session’s writes to a key the last is kept; of one put at two servers, the greater stamp', () => {
    const order = orderAt('FIXED')('0.0');
    const log = L.add([], [write(1, '0.0', 11, 1), write(2, '0.0', 11, 2), write(3, '1.0', 11, 2), write(1, '1.0', 12, 1)]);
    expect(L.prune(FIXED, order)(log)).toEqual([write(1, '1.0', 12, 1), write(3, '1.0', 11, 2)]);
    expect(L.prune({ ...FIXED, pruning: 'live' }, order)(log)).toEqual([write(3, '1.0', 11, 2)]);
  });
  test('R7: without its log a server is a new replica; V3 keeps the name', () => {
    const dead = R.kill(accept(Sv.newServer(0), put(11, 1)));
    expect(R.restartBlank(FIXED)(dead)).toEqual(Sv.newServer(0, 1));
    expect(R.restartBlank({ ...FIXED, variant: 'V3' })(dead).replica).toBe('0.0');
  });
  test('R7a: put back from a copy, a server has the writes of the copy and is a replica that nobody was before; V10 keeps the name', () => {
    const early = accept(Sv.newServer(0), put(11, 1));
    const dead = R.kill(accept(early, put(12, 1)));
    const back = R.putBack(FIXED)(dead, R.copyOf(early));
    expect(back).toEqual({ ...early, replica: '0.1' });
    expect(accept(back, put(12, 2)).vv).toEqual([
      ['0.0', 1],
      ['0.1', 2],
    ]);
    expect(R.putBack(FIXED)(R.kill(back), R.copyOf(early)).replica).toBe('0.2');
    expect(R.putBack({ ...FIXED, variant: 'V10' })(dead, R.copyOf(early))).toEqual(early);
  });
});

describe('vectors and pulls', () => {
  test('R8: a vector is sorted by server and incarnation, and joins entry by entry', () => {
    const v = V.join(
      [
        ['0.0', 3],
        ['10.0', 1],
      ],
      [
        ['0.0', 2],
        ['2.1', 5],
        ['2.0', 4],
      ],
    );
    expect(v).toEqual([
      ['0.0', 3],
      ['2.0', 4],
      ['2.1', 5],
      ['10.0', 1],
    ]);
    expect(V.has(v, { t: 5, r: '2.1' })).toBe(true);
    expect(V.has(v, { t: 6, r: '2.1' })).toBe(false);
    expect(V.covers(v, [['3.0', 1]])).toBe(false);
  });
  test('R9: a pull brings what is missing, the vector and the accept time, and does no harm when repeated or late', () => {
    const from = accept(accept(Sv.newServer(1), put(11, 1)), put(12, 1, 4));
    const answer = Pulls.answerPull(from, Pulls.pullRequest(Sv.newServer(0)));
    const once = Pulls.receive(FIXED)(Sv.newServer(0), answer);
    expect(once.clock).toBe(5);
    expect(once.vv).toEqual([['1.0', 5]]);
    expect(once.log).toEqual(from.log);
    expect(Pulls.receive(FIXED)(once, answer)).toEqual(once);
    const later = pull(once, accept(from, put(11, 2)));
    expect(Pulls.receive(FIXED)(later, answer)).toEqual(later);
    expect(Pulls.answerPull(from, Pulls.pullRequest(once)).writes).toEqual([]);
  });
  test('V5: the accept time stays behind', () => {
    expect(pull(Sv.newServer(0), accept(Sv.newServer(1), put(11, 1)), { ...FIXED, variant: 'V5' }).clock).toBe(0);
  });
  test('V2: a put between the two halves is claimed and not sent', () => {
    const half = Pulls.readLogOnly(Sv.newServer(1), Pulls.pullRequest(Sv.newServer(0)));
    const [, answer] = Pulls.finishAnswer(accept(half, put(11, 1)), []);
    expect(answer.writes).toEqual([]);
    expect(answer.vv).toEqual([['1.0', 1]]);
  });
  test('V2: when the answer is given, nothing is half done any more', () => {
    const torn = Pulls.readLogOnly(accept(Sv.newServer(0), put(11, 1)), Pulls.pullRequest(Sv.newServer(1)));
    expect(torn.midway).toEqual({ type: 'torn', to: '1.0', writes: [write(1, '0.0', 11, 1)] });
    expect(Pulls.finishAnswer(torn, torn.midway?.writes ?? [])[0].midway).toBeNull();
  });
  test('V8: what was claimed is kept, to be added later', () => {
    const rules: Rules = { ...FIXED, variant: 'V8' };
    const puller = Sv.newServer(1);
    const eager = Pulls.claimFirst(rules)(
      puller,
      Pulls.answerPull(accept(Sv.newServer(0), put(11, 1)), Pulls.pullRequest(puller)),
    );
    expect([eager.log, eager.midway]).toEqual([[], { type: 'eager', writes: [write(1, '0.0', 11, 1)] }]);
    const late = Pulls.addLate(rules)(eager, eager.midway?.writes ?? []);
    expect([late.log, late.midway]).toEqual([[write(1, '0.0', 11, 1)], null]);
  });
  test('V8: the vector comes before the writes, and a kill loses them', () => {
    const rules: Rules = { ...FIXED, variant: 'V8' };
    const from = accept(Sv.newServer(1), put(11, 1));
    const half = Pulls.claimFirst(rules)(Sv.newServer(0), Pulls.answerPull(from, Pulls.pullRequest(Sv.newServer(0))));
    expect([half.vv, half.log]).toEqual([from.vv, []]);
    expect(Pulls.addLate(rules)(half, from.log).log).toEqual(from.log);
    expect(R.restart(R.kill(half)).midway).toBeNull();
  });
  test('R10: a killed server comes back with what it acknowledged', () => {
    const server = accept(Sv.newServer(0), put(11, 1));
    expect(R.restart(R.kill(server))).toEqual(server);
  });
});

describe('sessions', () => {
  const wrote = S.afterPut(S.newSession(11), put(11, 1), { t: 3, r: '0.0' });
  const session = S.afterGet(wrote, 'b', { t: 5, r: '1.0' });
  const gets = (asked: Partial<Guarantees>, key: string) => S.getOf({ ...MASTER, ...asked })(session, key);

  test('R11: the clock is the greatest accept time seen, and travels with the put (R2)', () => {
    expect(S.putOf(MASTER, () => 'x')(session, 'a')).toMatchObject({ clientTime: 2, clock: 5, require: [] });
  });
  test('R11: beyond the bound the key used longest ago is folded into a floor that every get must meet', () => {
    const afterTwo = ['a', 'b', 'a', 'c'].reduce(
      (now, key, i) => S.bounded(MASTER, 2)(S.afterPut(now, put(11, i + 1, 0, key), { t: i + 1, r: '0.0' }), 'wrote', key),
      S.newSession(11, [], true),
    );
    expect(afterTwo.kept).toEqual({ wrote: ['a', 'c'], read: [], floor: [['0.0', 2]] });
    expect(S.getOf(MASTER)(afterTwo, 'a')).toMatchObject({ atLeast: { t: 3, r: '0.0' }, require: [['0.0', 2]] });
    expect(S.getOf(MASTER)(afterTwo, 'b')).toMatchObject({ atLeast: null, require: [['0.0', 2]] });
    expect(S.getOf(MASTER)(afterTwo, 'z')).toMatchObject({ atLeast: null, require: [['0.0', 2]] });
  });
  test('R11: nothing is folded into the floor for a guarantee that the session does not ask for', () => {
    const floorOf = (asked: Partial<Guarantees>) => {
      const keep = S.bounded({ ...MASTER, ...asked }, 1);
      const writer = ['a', 'b'].reduce(
        (now, key, i) => keep(S.afterPut(now, put(11, i + 1, 0, key), { t: i + 1, r: '0.0' }), 'wrote', key),
        S.newSession(11, [], true),
      );
      return ['c', 'd'].reduce((now, key) => keep(S.afterGet(now, key, { t: 9, r: '1.0' }), 'read', key), writer).kept?.floor;
    };
    const [ofWrites, ofReads] = [
      ['0.0', 1],
      ['1.0', 9],
    ];
    expect(floorOf({})).toEqual([ofWrites, ofReads]);
    expect(floorOf({ monotonicReads: false })).toEqual([ofWrites]);
    expect(floorOf({ readYourWrites: false })).toEqual([ofReads]);
    expect(floorOf({ readYourWrites: false, monotonicReads: false })).toEqual([]);
  });
  test('R12: scope key asks for what was written and read of that key', () => {
    expect(gets({}, 'a')).toMatchObject({ atLeast: { t: 3, r: '0.0' }, require: [] });
    expect(gets({}, 'b')).toMatchObject({ atLeast: { t: 5, r: '1.0' }, require: [] });
    expect(gets({}, 'c')).toMatchObject({ atLeast: null, require: [] });
    expect(gets({ monotonicReads: false }, 'b')).toMatchObject({ atLeast: null, require: [] });
  });
  test('R12: scope key asks for the greater of what was written and read, and a later write to the key does as well', () => {
    const both = S.afterGet(wrote, 'a', { t: 3, r: '1.0' });
    expect(S.getOf(MASTER)(both, 'a').atLeast).toEqual({ t: 3, r: '1.0' });
    expect(S.getOf({ ...MASTER, monotonicReads: false })(both, 'a').atLeast).toEqual({ t: 3, r: '0.0' });
    const get = S.getOf(MASTER)(wrote, 'a');
    const answerOf = (t: number, key = 'a') => Sv.answerGet(FIXED)(accept(Sv.newServer(1), put(12, 1, t - 1, key)), get).type;
    expect([answerOf(2), answerOf(3), answerOf(4), answerOf(4, 'b')]).toEqual(['behind', 'found', 'found', 'behind']);
  });
  test('R12: a session that overwrites what it read, at a server that lacks it, gets its own newer value there', () => {
    const first = accept(Sv.newServer(0), put(2, 1, 0, 'k'));
    const read = S.afterGet(S.afterPut(S.newSession(2), put(2, 1, 0, 'k'), { t: 1, r: '0.0' }), 'k', { t: 1, r: '0.0' });
    const next = S.putOf(MASTER)(read, 'k');
    const [second, answer] = Sv.acceptPut(FIXED)(Sv.newServer(1), next);
    const after = S.afterPut(read, next, answer.type === 'accepted' ? answer.stamp : { t: 0, r: '0.0' });
    expect(Sv.answerGet(FIXED)(second, S.getOf(MASTER)(after, 'k'))).toMatchObject({ type: 'found', value: '2#2' });
    expect(Sv.answerGet(FIXED)(first, S.getOf(MASTER)(after, 'k'))).toEqual({ type: 'behind' });
  });
  test('R12: scope store asks for the vectors', () => {
    expect(gets({ scope: 'store' }, 'a')).toMatchObject({
      atLeast: null,
      require: [
        ['0.0', 3],
        ['1.0', 5],
      ],
    });
    expect(gets({ scope: 'store', readYourWrites: false }, 'c').require).toEqual([['1.0', 5]]);
  });
  test('R12: the write guarantees ask before a put', () => {
    const require = (asked: Partial<Guarantees>) => S.putOf({ ...MASTER, ...asked }, () => 'x')(session, 'a').require;
    expect(require({ writesFollowReads: true })).toEqual([['1.0', 5]]);
    expect(require({ monotonicWrites: true })).toEqual([['0.0', 3]]);
    const [, answer] = Sv.acceptPut(FIXED)(Sv.newServer(0), { ...put(11, 2), require: require({ monotonicWrites: true }) });
    expect(answer).toEqual({ type: 'behind' });
  });
  test('R13: ERR_DEP comes before ERR_KEY; V6 does not look', () => {
    const get = S.getOf(MASTER)(session, 'a');
    expect(Sv.answerGet(FIXED)(Sv.newServer(1), get)).toEqual({ type: 'behind' });
    expect(Sv.answerGet({ ...FIXED, variant: 'V6' })(Sv.newServer(1), get)).toEqual({ type: 'missing' });
    expect(Sv.answerGet(FIXED)(Sv.newServer(1), S.getOf(MASTER)(session, 'c'))).toEqual({ type: 'missing' });
  });
  test('R13: servers are asked in the order of connection, first the one that answered last', () => {
    const linked = S.answeredBy(S.linkMade(S.newSession(11, [2, 0]), 1), 0);
    expect(S.askingOrder(linked)).toEqual([0, 2, 1]);
    expect(S.askingOrder(S.linkCut(linked, 0))).toEqual([2, 1]);
    expect(S.askingOrder(S.linkMade(S.linkCut(linked, 0), 0))).toEqual([2, 1, 0]);
  });
  test('R14: a put that was not answered is repeated with the same client time, for the replica that it went to', () => {
    const silent = S.afterSilence(session, S.putOf(MASTER, () => 'x')(session, 'a'), '1.2');
    expect(S.putOf(MASTER, () => 'x')(session, 'a').replica).toBeNull();
    expect(S.putOf(MASTER, () => 'x')(silent, 'z')).toMatchObject({ clientTime: 2, key: 'a', replica: '1.2' });
    expect(S.putOf(MASTER, () => 'x')(S.afterGivingUp(silent), 'z')).toMatchObject({ clientTime: 3, key: 'z' });
  });
});

describe('sessions that start again (R11a)', () => {
  const linked = S.linkMade(S.newSession(11), 3);
  const session = S.afterGet(S.afterPut(linked, put(11, 1), { t: 3, r: '0.0' }), 'b', { t: 5, r: '1.0' });

  test('anew: another number, the same links, and nothing known', () => {
    const next = S.startedAnew(session);
    expect(next).toEqual({ ...S.newSession(11, [3]), number: '2' });
    expect(S.startedAnew(next).number).toBe('3');
    expect(S.putOf(MASTER)(next, 'a')).toMatchObject({ session: '2', clientTime: 1, value: '11.2#1' });
  });
  test('numbers are hexadecimal', () => {
    expect(Array.from({ length: 16 }).reduce<S.Session>(S.startedAnew, session).number).toBe('11');
  });
  test('from a token, as often as one likes: what the session had seen, and nothing of who it was', () => {
    const token = S.tokenOf(FIXED, session);
    const [second, third] = [S.startedFrom(session, token), S.startedFrom(S.startedAnew(session), token)];
    expect(second).toEqual({ ...session, number: '2', clientTime: 0 });
    expect(third).toEqual({ ...session, number: '3', clientTime: 0 });
    expect(S.tokenOf(FIXED, third)).toEqual(token);
  });
  test('a put that was not answered stays unknown: a token does not have it', () => {
    const silent = S.afterSilence(session, put(11, 2), '0.0');
    expect(S.tokenOf(FIXED, silent)).toEqual(S.tokenOf(FIXED, session));
  });
  test('V9: a token says how far the session had counted', () => {
    const rules: Rules = { ...FIXED, variant: 'V9' };
    expect(S.putOf(MASTER)(S.startedFrom(session, S.tokenOf(rules, session)), 'a').clientTime).toBe(2);
  });
});

describe('the network', () => {
  const chain = (n: number): ReadonlyArray<Net.Pair> => Array.from({ length: n - 1 }, (_, i) => Net.pair(i, i + 1));
  const servers = (n: number): ReadonlyArray<Sv.Server> =>
    Array.from({ length: n }, (_, s) => (s === n - 1 ? accept(Sv.newServer(s), put(11, 1)) : Sv.newServer(s)));

  test('partitions are the servers that reach each other', () => {
    expect(
      Net.partitions(
        [0, 1, 2, 3],
        [
          [0, 2],
          [1, 3],
          [2, 4],
        ],
      ),
    ).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });
  test('section 5: a stabilize makes the stores of a partition equal, and leaves other partitions alone', () => {
    const links = chain(6).filter(([a]) => a !== 2);
    const after = stabilized(FIXED, 4)(servers(6), links);
    expect(everyPartitionIsEqual(FIXED)(after, links)).toBe(true);
    expect(after.map((s) => s.log.length)).toEqual([0, 0, 0, 1, 1, 1]);
  });
  test('V4: four rounds do for a chain of five, not of six', () => {
    const after = (n: number) => stabilized({ ...FIXED, variant: 'V4' }, 4)(servers(n), chain(n));
    expect(everyPartitionIsEqual(FIXED)(after(5), chain(5))).toBe(true);
    expect(everyPartitionIsEqual(FIXED)(after(6), chain(6))).toBe(false);
  });
  test('section 7: a bag of messages has no order, and keeps copies apart from kinds', () => {
    const request = (puller: number): Net.Message => ({
      type: 'request',
      puller,
      answerer: 9,
      replica: `${puller}.0`,
      vv: [],
      after: null,
    });
    const [one, two] = [request(0), request(1)];
    expect(Net.send(Net.send([], one), two)).toEqual(Net.send(Net.send([], two), one));
    expect(Net.distinct(Net.send(Net.send([], one), one))).toHaveLength(1);
    expect(Net.take(Net.send([one], one), one)).toHaveLength(1);
    expect(Net.withoutServer([one, two], 1)).toEqual([one]);
    expect(Net.withoutLink([one, two], [1, 9])).toEqual([one]);
  });
});
