/** What a session promises and what it carries (R11, R12). */
import * as t from 'io-ts/lib/index.js';
import { MAX_LIST_ITEMS } from './bounds.js';
import { BytesC } from './bytes.js';
import { listOf } from './codec.js';
import { Natural, NodeIdC } from './ids.js';
import { StampC, VectorEntriesC } from './write.js';

/** Decodes {@link Guarantees}. */
export const GuaranteesC = t.readonly(
  t.strict(
    {
      readYourWrites: t.boolean,
      monotonicReads: t.boolean,
      writesFollowReads: t.boolean,
      monotonicWrites: t.boolean,
      scope: t.union([t.literal('key'), t.literal('store')]),
    },
    'Guarantees',
  ),
);

/**
 * The four session guarantees (R12), each on or off, and the scope in which the two read guarantees are checked.
 * @category Sessions
 */
export type Guarantees = t.TypeOf<typeof GuaranteesC>;

/**
 * What the master's clients ask for (R12): Read Your Writes and Monotonic Reads, scope key.
 * @category Sessions
 */
export const MASTER_GUARANTEES: Guarantees = {
  readYourWrites: true,
  monotonicReads: true,
  writesFollowReads: false,
  monotonicWrites: false,
  scope: 'key',
};

/**
 * Decodes a {@link SessionToken}. Version 1 carried the session's client time as well; whoever goes on with one is a new session all the
 * same, so that it is left out.
 */
export const SessionTokenC = t.readonly(
  t.strict(
    {
      version: t.union([t.literal(1), t.literal(2)]),
      client: NodeIdC,
      clock: Natural,
      guarantees: GuaranteesC,
      wrote: listOf(t.readonly(t.tuple([BytesC, StampC])), MAX_LIST_ITEMS),
      read: listOf(t.readonly(t.tuple([BytesC, StampC])), MAX_LIST_ITEMS),
      floor: VectorEntriesC,
      writeVector: VectorEntriesC,
      readVector: VectorEntriesC,
    },
    'SessionToken',
  ),
);

/**
 * What a session has seen (R11) as JSON: exported by one process, taken up by a new session in another (R11a). It says nothing of who the
 * session was: `client` is only the id under which the next one goes on. `wrote` and `read` hold, oldest use first, the greatest stamp
 * the session wrote to and read of each key; entries beyond the bound are folded into `floor`.
 * @category Sessions
 */
export type SessionToken = t.TypeOf<typeof SessionTokenC>;
