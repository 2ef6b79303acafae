/** The port for metrics and health, attacked: whatever is half-sent there or not read, health is answered, and the connections are bounded. */
import { connect, type Socket } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, describe, expect, test } from 'vitest';
import { type BayouServer, startServer } from '../../src/index.js';
import { until } from '../support/until.js';

let server: BayouServer | undefined;
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await server?.close();
  [server, sockets] = [undefined, []];
});

const start = async (): Promise<number> => {
  const started = await startServer({ id: 0, metricsPort: 0, antiEntropyMs: 0, logLevel: 'silent' });
  if (E.isLeft(started)) throw new Error(started.left);
  server = started.right;
  return server.metricsPort ?? 0;
};

const opened = (port: number, words: string): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      if (words !== '') socket.write(words);
      resolve();
    });
    socket.on('error', () => undefined);
    sockets.push(socket);
  });

const health = async (port: number): Promise<number> =>
  (await fetch(`http://127.0.0.1:${port}/health`, { headers: { connection: 'close' } })).status;

/** More than the place there is. */
const MANY = 500;
const AT_ONCE = 64;

const ATTACKS: ReadonlyArray<readonly [string, string]> = [
  ['that say nothing', ''],
  ['that send half a first line', 'GET /hea'],
  ['that send half a header', 'GET /health HTTP/1.1\r\nhost: x\r\nx-y: '],
  ['that promise a body and send none', 'POST /health HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n'],
  ['that ask for much and read nothing', 'GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(8)],
  ['that speak something else', '\u0016\u0003\u0001\u0002\u0000'],
];

describe('connections to the port of the metrics', () => {
  test.each(ATTACKS)(`%s, ${MANY} of them, keep nobody out and go`, async (_name, words) => {
    const port = await start();
    await Promise.all(Array.from({ length: MANY }, () => opened(port, words)));
    expect(await health(port)).toBe(200);
    // Also one after the other, while more of them come.
    for (let i = 0; i < 20; i++) {
      await opened(port, words);
      expect(await health(port)).toBe(200);
    }
    for (const socket of sockets) socket.resume();
    await until(() => sockets.filter((socket) => !socket.closed).length <= AT_ONCE);
    await until(() => sockets.every((socket) => socket.closed));
  });

  test('a scrape is answered while others are under way, each with all of it', async () => {
    const port = await start();
    const texts = await Promise.all(
      Array.from({ length: AT_ONCE - 1 }, async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()),
    );
    for (const text of texts) expect(text).toContain('bayou_log_failed 0');
  });
});
