/** Of a peer that does not come up a server says why: one line for each peer and cause, and another when the cause changes. */
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { until } from '../support/until.js';
import { remember, serve } from './support.js';

/** Something that listens and is no server, and how often it was dialed. */
const stranger = async (says: string): Promise<{ server: Server; port: number; dials: () => number }> => {
  let dials = 0;
  const server = createServer((socket) => {
    dials++;
    socket.on('error', () => undefined).end(says);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port, dials: () => dials };
};

const about = (lines: ReadonlyArray<string>, port: number): string[] =>
  lines.filter((line) => line.includes(`127.0.0.1:${port} is not up`));

describe('a peer that does not come up', () => {
  test.each(['', 'HTTP/1.1 400 Bad Request\r\n\r\n', '\0\0\0\u0002{}'])(
    'says %j: one line, however often it is dialed',
    async (says) => {
      const { server, port, dials } = await stranger(says);
      const logger = remember();
      const peers = [{ id: 1, address: { host: '127.0.0.1', port } }];
      const running = await serve(0, logger, { peers, antiEntropyMs: 10 });
      await until(() => dials() >= 4);
      await running.close();
      server.close();
      expect(about(logger.lines, port)).toHaveLength(1);
      expect(about(logger.lines, port)[0]).toMatch(/^server 1 at 127\.0\.0\.1:\d+ is not up, and is tried again: ./);
    },
  );

  test.each([
    ['with another secret', { secret: 'quite another secret, of others' }, 1],
    ['that is another server', {}, 2],
  ])('%s: who listens there is not it', async (_, options, id) => {
    const other = await serve(1, remember(), options);
    const logger = remember();
    const peers = [{ id, address: other.address }];
    const running = await serve(0, logger, { peers, antiEntropyMs: 10 });
    await until(() => about(logger.lines, other.address.port).length > 0);
    expect(about(logger.lines, other.address.port)[0]).toMatch(/whoever listens on .* is not server \d of this cluster$/);
    await running.close();
    await other.close();
  });

  test('another cause is another line', async () => {
    const { server, port } = await stranger('');
    const logger = remember();
    const running = await serve(0, logger, { peers: [{ id: 1, address: { host: '127.0.0.1', port } }], antiEntropyMs: 10 });
    await until(() => about(logger.lines, port).length === 1);
    server.close();
    await until(() => about(logger.lines, port).length === 2);
    await running.close();
    expect(about(logger.lines, port)[1]).toMatch(/nobody listens there$/);
  });
});
