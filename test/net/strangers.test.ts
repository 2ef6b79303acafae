/** Strangers who hold sockets open: they lock nobody out, and are one log line a second at most. */
import type { Socket } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../src/net/connection.js';
import { encodeFrame } from '../../src/net/frame.js';
import { dial } from '../../src/net/handshake.js';
import { MAX_OF_ONE_MEMBER, MAX_STRANGERS, STRANGER_MS } from '../../src/net/net-limits.js';
import { PROTOCOL_VERSION } from '../../src/net/protocol.js';
import type { RunningServer } from '../../src/net/server.js';
import { throttled } from '../../src/net/throttled.js';
import { until } from '../support/until.js';
import { ask, closed, dialAs, dialed, QUIET, SECRET, serveForTest, stranger } from './support.js';

let sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
});

const strangers = async (server: RunningServer, n: number): Promise<Socket[]> => {
  const came = await Promise.all(Array.from({ length: n }, () => stranger(server)));
  sockets.push(...came);
  return came;
};

const hello = encodeFrame({ hello: { version: PROTOCOL_VERSION, from: { role: 'client', id: 5 }, nonce: 'n' } });

describe('strangers', () => {
  test.each([
    ['who say nothing', undefined],
    ['who say who they are and no more', hello],
  ])('%s are closed', async (_name, words) => {
    const { server, lines } = await serveForTest();
    const all = await strangers(server, 3);
    for (const socket of all) if (words !== undefined) socket.write(words);
    await Promise.all(all.map(closed));
    expect(lines[0]).toBe(`a connection was cut off: no handshake within ${STRANGER_MS} ms (it came from 127.0.0.1)`);
  });

  test.each([1, 2 * MAX_STRANGERS])('%s idle sockets do not keep a member out', async (n) => {
    const { server } = await serveForTest();
    await strangers(server, n);
    const member = await dialed({ role: 'client', id: 5 }, server);
    const get = { type: 'get', client: 5, key: 'k', atLeast: null, require: [] } as const;
    expect(await ask(member, get)).toEqual({ type: 'missing' });
  });

  test('a thousand of them are a handful of log lines', async () => {
    const { server, lines } = await serveForTest();
    const all = await strangers(server, 1_000);
    for (const socket of all) socket.resume();
    await until(() => all.every((socket) => socket.closed));
    // One a second while they are sent away.
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThan(20);
  });
});

describe('members', () => {
  test('have so many connections and no more, and others are not touched by it', async () => {
    const { server } = await serveForTest();
    const mine: Connection[] = [];
    // A few at a time: a handshake has a second, and all of them take this one process's time.
    while (mine.length < MAX_OF_ONE_MEMBER)
      mine.push(...(await Promise.all(Array.from({ length: 16 }, () => dialed({ role: 'client', id: 5 }, server)))));
    const refused = await dialAs({ role: 'client', id: 5 }, server);
    expect(E.isLeft(refused) && refused.left).toContain(`client 5 has ${MAX_OF_ONE_MEMBER} connections already`);
    expect(E.isRight(await dialAs({ role: 'client', id: 6 }, server))).toBe(true);
    mine[0]?.close('one less');
    let again = await dialAs({ role: 'client', id: 5 }, server);
    while (E.isLeft(again)) again = await dialAs({ role: 'client', id: 5 }, server);
    expect(again.right.isOpen()).toBe(true);
  });

  test('dial somebody who says nothing for no longer than their requests may take', async () => {
    const silent = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const me = { me: { role: 'client', id: 5 }, secret: SECRET, handshakeMs: 50 } as const;
    const failed = await dial(me, { host: '127.0.0.1', port }, { role: 'server', id: 0 }, QUIET);
    expect(failed).toEqual(E.left('no handshake within 50 ms'));
    silent.close();
  });
});

describe('a throttled line', () => {
  const saidOf = (lines: ReadonlyArray<readonly [at: number, text: string]>): ReadonlyArray<string> => {
    const said: string[] = [];
    let now = 0;
    const say = throttled(
      (text) => void said.push(`${now}: ${text}`),
      () => now,
      1_000,
    );
    for (const [at, text] of lines) {
      now = at;
      say(text);
    }
    return said;
  };

  test('is said at once, then once a period with the number of those left out', () => {
    const lines = [0, 10, 999, 1_000, 1_001, 2_500].map((at, i) => [at, `${'abcdef'[i]}`] as const);
    expect(saidOf(lines)).toEqual([
      '0: a',
      '1000: d (and 2 more such lines before it)',
      '2500: f (and 1 more such lines before it)',
    ]);
  });

  test('that goes on is said fewer and fewer times, once a minute in the end, and another one all the same', () => {
    const hour = Array.from({ length: 3_600 }, (_, second) => [1_000 * second, `from port ${second}`] as const);
    const times = saidOf(hour).map((line) => Number.parseInt(line, 10) / 1_000);
    expect(times.slice(0, 8)).toEqual([0, 1, 3, 7, 15, 31, 63, 123]);
    expect(new Set(times.slice(8).map((at, i) => at - (times[i + 7] ?? 0)))).toEqual(new Set([60]));
    expect(saidOf([...hour, [3_600_000, 'another'], [3_600_500, 'another']]).at(-1)).toMatch(/^3600000: another/);
    // After a pause it is news.
    expect(saidOf([...hour, [9_000_000, 'from port 1'], [9_001_000, 'from port 1']]).slice(-2)).toEqual([
      expect.stringMatching(/^9000000: from port 1/),
      '9001000: from port 1',
    ]);
  });
});
