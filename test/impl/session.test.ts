import { isRight } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { GetAnswer, PutAnswer } from '#bayou/core/messages.js';
import { MASTER_GUARANTEES, SessionTokenC, type Guarantees } from '#bayou/core/guarantees.js';
import type { Stamp } from '#bayou/core/write.js';
import { gotAnswer, newSession, putAnswered, resume, startGet, startPut, token, type Session } from '#bayou/impl/session.js';

const NONE: Guarantees = {
  readYourWrites: false,
  monotonicReads: false,
  writesFollowReads: false,
  monotonicWrites: false,
  scope: 'key',
};

const stamp = (t: number, server: number): Stamp => ({ t, r: `${server}.0` });
const accepted = (t: number, server: number): PutAnswer => ({ type: 'accepted', stamp: stamp(t, server) });
const found = (t: number, server: number): GetAnswer => ({ type: 'found', value: 'v', stamp: stamp(t, server) });

const wrote = (session: Session, key: string, t: number, server: number): void =>
  putAnswered(session, startPut(session, key, 'v'), accepted(t, server));
const read = (session: Session, key: string, t: number, server: number): void =>
  gotAnswer(session, startGet(session, key), found(t, server));

/** A session that wrote a (5 at 1) and b (7 at 2) and read a (9 at 2) and c (4 at 3). */
const sample = (guarantees: Partial<Guarantees>): Session => {
  const session = newSession(8, '1', { ...NONE, ...guarantees });
  wrote(session, 'a', 5, 1);
  wrote(session, 'b', 7, 2);
  read(session, 'a', 9, 2);
  read(session, 'c', 4, 3);
  return session;
};

describe('what a session requires (R12)', () => {
  const get = (guarantees: Partial<Guarantees>, key: string) => startGet(sample(guarantees), key).require;

  test.each([
    ['nothing', {}, { a: null, b: null, c: null, d: null }],
    ['Read Your Writes', { readYourWrites: true }, { a: stamp(5, 1), b: stamp(7, 2), c: null, d: null }],
    ['Monotonic Reads', { monotonicReads: true }, { a: stamp(9, 2), b: null, c: stamp(4, 3), d: null }],
    [
      'the greater of both',
      { readYourWrites: true, monotonicReads: true },
      { a: stamp(9, 2), b: stamp(7, 2), c: stamp(4, 3), d: null },
    ],
  ] as const)('of a get, scope key: %s', (_name, guarantees, expected) => {
    for (const [key, atLeast] of Object.entries(expected))
      expect(startGet(sample(guarantees), key), key).toMatchObject({ atLeast, require: [] });
  });

  test('of a get of a key that it overwrote elsewhere after it had read it: its own write, which is the greater', () => {
    const session = sample({ readYourWrites: true, monotonicReads: true });
    wrote(session, 'a', 10, 3);
    expect(startGet(session, 'a').atLeast).toEqual(stamp(10, 3));
  });

  test('of a get, scope store: the vectors, whatever the key', () => {
    expect(get({ scope: 'store', readYourWrites: true }, 'd')).toEqual([
      ['1.0', 5],
      ['2.0', 7],
    ]);
    expect(get({ scope: 'store', monotonicReads: true }, 'd')).toEqual([
      ['2.0', 9],
      ['3.0', 4],
    ]);
    expect(get({ scope: 'store' }, 'd')).toEqual([]);
  });

  test('of a put: the read vector (Writes Follow Reads), the write vector (Monotonic Writes)', () => {
    const put = (guarantees: Partial<Guarantees>) => startPut(sample(guarantees), 'd', 'v').require;
    expect(put({ readYourWrites: true, monotonicReads: true })).toEqual([]);
    expect(put({ writesFollowReads: true })).toEqual([
      ['2.0', 9],
      ['3.0', 4],
    ]);
    expect(put({ monotonicWrites: true })).toEqual([
      ['1.0', 5],
      ['2.0', 7],
    ]);
    expect(put({ writesFollowReads: true, monotonicWrites: true })).toEqual([
      ['1.0', 5],
      ['2.0', 9],
      ['3.0', 4],
    ]);
  });
});

describe('what a session keeps (R11)', () => {
  test('its clock is the greatest accept time in an answer, and goes with every put (R2)', () => {
    const session = newSession(8, '1', MASTER_GUARANTEES);
    expect(startPut(session, 'a', 'v')).toMatchObject({ clientTime: 1, clock: 0 });
    read(session, 'x', 12, 1);
    wrote(session, 'a', 5, 1);
    expect(startPut(session, 'a', 'v')).toMatchObject({ clientTime: 3, clock: 12 });
  });

  test('the greatest stamp of a key, not the latest to arrive (R4)', () => {
    const session = newSession(8, '1', MASTER_GUARANTEES);
    wrote(session, 'a', 5, 10);
    wrote(session, 'a', 5, 9);
    expect(startGet(session, 'a').atLeast).toEqual(stamp(5, 10));
  });

  test('answers without a stamp change nothing', () => {
    const session = sample({ readYourWrites: true, monotonicReads: true });
    const before = token(session);
    gotAnswer(session, startGet(session, 'zz'), { type: 'missing' });
    gotAnswer(session, startGet(session, 'a'), { type: 'behind' });
    putAnswered(session, { ...startPut(session, 'zz', 'v') }, { type: 'behind' });
    expect(token(session)).toEqual(before);
    expect(session.clientTime).toBe(3);
  });

  test('beyond the bound the least recently used keys go into a floor that every get must meet', () => {
    const session = newSession(8, '1', MASTER_GUARANTEES, { maxKeys: 2 });
    wrote(session, 'a', 1, 1);
    wrote(session, 'b', 2, 2);
    wrote(session, 'a', 3, 1);
    expect(startGet(session, 'zz').require).toEqual([]);
    wrote(session, 'c', 4, 3);
    expect(startGet(session, 'zz')).toMatchObject({ atLeast: null, require: [['2.0', 2]] });
    expect(startGet(session, 'b')).toMatchObject({ atLeast: null, require: [['2.0', 2]] });
    expect(startGet(session, 'a')).toMatchObject({ atLeast: stamp(3, 1), require: [['2.0', 2]] });
    expect(token(session).wrote).toHaveLength(2);
  });

  test('the floor holds nothing for a guarantee that is off', () => {
    const session = newSession(8, '1', { ...NONE, monotonicReads: true }, { maxKeys: 1 });
    wrote(session, 'a', 1, 1);
    wrote(session, 'b', 2, 2);
    expect(startGet(session, 'a').require).toEqual([]);
  });

  test('a token carries what was seen through JSON to another process, and nothing of who saw it', () => {
    for (const maxKeys of [1, 10_000]) {
      const session = newSession(8, '1', MASTER_GUARANTEES, { maxKeys });
      wrote(session, 'a\u00ff', 5, 1);
      read(session, 'b', 9, 2);
      wrote(session, 'c', 10, 1);
      const decoded = SessionTokenC.decode(JSON.parse(JSON.stringify(token(session))));
      if (!isRight(decoded)) throw new Error('not a token');
      const other = resume(decoded.right, '2', { maxKeys });
      expect(token(other)).toEqual(token(session));
      expect(startPut(other, 'k', 'v')).toEqual({ ...startPut(session, 'k', 'v'), session: '2', clientTime: 1 });
      expect(startGet(other, 'a\u00ff')).toEqual(startGet(session, 'a\u00ff'));
    }
  });

  test('a token of version 1 is taken, without the identity that it carries', () => {
    const session = sample({ readYourWrites: true });
    const old = SessionTokenC.decode({ ...token(session), version: 1, clientTime: 7 });
    if (!isRight(old)) throw new Error('not a token');
    expect(resume(old.right, '2')).toEqual(resume(token(session), '2'));
    expect(resume(old.right, '2').clientTime).toBe(0);
  });

  test('a token resumed with a lower bound requires no less', () => {
    const other = resume(token(sample({ readYourWrites: true })), '2', { maxKeys: 1 });
    expect(startGet(other, 'a').require).toEqual([['1.0', 5]]);
  });
});
