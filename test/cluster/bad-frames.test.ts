/** A server of its own, and some hundred kinds of bad frames: it lives, in a bounded heap, and its members are served meanwhile. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/library.js';
import { encodeFrame } from '../../src/net/frame.js';
import { PROTOCOL_VERSION } from '../../src/net/protocol.js';
import { closed, dialed, handshakeByHand, SECRET, storedAt, stranger } from '../net/support.js';
import { until } from '../support/until.js';
import { badFrames, type Hand, type Kind } from './support/bad-frames.js';
import { right } from '../support/right.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** Connections at once. */
const AT_ONCE = 16;
/** A server that has not hung up by then does not. */
const DEADLINE_MS = 10_000;
/** V8 ends the process beyond it. */
const HEAP_MIB = 96;
/**
 * All of the process's memory: Node itself and the heap, some 200 MiB, and for each connection 4 MiB of a frame that has begun, read and gathered
 * into one buffer, and as much that waits to be taken away.
 */
const RESIDENT_MIB = 200 + AT_ONCE * 3 * 4;

const home = mkdtempSync(join(tmpdir(), 'bayou-bad-frames-'));
const MASTER = { role: 'master', id: 0 } as const;
let child: ChildProcess;
let said = '';
const server = { id: 0, address: { host: '127.0.0.1', port: 0 } };

beforeAll(async () => {
  writeFileSync(join(home, 'secret'), SECRET, { mode: 0o600 });
  const options = ['server', '--id', '0', '--port', '0', '--data-dir', 'data', '--secret-file', 'secret'];
  child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MIB}`, CLI, ...options], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until(() => / listens on .*:\d+/.test(said) || child.exitCode !== null);
  server.address.port = Number(/ listens on .*:(\d+)/.exec(said)?.[1]);
});
afterAll(() => {
  child.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

const NOT_SEALED = (): never => {
  throw new Error('a stranger cannot seal');
};

/** Sends a kind in a connection of its own; was it over in time? */
const send = async (kind: Kind): Promise<boolean> => {
  const plain: Hand = { frame: encodeFrame, sealed: NOT_SEALED, sealedText: NOT_SEALED };
  const hand =
    kind.as === null ? { ...plain, socket: await stranger(server) } : { ...plain, ...(await handshakeByHand(kind.as, server)) };
  const over = closed(hand.socket);
  if (kind.as === null && kind.saysHello)
    hand.socket.write(encodeFrame({ hello: { version: PROTOCOL_VERSION, from: { role: 'client', id: 66 }, nonce: 'n' } }));
  hand.socket.write(kind.bytes(hand));
  if (!kind.isCut) hand.socket.end();
  let deadline: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (deadline = setTimeout(resolve, DEADLINE_MS, false)));
  const isOver = await Promise.race([over.then(() => true), late]);
  clearTimeout(deadline);
  hand.socket.destroy();
  return isOver;
};

const kinds = badFrames();

describe('bad frames', () => {
  test('are more than 200 kinds, of strangers and of members', () => {
    expect(kinds.filter(({ name }, i) => kinds.findIndex((k) => k.name === name) !== i).map(({ name }) => name)).toEqual([]);
    const strangers = kinds.filter(({ as }) => as === null).length;
    expect([strangers >= 50, kinds.length - strangers >= 200]).toEqual([true, true]);
  });

  test(`the process lives with a heap of ${HEAP_MIB} MiB and below ${RESIDENT_MIB} MiB in all, members are served meanwhile, and nothing is written`, async () => {
    const session = right(await connect({ servers: [{ id: 0, port: server.address.port }], secret: SECRET, timeoutMs: 20_000 }));
    let next = 0;
    let isOver = false;
    const underWay = new Set<string>();
    const notCut: string[] = [];
    const worker = async (): Promise<void> => {
      while (next < kinds.length) {
        const kind = kinds[next++]!;
        underWay.add(kind.name);
        if (!(await send(kind))) notCut.push(kind.name);
        underWay.delete(kind.name);
      }
    };
    const member = async (): Promise<number> => {
      let served = 0;
      for (; !isOver; served++) {
        expect(await session.put('good', `v${served}`), [...underWay].join('; ')).toMatchObject({ type: 'accepted' });
        expect(await session.get('good')).toMatchObject({ type: 'value', text: `v${served}` });
      }
      return served;
    };
    const [served] = await Promise.all([
      member(),
      Promise.all(Array.from({ length: AT_ONCE }, worker)).finally(() => (isOver = true)),
    ]);
    expect(notCut).toEqual([]);
    expect(served).toBeGreaterThan(kinds.length / AT_ONCE);
    session.close();
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    const peak = Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
    expect(peak).toBeLessThan(RESIDENT_MIB);
    expect((await storedAt(await dialed(MASTER, server))).map(([key]) => key)).toEqual(['good']);
  });

  test('are a handful of lines in its log', () => expect(said.split('\n').length).toBeLessThan(100));

  test('and it ends at SIGTERM', async () => {
    child.kill('SIGTERM');
    await until(() => child.exitCode !== null || child.signalCode !== null);
    expect(child.exitCode).toBe(0);
  });
});
