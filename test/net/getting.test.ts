/** R12, R13: the gets of a session while other answers come, over the same connection and over others. */
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import type { Guarantees } from '../../src/core/guarantees.js';
import type { NodeId } from '../../src/core/ids.js';
import type { Get, GetAnswer } from '../../src/core/messages.js';
import type { Stamp } from '../../src/core/write.js';
import { newSession, putAnswered, startPut } from '../../src/impl/session.js';
import type { Connection } from '../../src/net/connection.js';
import { makeGetter } from '../../src/net/getting.js';
import type { Outbound } from '../../src/net/outbound.js';
import { PendingGets } from '../../src/net/pending-gets.js';
import type { OnAnswer } from '../../src/net/requests.js';

const GUARANTEES: Guarantees = {
  scope: 'key',
  readYourWrites: true,
  monotonicReads: true,
  writesFollowReads: false,
  monotonicWrites: false,
};
const silent = (): undefined => undefined;
const OLD: Stamp = { t: 1, r: '1.0' };
const NEW: Stamp = { t: 5, r: '0.0' };

const found = (value: string, stamp: Stamp): GetAnswer => ({ type: 'found', value, stamp });

/** A session with the servers 0 and 1, whose answers are given by hand. */
const sessionOf = (guarantees: Partial<Guarantees>) => {
  const session = newSession(9, '1', { ...GUARANTEES, ...guarantees });
  const asked: { readonly server: NodeId; readonly get: Get; readonly done: OnAnswer }[] = [];
  const connections = [0, 1].map(
    (id) =>
      ({
        peer: { role: 'server', id, replica: `${id}.0` },
        ask: (get: Get, _: number, done: OnAnswer) => asked.push({ server: id, get, done }),
      }) as unknown as Connection,
  );
  const links = new Map(
    connections.map((c, id) => [id, { reach: (_: number, _p: boolean, done: (c: unknown) => void) => done(E.right(c)) }]),
  ) as unknown as ReadonlyMap<NodeId, Outbound>;
  const pending = new PendingGets<Connection>(session);
  const first = { server: 0 };
  const get = makeGetter(
    {
      session,
      timeoutMs: 1000,
      links,
      order: () => (first.server === 0 ? [0, 1] : [1, 0]),
      onServed: silent,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      trace: undefined,
      world: {
        clock: { nowMs: () => 0, wallMs: () => 1.8e12 },
        timers: {} as never,
        chance: {} as never,
      },
    },
    pending,
  );
  /** A put to `k` is accepted over the connection to `server`. */
  const wrote = (server: number): void => {
    putAnswered(session, startPut(session, 'k', 'v'), { type: 'accepted', stamp: NEW });
    pending.learned('wrote', 'k', NEW, connections[server]!);
  };
  return { get, asked, wrote, first };
};

/** Does an answer to the request meet a guarantee for NEW? */
const requires = (get: Get): boolean => get.atLeast?.t === NEW.t || get.require.some(([r, t]) => r === NEW.r && t === NEW.t);

test.each(['key', 'store'] as const)(
  'a get that is sent again asks for what its session has written meanwhile: %s',
  async (scope) => {
    const { get, asked, wrote } = sessionOf({ scope });
    const result = get('k');
    wrote(0);
    asked[0]!.done(E.left({ type: 'broken', why: 'gone' }));
    expect(asked.map(({ get: sent }) => requires(sent))).toEqual([false, true]);
    asked[1]!.done(E.right({ type: 'behind' }));
    asked[2]!.done(E.right({ type: 'behind' }));
    expect(await result).toEqual({ type: 'ERR_DEP' });
  },
);

test.each(['key', 'store'] as const)(
  'an answer older than what came from another server is asked for again: %s',
  async (scope) => {
    const { get, asked, wrote } = sessionOf({ scope });
    const result = get('k');
    wrote(1);
    asked[0]!.done(E.right(found('OLD', OLD)));
    expect(asked.map(({ server }) => server)).toEqual([0, 0]);
    expect(requires(asked[1]!.get)).toBe(true);
    asked[1]!.done(E.right(found('NEW', NEW)));
    expect(await result).toEqual({ type: 'value', value: 'NEW', stamp: NEW });
  },
);

test('so is the answer that there is no value', async () => {
  const { get, asked, wrote } = sessionOf({});
  const result = get('k');
  wrote(1);
  asked[0]!.done(E.right({ type: 'missing' }));
  asked[1]!.done(E.right(found('NEW', NEW)));
  expect((await result).type).toBe('value');
});

test('a get at another server that ends first counts, too', async () => {
  const { get, asked, first } = sessionOf({});
  const slow = get('k');
  first.server = 1;
  const quick = get('k');
  asked[1]!.done(E.right(found('NEW', NEW)));
  expect((await quick).type).toBe('value');
  asked[0]!.done(E.right(found('OLD', OLD)));
  expect(asked).toHaveLength(3);
  asked[2]!.done(E.right(found('NEW', NEW)));
  expect(await slow).toMatchObject({ value: 'NEW' });
});

const TAKEN: ReadonlyArray<readonly [string, Partial<Guarantees>, number, GetAnswer]> = [
  ['what came over its own connection its server has', {}, 0, found('OLD', OLD)],
  ['the same with scope store', { scope: 'store' }, 0, found('OLD', OLD)],
  ['one that is late enough', {}, 1, found('NEW', NEW)],
  ['without Read Your Writes', { readYourWrites: false }, 1, found('OLD', OLD)],
];

test.each(TAKEN)('an answer is taken: %s', async (_, guarantees, via, answer) => {
  const { get, asked, wrote } = sessionOf(guarantees);
  const result = get('k');
  wrote(via);
  asked[0]!.done(E.right(answer));
  expect(asked).toHaveLength(1);
  expect((await result).type).toBe('value');
});

test('a stamp of another key asks for nothing more', async () => {
  const { get, asked, wrote } = sessionOf({});
  const result = get('other');
  wrote(1);
  asked[0]!.done(E.right(found('OLD', OLD)));
  expect((await result).type).toBe('value');
});
