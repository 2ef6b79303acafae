/**
 * How a server ends and comes back: killed, with its log, without it, with an older copy of it (R7, R7a, R10).
 *
 * @module
 * @category The protocol
 */
import { incarnationOf, replicaId, serverOf, type ReplicaId } from '../../core/ids.js';
import type { Rules } from './rules.js';
import { newServer, serverWith, type Server } from './server.js';

/** SIGKILL: the durable log stays (R10), and pulls under way are lost. */
export const kill = (server: Server): Server => serverWith(server, { up: false, midway: null });

/** Back with its log: the same replica (R7), with every write that it acknowledged (R10). */
export const restart = (server: Server): Server => serverWith(server, { up: true });

/** The next replica of the same server, which no replica was before (R7): a server's incarnations only grow. */
const nextReplica = ({ replica }: Server): ReplicaId => replicaId(serverOf(replica), incarnationOf(replica) + 1);

/** Back without its log: a new replica of the same server (R7). V3: under the old identity all the same. */
export const restartBlank =
  (rules: Rules) =>
  (server: Server): Server =>
    serverWith(newServer(serverOf(server.replica)), { replica: rules.variant === 'V3' ? server.replica : nextReplica(server) });

/** What a copy of its log holds. */
export const copyOf = (server: Server): Server => serverWith(server, { midway: null });

/**
 * R7a: back with a copy of its log, which may be older than the server was. It keeps the writes that it has, begins its pulls anew, and is
 * a new replica before it accepts anything. V10: it goes on as the replica that the copy is of.
 */
export const putBack =
  (rules: Rules) =>
  (server: Server, copy: Server): Server =>
    rules.variant === 'V10' ? copy : serverWith(copy, { replica: nextReplica(server), waiting: [], transfers: [] });
