/** R14 over connections: servers that are scripted, to be late, to break off, to refuse, to close in peace. */
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../support/until.js';
import { replicaId } from '../../src/core/ids.js';
import type { Put } from '../../src/core/messages.js';
import { type Guarantees, MASTER_GUARANTEES } from '../../src/core/guarantees.js';
import { newSession, token } from '../../src/impl/session.js';
import { type Client, makeClient } from '../../src/net/client.js';
import type { Connection } from '../../src/net/connection.js';
import { listen } from '../../src/net/listen.js';
import type { Address, Answer, NetRequest } from '../../src/net/protocol.js';
import { remember, SECRET } from './support.js';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A request that a scripted server got, and what it may do about it. */
interface Got {
  readonly ask: NetRequest;
  readonly connection: Connection;
  readonly reply: (answer: Answer) => void;
}

interface Scripted {
  readonly id: number;
  incarnation: number;
  readonly address: Address;
  readonly got: Got[];
  /** Called with each request that the server gets; by default it does nothing. */
  act: (got: Got) => void;
  /** Are connections refused? */
  closed: boolean;
  readonly puts: () => ReadonlyArray<Put>;
}

const scripted = async (id: number): Promise<Scripted> => {
  const connections = new Set<Connection>();
  const it: { -readonly [K in keyof Scripted]: Scripted[K] } = {
    id,
    incarnation: 0,
    address: { host: '127.0.0.1', port: 0 },
    got: [],
    act: () => undefined,
    closed: false,
    puts: () => it.got.flatMap(({ ask }) => (ask.type === 'put' ? [ask] : [])),
  };
  const listening = await listen(
    { me: { role: 'server', id }, secret: SECRET, replica: () => replicaId(id, it.incarnation) },
    {
      host: '127.0.0.1',
      ports: { wanted: 0, range: null },
      admit: () => (it.closed ? 'closed' : undefined),
      onConnection: (c) => connections.add(c),
      callbacks: {
        onAsk: (connection, ask, reply) => {
          const got = { ask, connection, reply };
          it.got.push(got);
          it.act(got);
        },
        onClose: () => undefined,
        onFault: () => undefined,
      },
      log: remember(),
    },
  );
  if (E.isLeft(listening)) throw new Error(listening.left);
  const [port, stop] = listening.right;
  it.address = { host: '127.0.0.1', port };
  stops.push(() => {
    stop();
    for (const c of connections) c.close('the test is over');
  });
  return it;
};

const clientOf = async (
  servers: ReadonlyArray<Scripted>,
  timeoutMs: number,
  guarantees: Partial<Guarantees> = {},
): Promise<Client> => {
  const session = newSession(9, 'abc', { ...MASTER_GUARANTEES, ...guarantees });
  const client = makeClient({ secret: SECRET, session, timeoutMs, logger: remember(), trace: undefined });
  for (const s of servers) await client.link(s.id, s.address);
  stops.push(client.close);
  return client;
};

const accepted = (t: number, id: number) => ({ type: 'accepted', stamp: { t, r: replicaId(id) } }) as const;
const breakOff = ({ connection }: Got): void => connection.close('broken off');
const LONG = 60_000;

describe('a put', () => {
  test('is repeated over the next connections, in order with the others, as the same put, to the same replica', async () => {
    const [one, two] = [await scripted(1), await scripted(2)];
    const client = await clientOf([one, two], LONG);
    one.act = (got) => {
      if (one.got.length === 2 || one.got.length === 4) breakOff(got);
      if (one.got.length > 4 && got.ask.type === 'put') got.reply(accepted(got.ask.clientTime, 1));
    };
    const results = await Promise.all([client.put('k', 'a'), client.put('k', 'b')]);
    expect(results).toEqual([accepted(1, 1), accepted(2, 1)]);
    expect(one.puts().map(({ value, replica }) => [value, replica])).toEqual([
      ['a', null],
      ['b', null],
      ['a', '1.0'],
      ['b', '1.0'],
      ['a', '1.0'],
      ['b', '1.0'],
    ]);
    expect(two.got).toEqual([]);
  });

  test('goes to the next server, with what its session has seen meanwhile, where one refuses it', async () => {
    const [one, two] = [await scripted(1), await scripted(2)];
    const client = await clientOf([one, two], LONG);
    one.act = ({ ask, reply }) =>
      ask.type === 'put' && ask.key === 'k' ? undefined : reply({ type: 'found', value: 'x', stamp: { t: 41, r: '1.0' } });
    two.act = ({ reply }) => reply(accepted(42, 2));
    const put = client.put('k', 'v');
    await client.get('seen');
    one.got[0]!.reply({ type: 'refused', reason: 'busy' });
    expect(await put).toEqual(accepted(42, 2));
    expect([one.puts()[0]?.clock, two.puts()[0]?.clock, two.puts()[0]?.replica]).toEqual([0, 41, null]);
  });

  test('that was sent waits for its answer at that server, and is unknown without one; what comes late is not taken for another', async () => {
    const [one, two] = [await scripted(1), await scripted(2)];
    const client = await clientOf([one, two], 1_200);
    expect(await client.put('k', 'old')).toEqual({ type: 'UNKNOWN' });
    expect(two.got).toEqual([]);
    one.act = ({ ask, reply }) => {
      one.got[0]!.reply(accepted(1, 1));
      if (ask.type === 'put') reply(accepted(7, 1));
    };
    expect(await client.put('k', 'new')).toEqual(accepted(7, 1));
  });

  test('whose server comes back as another replica is unknown, and not sent to that one', async () => {
    const [one, two] = [await scripted(1), await scripted(2)];
    const client = await clientOf([one, two], LONG);
    one.act = (got) => {
      one.incarnation = 5;
      breakOff(got);
    };
    expect(await client.put('k', 'v')).toEqual({ type: 'UNKNOWN' });
    expect([one.got.length, two.got.length]).toEqual([1, 0]);
    one.act = ({ reply }) => reply({ type: 'accepted', stamp: { t: 3, r: '1.5' } });
    expect(await client.put('k', 'w')).toMatchObject({ type: 'accepted' });
    expect(one.puts()[1]?.replica).toBeNull();
  });

  test('that a server did not act upon, because it closes in peace, goes to the next one; what it had begun is answered', async () => {
    const [one, two] = [await scripted(1), await scripted(2)];
    const client = await clientOf([one, two], LONG);
    const puts = [client.put('a', 'served'), client.put('b', 'unserved')];
    one.act = (got) => {
      if (one.got.length > 1) return;
      one.closed = true;
      got.connection.retire();
      setImmediate(() => got.reply(accepted(1, 1)));
    };
    two.act = ({ reply }) => reply(accepted(2, 2));
    expect(await Promise.all(puts)).toEqual([accepted(1, 1), accepted(2, 2)]);
    expect(one.got).toHaveLength(1);
  });

  test('that may be in the log of a server which closes in peace waits for that replica, which comes back', async () => {
    const [one, two] = [await scripted(1), await scripted(2)];
    const client = await clientOf([one, two], LONG);
    one.act = (got) => {
      if (one.got.length === 2) breakOff(got);
      if (one.got.length === 3) {
        got.connection.retire();
        setImmediate(() => got.reply(accepted(1, 1)));
      }
      if (one.got.length > 3) got.reply(accepted(2, 1));
    };
    expect(await Promise.all([client.put('a', 'served'), client.put('b', 'unserved')])).toEqual([accepted(1, 1), accepted(2, 1)]);
    expect(one.puts().map(({ value, replica }) => [value, replica])).toEqual([
      ['served', null],
      ['unserved', null],
      ['served', '1.0'],
      ['unserved', '1.0'],
    ]);
    expect(two.got).toEqual([]);
  });

  test('whose link is cut meanwhile is unknown at once', async () => {
    const one = await scripted(1);
    const client = await clientOf([one], LONG);
    const put = client.put('k', 'v');
    await until(() => one.got.length === 1);
    client.cut(1);
    expect(await put).toEqual({ type: 'UNKNOWN' });
  });

  test('finds its replica at another address when it is linked again', async () => {
    const [old, moved] = [await scripted(1), await scripted(1)];
    const client = await clientOf([old], LONG);
    old.act = (got) => {
      old.closed = true;
      breakOff(got);
    };
    moved.act = ({ reply }) => reply(accepted(1, 1));
    const put = client.put('k', 'v');
    await until(() => old.closed);
    await client.link(1, moved.address);
    expect(await put).toEqual(accepted(1, 1));
    expect(moved.puts()[0]?.replica).toBe('1.0');
  });
});

describe('a put after one whose stamp nobody knows', () => {
  /** Server 1 has the first put and is gone; server 2 takes everything. `giveUp` cuts the link to server 1: the first put is unknown then. */
  const stuck = async (guarantees: Partial<Guarantees> = {}) => {
    const [one, two] = [await scripted(1), await scripted(2)];
    const client = await clientOf([one, two], LONG, guarantees);
    one.act = (got) => {
      one.closed = true;
      breakOff(got);
    };
    two.act = ({ ask, reply }) => reply(ask.type === 'put' ? accepted(5, 2) : { type: 'missing' });
    const first = client.put('k', 'old');
    await until(() => one.closed);
    // This get is answered only after the session has seen that the connection broke.
    await client.get('another');
    const giveUp = async (): Promise<void> => {
      client.cut(1);
      expect(await first).toEqual({ type: 'UNKNOWN' });
    };
    return { client, two, giveUp };
  };

  test.each([
    ['the same key', 'k', {}],
    ['another key, where the session asks for Monotonic Writes,', 'l', { monotonicWrites: true }],
  ])('to %s waits for its result', async (_what, key, guarantees) => {
    const { client, two, giveUp } = await stuck(guarantees);
    const later = client.put(key, 'new');
    // This get is asked after the put and is answered: had the put been sent, it would be there.
    await client.get('yet another');
    expect(two.puts()).toEqual([]);
    await giveUp();
    expect(await later).toEqual(accepted(5, 2));
  });

  test('to another key does not', async () => {
    const { client, giveUp } = await stuck();
    expect(await client.put('l', 'new')).toEqual(accepted(5, 2));
    await giveUp();
  });
});

test('a get takes no late answer to another one', async () => {
  const one = await scripted(1);
  const client = await clientOf([one], 1_200);
  expect(await client.get('a')).toEqual({ type: 'ERR_CONN' });
  const asked = one.got.length;
  one.act = ({ reply }) => {
    for (const got of one.got.slice(0, asked)) got.reply({ type: 'found', value: 'of a', stamp: { t: 1, r: '1.0' } });
    reply({ type: 'found', value: 'of b', stamp: { t: 2, r: '1.0' } });
  };
  expect(await client.get('b')).toMatchObject({ type: 'value', value: 'of b' });
});

test('a stamp that no honest history has is not taken for a session’s clock (R16)', async () => {
  const one = await scripted(1);
  const client = await clientOf([one], LONG);
  one.act = ({ ask, reply }) =>
    reply(ask.type === 'put' ? accepted(2 ** 52, 1) : { type: 'found', value: 'x', stamp: { t: 2 ** 52, r: '1.0' } });
  expect(await client.put('k', 'v')).toEqual({ type: 'UNKNOWN' });
  expect(await client.get('k')).toEqual({ type: 'ERR_CONN' });
  expect(token(client.session).clock).toBe(0);
});
