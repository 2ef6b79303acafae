import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { frameSplitter } from '../../conformance/faults/frames.js';
import { type NetworkPlan, type Proxy, startProxy, sumCounts, type FrameFaults } from '../../conformance/faults/proxy.js';

const NO_FRAME_FAULTS: FrameFaults = { delayMs: 0, repeat: 0, reorder: 0, drop: 0, cut: 0 };
const plan = (there: Partial<FrameFaults>, more: Partial<NetworkPlan> = {}): NetworkPlan => ({
  seed: 7,
  there: { ...NO_FRAME_FAULTS, ...there },
  back: NO_FRAME_FAULTS,
  blackHole: 0,
  ...more,
});

const frame = (n: number): Buffer => {
  const text = `{"n":${n}}`;
  const buffer = Buffer.alloc(4 + text.length);
  buffer.writeUInt32BE(text.length);
  buffer.write(text, 4);
  return buffer;
};
const numberIn = (f: Buffer): number => (JSON.parse(f.toString('latin1', 4)) as { n: number }).n;

describe('the proxy', () => {
  let target: Server;
  let proxies: Proxy[];
  let received: number[][];
  let bytes: number[];
  const open = new Set<Socket>();

  beforeEach(async () => {
    received = [];
    bytes = [];
    proxies = [];
    target = createServer((socket) => {
      const mine: number[] = [];
      const index = received.push(mine) - 1;
      const cut = frameSplitter();
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        bytes[index] = (bytes[index] ?? 0) + chunk.length;
        for (const f of cut(chunk)) {
          mine.push(numberIn(f));
          socket.write(f);
        }
      });
    }).listen(0, '127.0.0.1');
    await once(target, 'listening');
  });

  afterEach(async () => {
    for (const socket of open) socket.destroy();
    await Promise.all(proxies.map((p) => p.close()));
    target.close();
    await once(target, 'close');
  });

  const start = async (p: NetworkPlan): Promise<Proxy> => {
    const { port } = target.address() as { port: number };
    const proxy = await startProxy({ host: '127.0.0.1', port }, p);
    proxy.setCalm(false);
    proxies.push(proxy);
    return proxy;
  };

  /** Sends frames 0 to n-1 through a proxy; gives what came back when `enough` came back or the connection ended. */
  const send = async (proxy: Proxy, n: number, enough: number): Promise<number[]> => {
    const socket = connect(proxy.port, '127.0.0.1');
    open.add(socket);
    const back: number[] = [];
    const cut = frameSplitter();
    const done = new Promise<void>((resolve) => {
      socket.on('error', () => resolve()).on('close', () => resolve());
      socket.on('data', (chunk: Buffer) => {
        back.push(...cut(chunk).map(numberIn));
        if (back.length >= enough) resolve();
      });
    });
    for (let i = 0; i < n; i++) socket.write(frame(i));
    await done;
    return back;
  };
  const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

  test('passes everything when there are no faults, and when it is calm', async () => {
    expect(await send(await start(plan({})), 50, 50)).toEqual(upTo(50));
    const wild = await start(plan({ drop: 1, repeat: 1 }));
    wild.setCalm(true);
    expect(await send(wild, 50, 50)).toEqual(upTo(50));
    expect(wild.counts).toMatchObject({ connections: 1, frames: 100, dropped: 0, repeated: 0 });
  });

  test('keeps the order of delayed frames', async () => {
    const proxy = await start(plan({ delayMs: 20 }));
    expect(await send(proxy, 30, 30)).toEqual(upTo(30));
    expect(proxy.counts.delayed).toBeGreaterThan(10);
  });

  test('repeats frames, but never the introductions', async () => {
    expect(await send(await start(plan({ repeat: 1 })), 4, 6)).toEqual([0, 1, 2, 2, 3, 3]);
  });

  test('puts a frame behind the next one, and loses none', async () => {
    const proxy = await start(plan({ reorder: 0.5 }));
    const back = await send(proxy, 40, 40);
    expect(back).not.toEqual(upTo(40));
    expect([...back].sort((a, b) => a - b)).toEqual(upTo(40));
    expect(proxy.counts.reordered).toBeGreaterThan(5);
  });

  test('drops a connection at a frame, or in its middle', async () => {
    await send(await start(plan({ drop: 1 })), 5, 5);
    await send(await start(plan({ cut: 1 })), 5, 5);
    expect(received).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(bytes).toEqual([2 * frame(0).length, 2 * frame(0).length + (frame(0).length >> 1)]);
    expect(sumCounts(proxies.map((p) => p.counts))).toMatchObject({ dropped: 1, cut: 1 });
  });

  test('takes a connection and never answers, until it is calm again', async () => {
    const proxy = await start(plan({}, { blackHole: 1 }));
    const answer = send(proxy, 1, 1);
    while (proxy.counts.blackHoled === 0) await new Promise((resolve) => setImmediate(resolve));
    proxy.setCalm(true);
    expect(await answer).toEqual([]);
    expect(received).toEqual([]);
    expect(await send(proxy, 3, 3)).toEqual([0, 1, 2]);
  });

  test('a proxy that is shut ends its connections and takes no new ones until it is opened; it may then lead elsewhere', async () => {
    const proxy = await start(plan({}));
    const hanging = send(proxy, 2, 3);
    while (received[0]?.length !== 2) await new Promise((resolve) => setImmediate(resolve));
    proxy.setShut(true);
    expect(upTo(2)).toEqual(expect.arrayContaining(await hanging));
    expect(await send(proxy, 2, 2)).toEqual([]);
    proxy.setShut(false);
    expect(await send(proxy, 3, 3)).toEqual([0, 1, 2]);
    proxy.setTarget(undefined);
    expect(await send(proxy, 3, 3)).toEqual([]);
    proxy.setTarget({ host: '127.0.0.1', port: (target.address() as { port: number }).port });
    expect(await send(proxy, 3, 3)).toEqual([0, 1, 2]);
    expect(received).toHaveLength(3);
  });

  test('does the same to the same frames with the same seed, and not with another', async () => {
    const faults = { repeat: 0.3 };
    const first = await send(await start(plan(faults)), 60, 60);
    const again = await send(await start(plan(faults)), 60, 60);
    const other = await send(await start(plan(faults, { seed: 8 })), 60, 60);
    expect(again.slice(0, 60)).toEqual(first.slice(0, 60));
    expect(other.slice(0, 60)).not.toEqual(first.slice(0, 60));
  });
});
