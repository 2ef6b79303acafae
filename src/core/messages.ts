/**
 * What a replica is asked and what it answers: the vocabulary of R2, R9, R12, R13 and R14, the same over a socket, in a trace
 * and in a test. Each message is one JSON object with a `type`.
 */
import * as t from 'io-ts/lib/index.js';
import { BytesC } from './bytes.js';
import { flat } from './codec.js';
import { Natural, NodeIdC, ReplicaIdC } from './ids.js';
import { StampC, VectorEntriesC, WriteC } from './write.js';

const object = <P extends t.Props>(name: string, props: P) => t.readonly(t.strict(props, name));

// --- asked -----------------------------------------------------------------------------------------------------------------

/** A session's put (R2, R14): `clock` is the session's, `require` what the server must have (R12; empty: nothing). */
export const PutC = flat('Put', {
  type: t.literal('put'),
  client: NodeIdC,
  clientTime: Natural,
  clock: Natural,
  key: BytesC,
  value: BytesC,
  require: VectorEntriesC,
});
export type Put = t.TypeOf<typeof PutC>;

/** A session's get (R13): answered only by a server whose vector is at or above every entry of `require` (R12). */
export const GetC = flat('Get', { type: t.literal('get'), client: NodeIdC, key: BytesC, require: VectorEntriesC });
export type Get = t.TypeOf<typeof GetC>;

/** A pull's request (R9): the puller and its vector. */
export const PullC = flat('Pull', { type: t.literal('pull'), puller: ReplicaIdC, vv: VectorEntriesC });
export type Pull = t.TypeOf<typeof PullC>;

// --- answered --------------------------------------------------------------------------------------------------------------

/** The put has this stamp; the write is in the durable log (R10). */
export const AcceptedC = object('Accepted', { type: t.literal('accepted'), stamp: StampC });
/** The server does not meet the session's guarantees: ERR_DEP (R12, R13). */
export const BehindC = flat('Behind', { type: t.literal('behind') });
/** The greatest-stamped write to the key (R5). */
export const FoundC = object('Found', { type: t.literal('found'), value: BytesC, stamp: StampC });
/** The server meets the guarantees and has no value for the key: ERR_KEY (R13). */
export const MissingC = flat('Missing', { type: t.literal('missing') });
/**
 * A pull's answer, taken at one instant (R9): every write the puller lacks, in the order of accept times for each replica, the
 * answerer's vector and its accept time.
 */
export const PulledC = object('Pulled', {
  type: t.literal('pulled'),
  from: ReplicaIdC,
  writes: t.readonlyArray(WriteC),
  vv: VectorEntriesC,
  clock: Natural,
});

/**
 * The server took the request and cannot serve it; another may.
 *
 * - `failed`: its log failed earlier, so nothing is served any more; the request had no effect.
 * - `unlogged`: its log failed under this very request; a put may or may not survive.
 * - `busy`: too many requests are waiting for the log; the request had no effect.
 * - `too-old`: a put whose client time is so far in the past that it can no longer be told from a repetition (R3).
 */
export const RefusedC = flat('Refused', {
  type: t.literal('refused'),
  reason: t.union([t.literal('failed'), t.literal('unlogged'), t.literal('busy'), t.literal('too-old')]),
});

export type Refused = t.TypeOf<typeof RefusedC>;
export type Accepted = t.TypeOf<typeof AcceptedC>;
export type Behind = t.TypeOf<typeof BehindC>;
export type Found = t.TypeOf<typeof FoundC>;
export type Missing = t.TypeOf<typeof MissingC>;
export type Pulled = t.TypeOf<typeof PulledC>;

/** The answer to a put. */
export type PutAnswer = Accepted | Behind;
/** The answer to a get. */
export type GetAnswer = Found | Missing | Behind;
