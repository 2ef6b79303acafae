/**
 * Kills and restarts of a server: with its log, without its log, or with an older copy of its log (R7, R7a, R10).
 *
 * @module
 * @category The protocol
 */
import { incarnationOf, replicaId, serverOf, type ReplicaId } from '../../core/ids.js';
import type { Rules } from './rules.js';
import { newServer, serverWith, type Server } from './server.js';

/** SIGKILL: the durable log stays (R10); `midway` is lost. */
export const kill = (server: Server): Server => serverWith(server, { up: false, midway: null });

/** The server comes back with its log: it is the same replica (R7) and has every write that it acknowledged (R10). */
export const restart = (server: Server): Server => serverWith(server, { up: true });

/** A replica id that the server never had (R7): a server's incarnations only grow. */
const nextReplica = ({ replica }: Server): ReplicaId => replicaId(serverOf(replica), incarnationOf(replica) + 1);

/** The server comes back without its log, as a new replica (R7). V3: it keeps its old replica id. */
export const restartBlank =
  (rules: Rules) =>
  (server: Server): Server =>
    serverWith(newServer(serverOf(server.replica)), { replica: rules.variant === 'V3' ? server.replica : nextReplica(server) });

/** The contents of a copy of the server's log. */
export const copyOf = (server: Server): Server => serverWith(server, { midway: null });

/**
 * R7a: the server comes back with a copy of its log, which may be older than the log was. The server keeps the writes of the copy, begins its
 * pulls anew, and is a new replica before it accepts a put. V10: the server goes on as the replica of the copy.
 */
export const putBack =
  (rules: Rules) =>
  (server: Server, copy: Server): Server =>
    rules.variant === 'V10' ? copy : serverWith(copy, { replica: nextReplica(server), waiting: [], transfers: [] });
