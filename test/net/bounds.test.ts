/** R16 at the border: what is too large, too far, too deep or not an address is refused where it is taken in, and changes nothing. */
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { putOf } from '../impl/support/puts.js';
import { until } from '../support/until.js';
import { MAX_VALUE_BYTES } from '../../src/core/bounds.js';
import { NO_CHANGE } from '../../src/impl/log/log.js';
import { createMemoryLog } from '../../src/impl/log/memory-log.js';
import type { NetRequest } from '../../src/net/protocol.js';
import type { RunningServer } from '../../src/net/server.js';
import { ask, closed, dialed, handshakeByHand, serveForTest, storedAt } from './support.js';

const CLIENT = { role: 'client', id: 9 } as const;
const MASTER = { role: 'master', id: 0 } as const;
const storeOf = async (server: RunningServer) => storedAt(await dialed(MASTER, server));

/** As large as fits into a frame. */
const HUGE = 4_194_205;

describe('a put', () => {
  test('of a value of 4,194,205 bytes is refused with one log line, and replication goes on', async () => {
    const [{ server, lines }, { server: other }] = [await serveForTest(0), await serveForTest(1)];
    const client = await dialed(CLIENT, server);
    expect(await ask(client, putOf(1, 'small', 'v'))).toMatchObject({ type: 'accepted' });
    const bare = JSON.stringify({ id: 1, ask: putOf(2, 'huge', '') }).length;
    expect(await ask(client, putOf(2, 'huge', 'x'.repeat(HUGE - bare)))).toEqual({ type: 'refused', reason: 'too-large' });
    expect(lines).toEqual(['put 2 of client 9, session 1, was refused: too-large']);
    expect(await ask(client, putOf(3, 'largest', 'x'.repeat(MAX_VALUE_BYTES)))).toMatchObject({ type: 'accepted' });
    await other.link(0, server.address);
    const master = await dialed(MASTER, other);
    expect(await ask(master, { type: 'sync' }, 10_000)).toMatchObject({ failed: [] });
    expect((await storeOf(other)).map(([key, value]) => [key, value.length])).toEqual([
      ['largest', MAX_VALUE_BYTES],
      ['small', 1],
    ]);
  });

  test('from a session whose clock is at its end is refused with one log line, and the server goes on', async () => {
    const { server, lines } = await serveForTest();
    const client = await dialed(CLIENT, server);
    // Both at once, since a line that comes again is said again after a second.
    const both = [2 ** 53 - 2, 2 ** 53 - 1].map((clock) => ask(client, { ...putOf(1, 'k', 'far'), clock }));
    const refused = { type: 'refused', reason: 'too-far' };
    expect(await Promise.all(both)).toEqual([refused, refused]);
    expect(lines).toEqual(['put 1 of client 9, session 1, was refused: too-far']);
    expect(await ask(client, putOf(2, 'k', 'near'))).toMatchObject({ type: 'accepted', stamp: { t: 1 } });
  });

  test('that takes the identity of another is refused with one log line', async () => {
    const { server, lines } = await serveForTest();
    const client = await dialed(CLIENT, server);
    await ask(client, putOf(1, 'k', 'one'));
    expect(await ask(client, putOf(1, 'k', 'two'))).toEqual({ type: 'refused', reason: 'not-the-same' });
    expect(lines).toEqual(['put 1 of client 9, session 1, was refused: not-the-same']);
    expect(await storeOf(server)).toEqual([['k', 'one']]);
  });
});

test('a log that holds an accept time of before there were bounds is told of when it is opened', async () => {
  const log = createMemoryLog();
  await log.open({ server: 0 });
  await log.commit([{ ...NO_CHANGE, clock: 2 ** 53 - 1 }]);
  const { server, lines } = await serveForTest(0, { log });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("the log's accept time 9007199254740991 is further ahead than any cluster can be");
  expect(await ask(await dialed(CLIENT, server), putOf(1, 'k', 'v'))).toEqual({ type: 'refused', reason: 'too-far' });
  expect(await storeOf(server)).toEqual([]);
});

describe('a message that is not one is cut off with one log line', () => {
  const cutOff = async (what: string, said: string): Promise<void> => {
    const { server, lines } = await serveForTest();
    const { socket, sealedText } = await handshakeByHand({ role: 'server', id: 7 }, server);
    socket.write(sealedText(what));
    await closed(socket);
    await until(() => lines.length > 0);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(said);
    expect(await ask(await dialed(CLIENT, server), putOf(1, 'k', 'v'))).toMatchObject({ type: 'accepted' });
  };
  const pull = (vv: string): string =>
    `{"id":0,"ask":{"type":"namedPull","pull":"p","ask":{"type":"pull","puller":"7.0","after":null,"vv":[${vv}]}}}`;

  test('a vector of 3.6 MB of wrong entries', () => cutOff(pull(Array(450_000).fill('["x",1]').join(',')), "field 'ask.ask.vv"));
  test('a vector with more entries than there can be', () =>
    cutOff(pull(Array.from({ length: 70_000 }, (_, i) => `["1.${i}",1]`).join(',')), "field 'ask.ask.vv' is wrong"));
  test('a million lists in each other', () => cutOff(pull(`${'['.repeat(1e6)}${']'.repeat(1e6)}`), "field 'ask.ask.vv"));
  test('a million objects in each other', () => cutOff(`${'{"a":'.repeat(6e5)}1${'}'.repeat(6e5)}`, 'wrong'));
  test('an incarnation that is not exact', () => cutOff(pull('["1.9007199254740993",1]'), "field 'ask.ask.vv"));
  test('an accept time that is not exact', () => cutOff(pull('["1.0",9007199254740993]'), "field 'ask.ask.vv"));
});

describe('an address', () => {
  const bad = { host: '127.0.0.1', port: 99_999_999 };

  test('that is none does not end the server that is to link to it', async () => {
    const { server } = await serveForTest();
    const linked = await server.link(1, bad);
    expect(E.isLeft(linked) && linked.left).toContain('127.0.0.1:99999999 is not an address');
    expect(await storeOf(server)).toEqual([]);
  });

  test('that is none cuts off a master that sends it', async () => {
    const { server, lines } = await serveForTest();
    const link: NetRequest = { type: 'link', peer: { role: 'server', id: 1 }, address: bad };
    expect(await ask(await dialed(MASTER, server), link)).toMatchObject({ type: 'broken' });
    expect(lines).toEqual(["master 0 was cut off: it sent a message whose field 'ask.address.port' is wrong"]);
    expect(await storeOf(server)).toEqual([]);
  });
});
