/**
 * Chooses the incarnation of a server that finds no log (R7): one that the server never had. Logs in memory end with the master, which knows all
 * incarnations and counts: 0, 1, 2. With logs in a folder the earlier incarnations are unknown, since the folder may get logs from a backup or from
 * another cluster. So the incarnations are random there (R7a).
 */
import type { NodeId } from '../core/ids.js';
import { randomIncarnation } from '../impl/incarnation.js';
import type { Chance } from '../ports/ports.js';

/** Returns a function that chooses the incarnation of a server without a log. `dataDir` null: logs are in memory. */
export const incarnationsFor = (dataDir: string | null, chance?: Chance): ((server: NodeId) => number) => {
  if (dataDir !== null) return () => randomIncarnation(chance);
  const given = new Map<NodeId, number>();
  return (server) => {
    const next = (given.get(server) ?? -1) + 1;
    given.set(server, next);
    return next;
  };
};
