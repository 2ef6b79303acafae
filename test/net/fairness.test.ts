/** A member that asks as fast as it can, over one connection or many: whoever else asks has a turn after a bounded number of its frames. */
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createMemoryLog } from '../../src/impl/log/memory-log.js';
import type { Log } from '../../src/impl/log/log.js';
import { encodeFrame, frameReader } from '../../src/net/frame.js';
import { intake } from '../../src/net/intake.js';
import { MAX_FRAME_BYTES, MAX_PER_TURN, MAX_SERVED_BYTES, MAX_SLOW_READER_BYTES, TURN_MS } from '../../src/net/net-limits.js';
import { outflow } from '../../src/net/outflow.js';
import type { RunningServer } from '../../src/net/server.js';
import { NODE } from '../../src/ports/node.js';
import { putOf } from '../impl/support/puts.js';
import { until } from '../support/until.js';
import { ask, dialed, handshakeByHand, remember, serve } from './support.js';

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

const FLOOD = { role: 'client', id: 1 } as const;
const OTHER = { role: 'client', id: 9 } as const;
/** Turns between two puts that are asked one after the other: there, into the log, back, and the next one on its way. */
const TURNS = 8;
const PUTS = 40;
const GETS = 24_000;

/** A server that counts the gets it has served when each put is. */
const counting = async (): Promise<{ server: RunningServer; gets: () => number; atPuts: number[] }> => {
  let gets = 0;
  const atPuts: number[] = [];
  const served = (op: 'put' | 'get'): void => {
    if (op === 'get') gets++;
    else atPuts.push(gets);
  };
  const server = await serve(0, remember(), { meter: { served, pulled: () => undefined, answered: () => undefined } });
  ending.push(() => server.close());
  return { server, gets: () => gets, atPuts };
};

/** Gives a function that sends so many gets at once, over a connection of its own. The answers are read away. */
const flood = async (server: RunningServer, gets: number): Promise<() => void> => {
  const { socket, sealed } = await handshakeByHand(FLOOD, server);
  ending.push(() => socket.destroy());
  socket.resume();
  const get = { type: 'get', client: FLOOD.id, key: 'k', atLeast: null, require: [] } as const;
  const frames = Buffer.concat(Array.from({ length: gets }, (_, id) => sealed({ id, ask: get })));
  return () => void socket.write(frames);
};

describe('a flood of requests', () => {
  test.each([1, 32])(
    'over %i connections of one member leaves everybody else a turn, and all of it is served',
    async (connections) => {
      const { server, gets, atPuts } = await counting();
      const other = await dialed(OTHER, server);
      const floods: (() => void)[] = [];
      while (floods.length < connections) floods.push(await flood(server, GETS / connections));
      // All begin in one turn: what is sent while others still shake hands may be served before the first put.
      for (const begin of floods) begin();
      await until(() => gets() > 0);
      for (let n = 1; n <= PUTS; n++) expect(await ask(other, putOf(n, 'k', 'v'))).toMatchObject({ type: 'accepted' });
      const between = atPuts.map((at, i) => at - (atPuts[i - 1] ?? at));
      expect(Math.max(...between)).toBeLessThanOrEqual(TURNS * MAX_PER_TURN);
      // The puts were served while the flood was, and did not wait for its end.
      expect(atPuts.at(-1)).toBeLessThan(GETS);
      await until(() => gets() === GETS);
    },
  );
});

/** A log whose commits wait until it is opened, and that counts what goes into each. */
const gated = (): { readonly log: Log; readonly open: () => void; readonly shut: () => void; readonly commits: number[] } => {
  const inner = createMemoryLog();
  const commits: number[] = [];
  let gate: Promise<void> | undefined;
  let open = (): void => undefined;
  const commit: Log['commit'] = async (appends) => {
    commits.push(appends.length);
    await gate;
    return inner.commit(appends);
  };
  return {
    log: { ...inner, commit },
    commits,
    open: () => open(),
    shut: () => {
      gate = new Promise((resolve) => (open = resolve));
    },
  };
};

const VALUE = 'v'.repeat(512 * 1024);

describe('large requests while the log writes', () => {
  test('of one member are no more in the next commit than its share, so that whoever puts beside it waits for two of those', async () => {
    const { log, commits, open, shut } = gated();
    const server = await serve(0, remember(), { log });
    ending.push(() => server.close());
    const other = await dialed(OTHER, server);
    const { socket, sealed } = await handshakeByHand(FLOOD, server);
    ending.push(() => socket.destroy());
    socket.resume();
    shut();
    const first = ask(other, putOf(1, 'k', 'v'));
    await until(() => commits.length === 1);
    const FLOODED = 64;
    socket.write(
      Buffer.concat(
        Array.from({ length: FLOODED }, (_, id) => sealed({ id, ask: { ...putOf(id + 1, `k${id}`, VALUE), client: FLOOD.id } })),
      ),
    );
    const most = Math.ceil(MAX_SERVED_BYTES / VALUE.length) + 1;
    await until(() => server.status().waiting >= most);
    open();
    expect(await first).toMatchObject({ type: 'accepted' });
    await until(() => commits.reduce((a, b) => a + b) === FLOODED + 1);
    expect(Math.max(...commits)).toBeLessThanOrEqual(most);
  });

  test('have answers that leave a share at a time: nobody else waits for all of them, nor does the server make them all', async () => {
    const { log, commits, open, shut } = gated();
    const server = await serve(0, remember(), { log });
    ending.push(() => server.close());
    const other = await dialed(OTHER, server);
    expect(await ask(await dialed(FLOOD, server), { ...putOf(1, 'k', VALUE), client: FLOOD.id })).toMatchObject({
      type: 'accepted',
    });
    shut();
    const put = ask(other, putOf(1, 'a', 'v'));
    await until(() => commits.length === 2);
    const { socket, sealed } = await handshakeByHand(FLOOD, server);
    ending.push(() => socket.destroy());
    socket.pause();
    const get = { type: 'get', client: FLOOD.id, key: 'k', atLeast: null, require: [] } as const;
    const GETS = 500;
    socket.write(Buffer.concat(Array.from({ length: GETS }, (_, id) => sealed({ id, ask: get }))));
    await until(() => server.status().waiting > GETS);
    const before = process.memoryUsage().external;
    open();
    expect(await put).toMatchObject({ type: 'accepted' });
    // All of them are 250 MiB.
    expect(process.memoryUsage().external - before).toBeLessThan(8 * MAX_SLOW_READER_BYTES);
  });
});

describe('answers on their way out', () => {
  /** A stream that a test drains, and a clock that it sets. */
  const world = (share: number) => {
    let [now, writableLength] = [0, 0];
    const turns: (() => void)[] = [];
    const drains: (() => void)[] = [];
    const sent: number[] = [];
    const socket = {
      get writableLength() {
        return writableLength;
      },
      destroyed: false,
      once: (_: string, act: () => void) => drains.push(act),
    };
    const leave = outflow(
      { clock: { nowMs: () => now, wallMs: () => 0 }, timers: { ...NODE.timers, soon: (act) => void turns.push(act) } },
      socket as never,
      () => share,
    );
    return {
      sent,
      leave: (id: number, ms: number, bytes: number) =>
        leave(() => {
          sent.push(id);
          now += ms;
          writableLength += bytes;
        }),
      turn: () => turns.splice(0).forEach((act) => act()),
      drain: () => {
        writableLength = 0;
        drains.splice(0).forEach((act) => act());
      },
    };
  };

  test.each([1, 1 / 4])('take no more of a turn than a share of %d, at least one leaves, and they keep their order', (share) => {
    const { sent, leave, turn } = world(share);
    const many = 40;
    for (let id = 0; id < many; id++) leave(id, 1, 10);
    const perTurn = Math.max(1, TURN_MS * share);
    for (let turns = 1; sent.length < many; turns++) {
      expect(sent).toHaveLength(Math.min(many, perTurn * turns));
      turn();
    }
    expect(sent).toEqual(Array.from({ length: many }, (_, id) => id));
  });

  test('wait for a reader that is slow, and go on when it has read', () => {
    const { sent, leave, turn, drain } = world(1);
    const large = MAX_SLOW_READER_BYTES / 4;
    for (let id = 0; id < 12; id++) leave(id, 0, large);
    for (let again = 0; again < 3; again++) turn();
    expect(sent).toHaveLength(5);
    drain();
    expect(sent).toHaveLength(10);
    drain();
    expect(sent).toHaveLength(12);
  });
});

describe('frames on their way in', () => {
  /** Both ends of a connection without a handshake. */
  const pair = async (): Promise<readonly [Socket, Socket]> => {
    const listener = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const accepted = new Promise<Socket>((resolve) => listener.once('connection', resolve));
    const there = connect((listener.address() as AddressInfo).port, '127.0.0.1');
    const here = await accepted;
    ending.push(
      () => listener.close(),
      () => there.destroy(),
      () => here.destroy(),
    );
    return [here, there];
  };
  const FRAME = encodeFrame('x'.repeat(200));
  const FRAMES = 40_000;

  test('wait outside while there is no room for them, and come in order when there is', async () => {
    const [here, there] = await pair();
    const reader = frameReader(() => MAX_FRAME_BYTES);
    let [taken, room] = [0, 1_000];
    const frames = intake(NODE, here, reader, () => 1, {
      take: () => taken++,
      isBusy: () => taken >= room,
      onFault: (what) => expect.unreachable(what),
    });
    here.resume();
    there.write(Buffer.concat(Array.from({ length: FRAMES }, () => FRAME)));
    await until(() => taken === room && here.isPaused());
    // One chunk is read, and one may be in the socket's own buffer.
    expect(here.bytesRead - taken * FRAME.length).toBeLessThanOrEqual(2 * 65_536);
    expect(reader.pending()).toBeLessThanOrEqual(65_536);
    room = FRAMES;
    frames.goOn();
    await until(() => taken === FRAMES);
    expect(reader.pending()).toBe(0);
  });

  test('are no more in a turn than a share', async () => {
    const [here, there] = await pair();
    const perTurn: number[] = [0];
    const nextTurn = (): void => {
      perTurn.push(0);
      if (perTurn.reduce((a, b) => a + b) < 4_000) setImmediate(nextTurn);
    };
    intake(
      NODE,
      here,
      frameReader(() => MAX_FRAME_BYTES),
      () => 1 / 4,
      {
        take: () => perTurn[perTurn.length - 1]!++,
        isBusy: () => false,
        onFault: (what) => expect.unreachable(what),
      },
    );
    here.resume();
    nextTurn();
    there.write(Buffer.concat(Array.from({ length: 4_000 }, () => FRAME)));
    await until(() => perTurn.reduce((a, b) => a + b) === 4_000);
    // The test and the intake count turns each for itself, so they may be one turn apart: hence twice the share.
    expect(Math.max(...perTurn)).toBeLessThanOrEqual(2 * (MAX_PER_TURN / 4));
  });

  test('that were complete when the other end hung up are all taken', async () => {
    const [here, there] = await pair();
    let taken = 0;
    const reader = frameReader(() => MAX_FRAME_BYTES);
    const frames = intake(NODE, here, reader, () => 1, { take: () => taken++, isBusy: () => false, onFault: () => undefined });
    here.resume();
    here.on('close', frames.finish);
    there.end(Buffer.concat(Array.from({ length: 2_000 }, () => FRAME)));
    await until(() => here.closed);
    expect(taken).toBe(2_000);
  });
});
