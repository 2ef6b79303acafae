import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type BayouServer,
  type BayouSession,
  connect,
  type ConnectOptions,
  startServer,
  type StartServerOptions,
} from '../src/index.js';
import { right } from './support/right.js';

let open: { close: () => unknown }[] = [];
afterEach(async () => {
  for (const it of open.reverse()) await it.close();
  open = [];
});

const serve = async (o: StartServerOptions): Promise<BayouServer> => {
  const server = right(await startServer({ antiEntropyMs: 0, logLevel: 'silent', ...o }));
  open.push(server);
  return server;
};

const session = async (o: ConnectOptions): Promise<BayouSession> => {
  const s = right(await connect(o));
  open.push(s);
  return s;
};

describe('a session in a program', () => {
  test('puts and gets text and bytes', async () => {
    const a = await serve({ id: 0 });
    const s = await session({ servers: [a], secret: a.secret });
    expect(await s.put('ключ', 'значение 値')).toMatchObject({ type: 'accepted', stamp: { t: 1, r: a.replica } });
    expect(await s.get('ключ')).toMatchObject({ type: 'value', text: 'значение 値' });
    const odd = Uint8Array.from([0, 255, 10, 128]);
    await s.put(odd, odd);
    const got = await s.get(odd);
    expect(got.type === 'value' && [...got.bytes]).toEqual([...odd]);
    expect(await s.get('nothing')).toEqual({ type: 'ERR_KEY' });
  });

  test('a token carries Read Your Writes and Monotonic Reads to another session (R11, R12)', async () => {
    const a = await serve({ id: 0 });
    const b = await serve({ id: 1, secret: a.secret });
    const first = await session({ servers: [a], secret: a.secret });
    await first.put('k', 'v');
    const token = JSON.parse(JSON.stringify(first.token())) as ReturnType<typeof first.token>;
    const second = await session({ servers: [b], secret: a.secret, token });
    expect(await second.get('k')).toEqual({ type: 'ERR_DEP' });
    expect(await second.get('other')).toEqual({ type: 'ERR_KEY' });
    const stranger = await session({ servers: [b], secret: a.secret });
    expect(await stranger.get('k')).toEqual({ type: 'ERR_KEY' });
    // Its client time goes on too: a second put is not taken for a repetition of the first (R3).
    const third = await session({ servers: [a], secret: a.secret, token });
    expect(await third.put('k', 'w')).toMatchObject({ stamp: { t: 2 } });
  });

  test('scope store: a read of any key waits for all that was written (R12)', async () => {
    const a = await serve({ id: 0 });
    const b = await serve({ id: 1, secret: a.secret });
    const s = await session({ servers: [a], secret: a.secret, guarantees: { scope: 'store' } });
    await s.put('k', 'v');
    const there = await session({ servers: [b], secret: a.secret, token: s.token() });
    expect(await there.get('other')).toEqual({ type: 'ERR_DEP' });
  });

  test('Monotonic Writes and Writes Follow Reads refuse a put at a server that is behind (R12, R14)', async () => {
    const a = await serve({ id: 0 });
    const b = await serve({ id: 1, secret: a.secret });
    const mw = await session({ servers: [a], secret: a.secret, guarantees: { monotonicWrites: true } });
    await mw.put('k', 'v');
    const mwThere = await session({ servers: [b], secret: a.secret, token: mw.token() });
    expect(await mwThere.put('other', 'x')).toEqual({ type: 'ERR_DEP' });
    const wfr = await session({ servers: [a], secret: a.secret, guarantees: { writesFollowReads: true } });
    await wfr.get('k');
    const wfrThere = await session({ servers: [b], secret: a.secret, token: wfr.token() });
    expect(await wfrThere.put('other', 'x')).toEqual({ type: 'ERR_DEP' });
    await b.link(a);
  });

  test('goes to the next server when one is gone (R14), and says ERR_CONN when all are (R15)', async () => {
    const a = await serve({ id: 0 });
    const b = await serve({ id: 1, secret: a.secret });
    const s = await session({ servers: [a, b], secret: a.secret, timeoutMs: 1_000 });
    expect(await s.put('k', 'at a')).toMatchObject({ stamp: { r: a.replica } });
    await a.close();
    expect(await s.put('k', 'at b')).toMatchObject({ type: 'accepted', stamp: { t: 2, r: b.replica } });
    await b.close();
    expect([await s.get('k'), await s.put('k', 'v')]).toEqual([{ type: 'ERR_CONN' }, { type: 'ERR_CONN' }]);
  });

  test('what cannot be is a value, not an exception', async () => {
    const a = await serve({ id: 0 });
    const s = await session({ servers: [a], secret: a.secret });
    expect(await s.put('k', 'x'.repeat(600_000))).toEqual({ type: 'ERR_SIZE' });
    expect(await s.get('k'.repeat(70_000))).toEqual({ type: 'ERR_SIZE' });
    expect(await connect({ servers: [], secret: a.secret })).toEqual(E.left('no servers to connect to'));
    expect(await connect({ servers: [a], secret: a.secret, token: {} as never })).toMatchObject({ _tag: 'Left' });
    expect(await connect({ servers: [{ id: 9, port: a.port }], secret: a.secret })).toMatchObject({ _tag: 'Left' });
    expect(await startServer({ id: 1, port: a.port, logLevel: 'silent' })).toMatchObject({ _tag: 'Left' });
  });

  test('256 requests in flight at once, in one session, all come back, and in order', async () => {
    const a = await serve({ id: 0 });
    const s = await session({ servers: [a], secret: a.secret });
    const puts = await Promise.all(Array.from({ length: 256 }, (_, i) => s.put('k', `v${i}`)));
    expect(puts.map((p) => (p.type === 'accepted' ? p.stamp.t : 0))).toEqual(Array.from({ length: 256 }, (_, i) => i + 1));
    expect(await s.get('k')).toMatchObject({ text: 'v255' });
  });
});

describe('a server in a program', () => {
  test('comes back with its log as the same replica (R7, R10), and without one as another (R7)', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'bayou-library-'));
    const first = right(await startServer({ id: 0, dataDir, logLevel: 'silent' }));
    const s = right(await connect({ servers: [first], secret: first.secret }));
    await s.put('k', 'v');
    s.close();
    await first.close();
    const again = await serve({ id: 0, dataDir, secret: first.secret });
    expect(again.replica).toBe(first.replica);
    expect(await (await session({ servers: [again], secret: first.secret })).get('k')).toMatchObject({ text: 'v' });
    const used = await startServer({ id: 0, dataDir, logLevel: 'silent' });
    expect(E.isLeft(used) && used.left).toContain('is in use');
    await again.close();
    rmSync(dataDir, { recursive: true });
    expect((await serve({ id: 0, dataDir, incarnation: 7 })).replica).toBe('0.7');
    await open.pop()?.close();
    rmSync(dataDir, { recursive: true });
  });
});

describe('examples/session.mjs', () => {
  test('runs against the built package', () => {
    const out = execFileSync(process.execPath, ['examples/session.mjs'], { encoding: 'utf8' });
    expect(out).toBe('put accepted\nget hello\n');
  });
});
