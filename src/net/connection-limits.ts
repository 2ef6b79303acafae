/**
 * How many connections a server has places for. Whatever comes in, it must be able to open the files of its log, for a log that cannot be written has
 * failed: so connections have a little more than half of the descriptors that the process may have, and no more than its log leaves.
 */
import { MAX_CONNECTIONS, MAX_OF_METRICS, MAX_STRANGERS } from './net-limits.js';

/** The most connections at once: of strangers, of clients, of servers and masters, and to the port of the metrics. */
export interface ConnectionLimits {
  readonly strangers: number;
  readonly clients: number;
  readonly others: number;
  readonly metrics: number;
}

/** The fewest of each with which a server is of use. */
const LEAST = 8;
const KINDS = 4;

/** What a server opens beside connections: its ports, and its log, which begins new files while it reads old ones. It was seen to have 16. */
const FOR_THE_LOG = 32;

/** The fewest descriptors with which a server that has so many open before it starts is of use, and keeps its log. */
export const fewestFor = (taken: number): number => taken + FOR_THE_LOG + KINDS * LEAST;

/** The places of a process that may have so many descriptors, and has some of them taken for other things. */
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
