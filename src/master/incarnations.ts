/**
 * Which incarnation a server takes that finds no log (R7): one that it never had. Where logs are kept in memory they end with the master,
 * which knows all that there were, and counts: 0, 1, 2. Where they are kept in a folder nobody knows: it may be begun anew beside logs
 * that were put back from a backup, or from another cluster, so incarnations are random (R7a).
 */
import type { NodeId } from '../core/ids.js';
import { randomIncarnation } from '../impl/incarnation.js';
import type { Chance } from '../ports/ports.js';

/** Gives the incarnation for a server that finds no log. `dataDir` null: logs are in memory. */
export const incarnationsFor = (dataDir: string | null, chance?: Chance): ((server: NodeId) => number) => {
  if (dataDir !== null) return () => randomIncarnation(chance);
  const given = new Map<NodeId, number>();
  return (server) => {
    const next = (given.get(server) ?? -1) + 1;
    given.set(server, next);
    return next;
  };
};
