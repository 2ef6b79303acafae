/**
 * The most connections of a server. However many connections come in, the server must be able to open the files of its log, since a log that cannot be
 * written has failed. So connections get a little more than half of the process's descriptors, and no more than the log leaves.
 */
import { MAX_CONNECTIONS, MAX_OF_METRICS, MAX_STRANGERS } from './net-limits.js';

/** The most connections at once: of strangers, of clients, of servers and masters, and to the port of the metrics. */
export interface ConnectionLimits {
  readonly strangers: number;
  readonly clients: number;
  readonly others: number;
  readonly metrics: number;
}

/** The fewest connections of each kind with which a server is of use. */
const LEAST = 8;
const KINDS = 4;

/** The descriptors that connections may not take: for the ports, and for the log, which opens new files while it reads old ones. At most 16 were seen in use. */
const FOR_THE_LOG = 32;

/** The fewest descriptors with which a server is of use and keeps its log. `taken`: the descriptors that are open before it starts. */
export const fewestFor = (taken: number): number => taken + FOR_THE_LOG + KINDS * LEAST;

/** The limits of a process that may have `descriptors` descriptors. `taken`: how many of them are open for other things. */
export const connectionLimitsOf = (descriptors: number, taken = 0): ConnectionLimits => {
  const spare = Math.max(0, Math.min((descriptors * 9) / 16, descriptors - taken - FOR_THE_LOG) - KINDS * LEAST);
  const share = (part: number, most: number): number => Math.min(most, LEAST + Math.floor(spare * part));
  return {
    strangers: share(2 / 9, MAX_STRANGERS),
    clients: share(4 / 9, MAX_CONNECTIONS.clients),
    others: share(2 / 9, MAX_CONNECTIONS.others),
    metrics: share(1 / 9, MAX_OF_METRICS),
  };
};
