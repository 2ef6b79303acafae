/**
 * How many connections a server has places for. Whatever comes in, it must be able to open the files of its log, for a log that cannot be written has
 * failed: so connections have a little more than half of the descriptors that the process may have.
 */
import { MAX_CONNECTIONS, MAX_OF_METRICS, MAX_STRANGERS } from './net-limits.js';

/** The most connections at once: of strangers, of clients, of servers and masters, and to the port of the metrics. */
export interface Places {
  readonly strangers: number;
  readonly clients: number;
  readonly others: number;
  readonly metrics: number;
}

/** The fewest of each with which a server is of use. */
const LEAST = 8;

/** The places of a process that may have so many descriptors. */
export const placesOf = (descriptors: number): Places => {
  const share = (part: number, most: number): number => Math.min(most, Math.max(LEAST, Math.floor(descriptors * part)));
  return {
    strangers: share(1 / 8, MAX_STRANGERS),
    clients: share(1 / 4, MAX_CONNECTIONS.clients),
    others: share(1 / 8, MAX_CONNECTIONS.others),
    metrics: share(1 / 16, MAX_OF_METRICS),
  };
};
