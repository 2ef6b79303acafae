/** The faults of a simulated network, for all its connections. A plan may have further faults of single machines. Probabilities are from 0 to 1, times in µs. */
import * as t from 'io-ts/lib/index.js';

/** Decodes a {@link NetworkFaults}. */
export const NetworkFaultsC = t.readonly(
  t.strict(
    {
      /** The least latency of a segment. */
      leastUs: t.number,
      /** The latency is random, and at most `moreUs` above `leastUs`. */
      moreUs: t.number,
      /** The probability that a segment takes ten times as long. */
      slow: t.number,
      /** The probability that a segment is lost. TCP sends it again, and later segments wait for it. */
      loss: t.number,
      /** The probability that a segment is split in two. */
      split: t.number,
      /** The probability that an arriving segment waits, and is read together with the next one. */
      merge: t.number,
      /** The probability that the connection breaks while a segment passes, at any byte of the segment. */
      broken: t.number,
      /** The probability that only one end hears of such a break. */
      halfOpen: t.number,
      /** How many bytes each end's system keeps: those to be sent, and those to be read. */
      sendBytes: t.number,
      receiveBytes: t.number,
      /** The probability that a new connection gets the port that was freed last. */
      samePort: t.number,
    },
    'NetworkFaults',
  ),
);

/** The faults of a network. */
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
