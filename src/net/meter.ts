/** A server's counts and its status, for metrics, health and operators. */
import type { NodeId, ReplicaId } from '../core/ids.js';

/** Counts the events of a server. The server calls it at each event. */
export interface Meter {
  /** A put or a get was answered. `outcome`: the answer's type, or the reason of a refusal. */
  readonly served: (op: 'put' | 'get', outcome: string) => void;
  /** A pull from a peer, or a part of a pull, ended. `writes`: how many writes came. */
  readonly pulled: (peer: NodeId, outcome: 'merged' | 'failed', writes: number) => void;
  /** A peer's pull, or a part of it, was answered. `writes`: how many writes were sent. */
  readonly answered: (writes: number) => void;
}

/** Counts nothing. */
export const NO_METER: Meter = { served: () => undefined, pulled: () => undefined, answered: () => undefined };

/**
 * The status of a server's link to a peer.
 * @category Servers
 */
export interface PeerStatus {
  readonly id: NodeId;
  /** Is there a connection that this server dialed? */
  readonly up: boolean;
  /** How long ago a pull from the peer last ended well, in ms; null: never. */
  readonly sincePullMs: number | null;
}

/**
 * The status of a server.
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
  /** One line about a write to the log that does not come back; null: there is none. */
  readonly stalled: string | null;
  readonly peers: ReadonlyArray<PeerStatus>;
}
