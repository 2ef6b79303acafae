/** R7a at run time: a peer that knows more of a replica than its own log does makes a new replica of it. */
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, describe, expect, test } from 'vitest';
import { putOf } from '../impl/support/puts.js';
import { until } from '../support/until.js';
import type { VectorEntries } from '../../src/core/write.js';
import { createMemoryLog } from '../../src/impl/log/memory-log.js';
import { connect, startServer } from '../../src/index.js';
import type { RunningServer } from '../../src/net/server.js';
import { ask, dialed, SECRET, serveForTest, storedAt } from './support.js';

let servers: { readonly close: () => Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(servers.map((s) => s.close()));
  servers = [];
});

const put = async (server: RunningServer, n: number, key: string, value: string): Promise<unknown> => {
  const client = await dialed({ role: 'client', id: 9 }, server);
  return ask(client, putOf(n, key, value));
};
const dialMaster = (server: RunningServer) => dialed({ role: 'master', id: 0 }, server);
const sync = async (server: RunningServer): Promise<unknown> => ask(await dialMaster(server), { type: 'sync' });
const storeOf = async (server: RunningServer) => storedAt(await dialMaster(server));

/** Two servers that were in step; then server 0 is back as it was before, a fresh replica 0.0, and nobody has told it. */
const rolledBack = async (puts = 1): Promise<{ old: RunningServer; lines: ReadonlyArray<string>; peer: RunningServer }> => {
  const { server: first } = await serveForTest(0);
  const { server: peer } = await serveForTest(1);
  for (let n = 1; n <= puts; n++) await put(first, n, 'a', 'old');
  await peer.link(0, first.address);
  await sync(peer);
  await first.close();
  const { server: old, lines } = await serveForTest(0);
  return { old, lines, peer };
};

const expectNew = (server: RunningServer, lines: ReadonlyArray<string>): void => {
  expect(server.replica).toMatch(/^0\.[1-9]\d+$/);
  expect(lines.filter((line) => !line.endsWith(' is up'))).toEqual([
    `server 1 has writes of replica 0.0 that its log lacks: going on as the new replica ${server.replica}`,
  ]);
};

describe('a replica that is older than it was', () => {
  test('is a new one as soon as a peer asks it for what it has', async () => {
    const { old, lines, peer } = await rolledBack();
    expect(old.replica).toBe('0.0');
    await peer.link(0, old.address);
    await sync(peer);
    expectNew(old, lines);
  });

  test('is a new one as soon as a peer answers it', async () => {
    const { old, lines, peer } = await rolledBack();
    await old.link(1, peer.address);
    await sync(old);
    expectNew(old, lines);
    expect(await put(old, 1, 'b', 'new')).toMatchObject({ type: 'accepted', stamp: { t: 2, r: old.replica } });
    await peer.link(0, old.address);
    await sync(peer);
    await sync(old);
    const stores = [await storeOf(old), await storeOf(peer)];
    expect(stores[0]).toEqual(stores[1]);
    expect(stores[0]).toEqual([['a', 'old'], ['b', 'new']]); // prettier-ignore
  });

  test('keeps its new identity when it is started again', async () => {
    const { peer } = await rolledBack();
    const log = createMemoryLog();
    const { server } = await serveForTest(2, { log });
    const vv: VectorEntries = [['2.0', 7]];
    const asks = await dialed({ role: 'server', id: 1 }, server);
    await ask(asks, { type: 'namedPull', pull: 'p', ask: { type: 'pull', puller: '1.0', vv, after: null } });
    const { replica } = server;
    expect(replica).not.toBe('2.0');
    await server.close();
    expect((await serveForTest(2, { log })).server.replica).toBe(replica);
    expect(peer.replica).toBe('1.0');
  });

  test('is not made a new one by what nobody can have seen', async () => {
    const { server, lines } = await serveForTest(0);
    const vv: VectorEntries = [['0.0', Number.MAX_SAFE_INTEGER]];
    const peer = await dialed({ role: 'server', id: 1 }, server);
    await ask(peer, { type: 'namedPull', pull: 'p', ask: { type: 'pull', puller: '1.0', vv, after: null } });
    expect([server.replica, lines]).toEqual(['0.0', []]);
  });

  test('with peers from the start, hears from them before it accepts anything', async () => {
    const { peer } = await rolledBack();
    const options = { id: 0, secret: SECRET, incarnation: 0, antiEntropyMs: 0, logLevel: 'silent' } as const;
    const started = await startServer({ ...options, peers: [{ id: 1, ...peer.address }] });
    if (E.isLeft(started)) throw new Error(started.left);
    servers.push(started.right);
    expect(started.right.replica).not.toBe('0.0');
  });
});

test('a session that was connected hears of the new replica, and puts there', async () => {
  const { old, peer } = await rolledBack(100);
  const connected = await connect({ servers: [{ id: 0, ...old.address }], secret: SECRET });
  if (E.isLeft(connected)) throw new Error(connected.left);
  const session = connected.right;
  expect(await session.put('k', 'before')).toMatchObject({ type: 'accepted', stamp: { r: '0.0' } });
  await peer.link(0, old.address);
  const puts = Array.from({ length: 50 }, (_, i) => session.put(`k${i}`, 'while'));
  const synced = sync(peer);
  for (const result of await Promise.all(puts)) expect(result).toMatchObject({ type: 'accepted' });
  await synced;
  await until(() => old.replica !== '0.0');
  expect(await session.put('k', 'after')).toMatchObject({ type: 'accepted', stamp: { r: old.replica } });
  session.close();
});
