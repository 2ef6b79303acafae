/** What a server counts, and what it says of itself when it is asked: for metrics, health and whoever operates it. */
import type { NodeId, ReplicaId } from '../core/ids.js';

/** Told of what a server does, as it does it. */
export interface Meter {
  /** A put or a get was answered, and how: the answer's type, or the reason of a refusal. */
  readonly served: (op: 'put' | 'get', outcome: string) => void;
  /** A pull, or a part of one, from a peer ended; `writes`: how many came. */
  readonly pulled: (peer: NodeId, outcome: 'merged' | 'failed', writes: number) => void;
  /** A pull of a peer, or a part of one, was answered; `writes`: how many writes went out. */
  readonly answered: (writes: number) => void;
}

/** Counts nothing. */
export const NO_METER: Meter = { served: () => undefined, pulled: () => undefined, answered: () => undefined };

/**
 * How it is with a server's link to a peer.
 * @category Servers
 */
export interface PeerStatus {
  readonly id: NodeId;
  /** Is there a connection that this server dialed? */
  readonly up: boolean;
  /** How long ago a pull from it last ended well, in ms; null: never. */
  readonly sincePullMs: number | null;
}

/**
 * How it is with a server.
 * @category Servers
 */
export interface ServerStatus {
  readonly replica: ReplicaId;
  /** The accept time (R2). */
  readonly clock: number;
  readonly keys: number;
  /** Requests that wait for the log. */
  readonly waiting: number;
  /** Connections that others dialed. */
  readonly connections: number;
  /** Why the log failed, in one line; null while it works. */
  readonly failure: string | null;
  /** What is said of a write to the log that does not come back, in one line; null while all do. */
  readonly stalled: string | null;
  readonly peers: ReadonlyArray<PeerStatus>;
}
