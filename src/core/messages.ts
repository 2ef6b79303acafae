/**
 * What a replica is asked and what it answers: the vocabulary of R2, R9, R12, R13 and R14, the same over a socket, in a trace
 * and in a test. Each message is one JSON object with a `type`.
 */
import * as t from 'io-ts/lib/index.js';
import { MAX_LIST_ITEMS } from './bounds.js';
import { BytesC } from './bytes.js';
import { flat, listOf, object } from './codec.js';
import { Natural, NodeIdC, ReplicaIdC, SessionNumberC } from './ids.js';
import { StampC, StampOrNullC, VectorEntriesC, WriteC } from './write.js';

// --- asked -----------------------------------------------------------------------------------------------------------------

/**
 * A session's put (R2, R14): `clock` is the session's, `require` what the server must have (R12; empty: nothing). `client`, `session`
 * and `clientTime` say which put it is (R3). `replica`: the one that it was sent to before, and that alone may take it now (R14);
 * null where it was sent to none.
 */
export const PutC = flat('Put', {
  type: t.literal('put'),
  client: NodeIdC,
  session: SessionNumberC,
  clientTime: Natural,
  replica: t.union([ReplicaIdC, t.null]),
  clock: Natural,
  key: BytesC,
  value: BytesC,
  require: VectorEntriesC,
});
export type Put = t.TypeOf<typeof PutC>;

/**
 * A session's get (R13): answered only by a server that has the write stamped `atLeast` or a later one to the key (R12, scope key; null:
 * nothing is asked of the key), and whose vector is at or above every entry of `require` (scope store; the floor of R11).
 */
export const GetC = flat('Get', {
  type: t.literal('get'),
  client: NodeIdC,
  key: BytesC,
  atLeast: StampOrNullC,
  require: VectorEntriesC,
});
export type Get = t.TypeOf<typeof GetC>;

/**
 * A pull's request (R9): the puller, the vector of what it has, and where the part that it asks for begins: after this stamp, in R4's
 * order; null: at the beginning.
 */
export const PullC = flat('Pull', { type: t.literal('pull'), puller: ReplicaIdC, vv: VectorEntriesC, after: StampOrNullC });
export type Pull = t.TypeOf<typeof PullC>;

// --- answered --------------------------------------------------------------------------------------------------------------

/** The put has this stamp; the write is in the durable log (R10). */
export const AcceptedAnswerC = object('Accepted', { type: t.literal('accepted'), stamp: StampC });
/** The server does not meet the session's guarantees: ERR_DEP (R12, R13). */
export const BehindAnswerC = flat('Behind', { type: t.literal('behind') });
/** The greatest-stamped write to the key (R5). */
export const FoundAnswerC = object('Found', { type: t.literal('found'), value: BytesC, stamp: StampC });
/** The server meets the guarantees and has no value for the key: ERR_KEY (R13). */
export const MissingAnswerC = flat('Missing', { type: t.literal('missing') });
/**
 * A pull's answer, taken at one instant (R9): of the writes that the puller lacks, those stamped above `after` (the request's) and up
 * to `upTo`, in R4's order; `upTo` null: all of them. With them the answerer's vector and its accept time.
 */
export const PulledAnswerC = object('Pulled', {
  type: t.literal('pulled'),
  from: ReplicaIdC,
  after: StampOrNullC,
  writes: listOf(WriteC, MAX_LIST_ITEMS),
  upTo: StampOrNullC,
  vv: VectorEntriesC,
  clock: Natural,
});

/** Why a server refuses, beside `behind`: see {@link RefusedAnswerC}. */
export const REFUSALS = {
  failed: null,
  unlogged: null,
  busy: null,
  'too-old': null,
  'other-replica': null,
  'too-far': null,
  'too-large': null,
  'not-the-same': null,
} as const;

/**
 * The server took the request and cannot serve it; another may.
 *
 * - `failed`: its log failed earlier, so nothing is taken in any more, and what is asked is only read; the request had no effect.
 * - `unlogged`: its log failed under this very request; a put may or may not survive.
 * - `busy`: too many requests are waiting for the log, or it is being closed; the request had no effect.
 * - `too-old`: a put whose client time is so far in the past that it can no longer be told from a repetition (R3); this copy of it had no effect.
 * - `other-replica`: a put that was sent to another replica before, which alone may take it (R14); this one has not taken it.
 * - `too-far`: a clock or a stamp further ahead than any honest history can be (R16); the request had no effect.
 * - `too-large`: a key, a value or a count above the server's bounds (R16); the request had no effect.
 * - `not-the-same`: a put that repeats another's identity with another key or value (R3); it had no effect and never will have.
 */
export const RefusedAnswerC = flat('Refused', { type: t.literal('refused'), reason: t.keyof(REFUSALS) });

export type RefusedAnswer = t.TypeOf<typeof RefusedAnswerC>;
export type AcceptedAnswer = t.TypeOf<typeof AcceptedAnswerC>;
export type BehindAnswer = t.TypeOf<typeof BehindAnswerC>;
export type FoundAnswer = t.TypeOf<typeof FoundAnswerC>;
export type MissingAnswer = t.TypeOf<typeof MissingAnswerC>;
export type PulledAnswer = t.TypeOf<typeof PulledAnswerC>;

/** The answer to a put. */
export type PutAnswer = AcceptedAnswer | BehindAnswer;
/** The answer to a get. */
export type GetAnswer = FoundAnswer | MissingAnswer | BehindAnswer;
