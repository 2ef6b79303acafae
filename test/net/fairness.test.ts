/** A member that asks as fast as it can, over one connection or many: whoever else asks has a turn after a bounded number of its frames. */
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { encodeFrame, frameReader } from '../../src/net/frame.js';
import { intake } from '../../src/net/intake.js';
import { MAX_FRAME_BYTES, MAX_PER_TURN } from '../../src/net/limits.js';
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

/** Sends so many gets at once, and reads the answers away. */
const flood = async (server: RunningServer, gets: number): Promise<void> => {
  const { socket, sealed } = await handshakeByHand(FLOOD, server);
  ending.push(() => socket.destroy());
  socket.resume();
  const get = { type: 'get', client: FLOOD.id, key: 'k', atLeast: null, require: [] } as const;
  socket.write(Buffer.concat(Array.from({ length: gets }, (_, id) => sealed({ id, ask: get }))));
};

describe('a flood of requests', () => {
  test.each([1, 32])(
    'over %i connections of one member leaves everybody else a turn, and all of it is served',
    async (connections) => {
      const { server, gets, atPuts } = await counting();
      const other = await dialed(OTHER, server);
      for (let n = 0; n < connections; n++) await flood(server, GETS / connections);
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
    // What counts turns here and there may be a turn apart.
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
