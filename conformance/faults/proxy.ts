/**
 * A TCP proxy between two processes that misbehaves by plan. It delays, repeats and reorders frames, breaks connections, between frames or in the middle of one,
 * and takes connections that it never answers. The fault of the n-th frame of the m-th connection depends on the plan's seed, on m and on n, not on time.
 */
import { createServer, connect as connectSocket, type Server, type Socket } from 'node:net';
import * as t from 'io-ts/lib/index.js';
import type { Endpoint } from '#bayou/ports/ports.js';
import { type DiceThrow, diceOf } from '../common/seeded-chance.js';
import { frameSplitter } from './frames.js';
import { type FrameSender, type Tap, tapOf, type Wire } from './tap.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** Decodes a {@link FrameFaults}. */
const FrameFaultsC = t.readonly(
  t.strict(
    {
      /** The longest delay of a frame, in ms; frames of one direction stay in order unless reordered. */
      delayMs: t.number,
      /** Probabilities, from 0 to 1, that a frame is sent twice, goes after the next one, breaks the connection before it, or breaks the connection in the middle of it. */
      repeat: t.number,
      reorder: t.number,
      drop: t.number,
      cut: t.number,
    },
    'FrameFaults',
  ),
);

/** The faults of the frames of one direction. */
export type FrameFaults = t.TypeOf<typeof FrameFaultsC>;

/** Decodes a {@link NetworkPlan}. */
export const NetworkPlanC = t.readonly(
  t.strict(
    {
      seed: t.number,
      /** The faults from the end that dialed to the end that accepted, and of the direction back. */
      there: FrameFaultsC,
      back: FrameFaultsC,
      /** The probability that a connection is taken and never answered. */
      blackHole: t.number,
    },
    'NetworkPlan',
  ),
);

/** The faults of a proxy. */
export type NetworkPlan = t.TypeOf<typeof NetworkPlanC>;

/** How often each fault was done. */
export interface FaultCounts {
  connections: number;
  frames: number;
  delayed: number;
  repeated: number;
  reordered: number;
  dropped: number;
  cut: number;
  blackHoled: number;
}

/** A running proxy. */
export interface Proxy {
  readonly port: number;
  readonly counts: Readonly<FaultCounts>;
  /** While calm, frames pass without faults. Becoming calm also ends the connections that were never answered. */
  readonly setCalm: (calm: boolean) => void;
  /** Leads later connections to another target; undefined: later connections are refused. */
  readonly setTarget: (target: Endpoint | undefined) => void;
  /** While shut, the proxy has no connections and refuses new ones. */
  readonly setShut: (shut: boolean) => void;
  readonly close: () => Promise<void>;
}

// --- one direction ---------------------------------------------------------------------------------------------------------

/** Each end begins with two frames of introduction (who it is, a proof, a welcome). They are no messages of the protocol, and pass without faults. */
const INTRODUCTIONS = 2;
/** Above this number of unsent bytes in one direction, the proxy reads no more. */
const MAX_QUEUED_BYTES = 16 * 1024 * 1024;
/** How long, in ms, a held frame waits for the one that it is to follow. */
const REORDER_MS = 20;

interface Context {
  readonly counts: FaultCounts;
  readonly isCalm: () => boolean;
  /** Closes the connection, at both ends. */
  readonly close: () => void;
  readonly isOver: () => boolean;
  /** The tap on the connection; undefined where the proxy does not know the cluster's secret. */
  readonly tap: Tap | undefined;
}

/** Writes frames to a socket, each after its delay, and in the order in which they were given. */
const lateWriter = (from: Socket, to: Socket, sealed: (frame: Buffer) => Buffer): ((frame: Buffer, delayMs: number) => void) => {
  const late: Buffer[] = [];
  let lastDue = 0;
  let queued = 0;
  const write = (frame: Buffer): void => {
    if (to.writable) to.write(sealed(frame));
  };
  // Timers with one due time may fire in any order. So each timer writes the eldest frame, and not the frame for which it was set.
  const writeEldest = (): void => {
    const frame = late.shift()!;
    queued -= frame.length;
    if (queued <= MAX_QUEUED_BYTES) from.resume();
    write(frame);
  };
  return (frame, delayMs) => {
    if (delayMs <= 0 && late.length === 0) {
      write(frame);
      return;
    }
    const now = performance.now();
    lastDue = Math.max(lastDue, now + delayMs);
    late.push(frame);
    queued += frame.length;
    if (queued > MAX_QUEUED_BYTES) from.pause();
    setTimeout(writeEldest, lastDue - now);
  };
};

/** Pumps one direction of a connection: the frames that the end `sender` sends. */
const pump = (sender: FrameSender, from: Socket, to: Socket, faults: FrameFaults, dice: DiceThrow, c: Context): void => {
  const splitter = frameSplitter();
  let wire: Wire | undefined;
  const sealed = (frame: Buffer): Buffer => wire?.seal(frame) ?? frame;
  const pass = lateWriter(from, to, sealed);
  let count = 0;
  let held: Buffer | undefined;

  const releaseHeld = (delayMs: number): void => {
    const frame = held;
    held = undefined;
    if (frame !== undefined) pass(frame, delayMs);
  };
  const breakOff = (frame: Buffer, half: boolean): void => {
    if (half && to.writable) to.write(sealed(frame).subarray(0, Math.max(1, frame.length >> 1)));
    c.counts[half ? 'cut' : 'dropped']++;
    c.close();
  };
  const take = (given: Buffer): void => {
    if (count < INTRODUCTIONS) c.tap?.hear(sender, given);
    else wire ??= c.tap?.wire(sender);
    const frame = wire === undefined ? given : wire.open(given);
    if (frame === undefined) {
      c.close();
      return;
    }
    // All dice are thrown for every frame, so that changing one probability does not shift the other faults.
    const [drop, cut, repeat, reorder, delay] = [dice(), dice(), dice(), dice(), dice() * faults.delayMs];
    c.counts.frames++;
    if (++count <= INTRODUCTIONS || c.isCalm()) {
      pass(frame, 0);
      releaseHeld(0);
      return;
    }
    if (drop < faults.drop || cut < faults.cut) {
      breakOff(frame, cut < faults.cut);
      return;
    }
    if (delay >= 1) c.counts.delayed++;
    if (reorder < faults.reorder && held === undefined) {
      c.counts.reordered++;
      held = frame;
      setTimeout(() => releaseHeld(0), REORDER_MS);
      return;
    }
    pass(frame, delay);
    if (repeat < faults.repeat) {
      c.counts.repeated++;
      pass(frame, delay);
    }
    releaseHeld(delay);
  };

  from.on('data', (chunk: Buffer) => {
    for (const frame of splitter(chunk)) if (!c.isOver()) take(frame);
  });
};

// --- the proxy -------------------------------------------------------------------------------------------------------------

const noCounts = (): FaultCounts => ({
  connections: 0,
  frames: 0,
  delayed: 0,
  repeated: 0,
  reordered: 0,
  dropped: 0,
  cut: 0,
  blackHoled: 0,
});

const listen = async (server: Server, host: string): Promise<number> => {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, host, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
};

/**
 * Starts a proxy to a target, on a free port of the same host. It begins calm, and not shut. With the cluster's `secret` it opens the frames and seals
 * them again, so that each end takes repeated and reordered frames for the other end's. Without `secret` it passes frames as they are, as a stranger
 * would.
 */
// eslint-disable-next-line max-lines-per-function -- a proxy is one closure over its two ends and its faults.
export const startProxy = async (first: Endpoint, plan: NetworkPlan, secret?: string): Promise<Proxy> => {
  let target: Endpoint | undefined = first;
  let isShut = false;
  const counts = noCounts();
  /** Closes each of the connections that are open. */
  const closers = new Set<() => void>();
  const holes = new Set<Socket>();
  let calm = true;

  const swallow = (dialer: Socket): void => {
    counts.blackHoled++;
    holes.add(dialer);
    dialer.on('data', () => undefined).once('close', () => holes.delete(dialer));
  };
  const join = (dialer: Socket): void => {
    const connection = counts.connections++;
    dialer.setNoDelay(true).on('error', () => undefined);
    if (isShut || target === undefined) {
      dialer.destroy();
      return;
    }
    if (diceOf(plan.seed, connection)() < plan.blackHole && !calm) {
      swallow(dialer);
      return;
    }
    const acceptor = connectSocket({ ...target, noDelay: true }).on('error', () => undefined);
    const close = (): void => {
      closers.delete(close);
      // Bytes that were written still go out: a frame that was halved arrives as half a frame.
      dialer.destroySoon();
      acceptor.destroySoon();
    };
    closers.add(close);
    dialer.once('close', close);
    acceptor.once('close', close);
    const context = {
      counts,
      isCalm: () => calm,
      close,
      isOver: () => !closers.has(close),
      tap: secret === undefined ? undefined : tapOf(secret),
    };
    pump('dialer', dialer, acceptor, plan.there, diceOf(plan.seed, connection, 1), context);
    pump('acceptor', acceptor, dialer, plan.back, diceOf(plan.seed, connection, 2), context);
  };
  const letGo = (): void => {
    for (const hole of holes) hole.destroy();
  };
  const closeAll = (): void => {
    letGo();
    for (const close of closers) close();
  };

  const server: Server = createServer(join);
  const port = await listen(server, first.host);
  return {
    port,
    counts,
    setCalm: (to) => {
      calm = to;
      if (to) letGo();
    },
    setTarget: (to) => (target = to),
    setShut: (shut) => {
      isShut = shut;
      if (shut) closeAll();
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      closeAll();
      await closed;
    },
  };
};

/** Adds counts up. */
export const sumCounts = (all: ReadonlyArray<Readonly<FaultCounts>>): FaultCounts => {
  const sum = noCounts();
  for (const counts of all) for (const key of Object.keys(sum) as (keyof FaultCounts)[]) sum[key] += counts[key];
  return sum;
};
