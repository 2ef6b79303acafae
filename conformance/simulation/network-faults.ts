/** How slow and how unreliable all links of a simulated network are, whatever else a plan does to some of them. Chances are from 0 to 1, times in µs. */
import * as t from 'io-ts/lib/index.js';

/** Decodes a {@link NetworkFaults}. */
export const NetworkFaultsC = t.readonly(
  t.strict(
    {
      /** The way there takes at least this long, */
      leastUs: t.number,
      /** and up to so much longer. */
      moreUs: t.number,
      /** How often a segment takes ten times as long. */
      slow: t.number,
      /** How often a segment is lost: TCP sends it again, and what comes after it waits. */
      loss: t.number,
      /** How often a segment is cut into two. */
      split: t.number,
      /** How often one that arrives waits for the next to be read with it. */
      merge: t.number,
      /** How often a connection breaks while a segment passes, at any byte of it. */
      broken: t.number,
      /** How often one end alone hears of that. */
      halfOpen: t.number,
      /** How many bytes each end's system keeps until they are sent, and until they are read. */
      sendBytes: t.number,
      receiveBytes: t.number,
      /** How often a port that is free again is the next to be given out. */
      samePort: t.number,
    },
    'NetworkFaults',
  ),
);

/** How slow and how unreliable links are. */
export type NetworkFaults = t.TypeOf<typeof NetworkFaultsC>;

/** A local network that loses nothing. */
export const NO_NETWORK_FAULTS: NetworkFaults = {
  leastUs: 50,
  moreUs: 100,
  slow: 0,
  loss: 0,
  split: 0,
  merge: 0,
  broken: 0,
  halfOpen: 0,
  sendBytes: 2 ** 18,
  receiveBytes: 2 ** 18,
  samePort: 0,
};
