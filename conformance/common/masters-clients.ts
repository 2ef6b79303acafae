/**
 * What the contract says of the sessions of the master's clients (R12). It is written down here a second time, from the contract's page: if the layers took the constant of the program that
 * ships, a program whose clients ask for less would be compared with itself.
 */
import type { Guarantees } from '#bayou/core/guarantees.js';

/** R12: the master's clients use Read Your Writes and Monotonic Reads with scope key. */
export const MASTERS_CLIENTS: Guarantees = {
  readYourWrites: true,
  monotonicReads: true,
  writesFollowReads: false,
  monotonicWrites: false,
  scope: 'key',
};
