/**
 * What the store takes from the world around it: time, timers, chance, connections. Files and the database of the log have ports of their own
 * (`impl/log/files.ts`, `impl/log/level-directory.ts`), and so have processes (`master/processes.ts`). Node's are in `node.ts` and
 * `node-network.ts`; a simulated world brings its own, in which every run is repeated by its seed. Nothing else reads a clock, sets a timer,
 * draws a number or opens a socket.
 */
import type { EventEmitter } from 'node:events';

/** Two clocks. */
export interface Clock {
  /** Milliseconds since 1970, as the machine believes; it may be set back. */
  readonly wallMs: () => number;
  /** Milliseconds since some moment; it never goes back, and may have fractions. */
  readonly nowMs: () => number;
}

/** A timer that was set. To cancel it again, or when it is over, does nothing. */
export interface Timer {
  readonly cancel: () => void;
}

/** Timers. `keepAlive`: the process does not end while it waits for this one; default: it does. */
export interface Timers {
  /** Acts once, after so many ms. */
  readonly after: (ms: number, act: () => void, keepAlive?: boolean) => Timer;
  /** Acts again and again, each so many ms after the last. */
  readonly every: (ms: number, act: () => void, keepAlive?: boolean) => Timer;
  /** Acts in a later turn, after what has arrived by now. */
  readonly soon: (act: () => void) => void;
  /** Acts at the end of this turn, before anything else that has arrived. */
  readonly endOfTurn: (act: () => void) => void;
}

/** Bytes that nobody can guess. */
export interface Chance {
  readonly bytes: (count: number) => Buffer;
}

/** Where something listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * A stream of bytes both ways: the part of Node's `net.Socket` that is used. Events: `data` (a Buffer), `drain`, `end`, `error` (an Error with the
 * system's `code`), `close`.
 */
export interface ByteStream extends EventEmitter {
  readonly write: (bytes: Uint8Array) => boolean;
  readonly cork: () => void;
  readonly uncork: () => void;
  readonly pause: () => unknown;
  readonly resume: () => unknown;
  /** Says that nothing more is written; what was written still arrives. */
  readonly end: () => unknown;
  /** Says so, and cuts it when what was written has left. */
  readonly destroySoon: () => unknown;
  /** Cuts it at once. */
  readonly destroy: () => unknown;
  readonly unref: () => ByteStream;
  readonly writableCorked: number;
  readonly writableLength: number;
  readonly closed: boolean;
  readonly destroyed: boolean;
  /** Where the other end is. */
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** Something that accepts connections. */
export interface Acceptor {
  /** Listens; `port` 0: any that is free. Rejects with the system's error. */
  readonly listen: (at: Endpoint) => Promise<number>;
  readonly onError: (tell: (error: Error) => void) => void;
  /** Accepts no more; those that were accepted go on. */
  readonly close: () => void;
}

/** Plain connections. TLS is put on top of Node's alone. */
export interface Network {
  /** Connects; the first thing that is heard may be an error. Without delay, and kept alive. */
  readonly connect: (to: Endpoint) => ByteStream;
  readonly acceptor: (onConnection: (stream: ByteStream) => void) => Acceptor;
}

/** What a process has around it before it talks to another. */
export interface Surroundings {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly chance: Chance;
}

/** The world of one process. */
export interface World extends Surroundings {
  readonly network: Network;
}
