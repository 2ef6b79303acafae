/**
 * Traces: what a run of the cluster writes down, so that layer 3 of `bayou conform` can follow the protocol afterwards. One JSON object a
 * line (NDJSON). Every process counts its own events (`n` from 0) under its own name (`p`): `master`, `server-3#1` (the second process
 * that ran as server 3), `client-5`. There is no shared clock; causality is in the events: stamps, vectors, the ids of pulls.
 * Key and value strings are byte strings: one character for each byte.
 */
import * as t from 'io-ts/lib/index.js';
import { BytesC } from './bytes.js';
import { Natural, NodeIdC, ReplicaIdC, SessionNumberC } from './ids.js';
import { REFUSALS } from './messages.js';
import { GET_RESULTS, PUT_RESULTS } from './results.js';
import { GuaranteesC } from './guarantees.js';
import { StampC, StampOrNullC, TransferC, VectorEntriesC, WriteC } from './write.js';

const event = <K extends string, P extends t.Props>(type: K, props: P) =>
  t.readonly(t.strict({ p: t.string, n: Natural, type: t.literal(type), ...props }, type));

/** A stamp or null. What else a stamp's object has is left out; {@link StampOrNullC} refuses such an object. */
const StampIfAnyC = t.union([StampC, t.null]);

/** At the master: a command began. `line` is its number in the script. */
const CommandC = event('command', { line: Natural, text: BytesC });
/** At the master: a command ended, with the lines it printed, its errors, and how long it took. */
const ResultC = event('result', {
  line: Natural,
  output: t.readonlyArray(BytesC),
  errors: t.readonlyArray(t.string),
  ms: t.number,
});
/** At the master: it killed a server's process. */
const KillC = event('kill', { server: NodeIdC, process: t.string });
/** At the master: it noticed that a server's process had ended by itself, without a kill of the master. The end itself was somewhat earlier. */
const DiedC = event('died', { server: NodeIdC, process: t.string });

/** At a server: it runs as this replica, with what its log held (R7, R10). `fresh`: it had no log. `writes`: how many keys it has. */
const StartC = event('start', {
  replica: ReplicaIdC,
  fresh: t.boolean,
  vv: VectorEntriesC,
  clock: Natural,
  writes: Natural,
  transfers: t.readonlyArray(TransferC),
});
/** At a server: from now on it runs as this replica, because a peer knew more of it than its log (R7a). */
const RenewedC = event('renewed', { replica: ReplicaIdC });
/** At a server: its log has failed. From now on it only reads, and shows what the log has; nothing of that is written down. */
const LogFailedC = event('logFailed', {});
/** At a server: the link to a peer, server or client, was made or cut. */
const LinkC = event('link', { peer: NodeIdC, up: t.boolean });
/** At a server: it accepted a put (R2). `clock` and `require` are the session's; `repeated`: an earlier put's stamp again (R3). */
const AcceptC = event('accept', {
  client: NodeIdC,
  session: SessionNumberC,
  clientTime: Natural,
  clock: Natural,
  require: VectorEntriesC,
  key: BytesC,
  value: BytesC,
  stamp: StampC,
  repeated: t.boolean,
});
/** At a server: it refused a put, because it lacks what the session requires (`behind`, R12), or for another reason (R3, R14, R16). */
const RefuseC = event('refuse', {
  client: NodeIdC,
  session: SessionNumberC,
  clientTime: Natural,
  reason: t.keyof({ behind: null, ...REFUSALS }),
  require: VectorEntriesC,
  vv: VectorEntriesC,
});
/** At a server: it answered a get (R13). `atLeast` and `require` are the session's. */
const AnswerC = event('answer', {
  client: NodeIdC,
  key: BytesC,
  atLeast: StampOrNullC,
  require: VectorEntriesC,
  result: t.union([t.literal('found'), t.literal('missing'), t.literal('behind')]),
  stamp: StampIfAnyC,
  value: t.union([BytesC, t.null]),
  vv: VectorEntriesC,
});
/**
 * At a puller: it asked a peer for a part (R9): for what `vv` lacks, stamped above `after`. `pull` names this request in both
 * processes: the puller's process and its count.
 */
const PullAskedC = event('pullAsked', { peer: NodeIdC, pull: t.string, vv: VectorEntriesC, after: StampOrNullC });
/** At an answerer: the answer it gave, taken at this instant. */
const PullAnsweredC = event('pullAnswered', {
  puller: ReplicaIdC,
  pull: t.string,
  asked: VectorEntriesC,
  after: StampOrNullC,
  writes: t.readonlyArray(WriteC),
  upTo: StampOrNullC,
  vv: VectorEntriesC,
  clock: Natural,
});
/** At a puller: it took an answer in; its vector and accept time afterwards (those of before, where more parts are to come). */
const MergedC = event('merged', { peer: ReplicaIdC, pull: t.string, vv: VectorEntriesC, clock: Natural });

/** At a client: a session began, under a number of its own (R11a). */
const SessionC = event('session', { client: NodeIdC, session: SessionNumberC, guarantees: GuaranteesC });
/** At a client: it sent a put or a get to a server, which is this replica; or could not reach the server (null). */
const AskedC = event('asked', {
  server: NodeIdC,
  replica: t.union([ReplicaIdC, t.null]),
  op: t.union([t.literal('put'), t.literal('get')]),
  key: BytesC,
  clientTime: Natural,
});
/** At a client: a put came to its result (R14, R15). */
const PutDoneC = event('putDone', {
  key: BytesC,
  value: BytesC,
  clientTime: Natural,
  result: t.keyof(PUT_RESULTS),
  stamp: StampIfAnyC,
});
/** At a client: a get came to its result (R13, R15). */
const GetDoneC = event('getDone', {
  key: BytesC,
  result: t.keyof(GET_RESULTS),
  value: t.union([BytesC, t.null]),
  stamp: StampIfAnyC,
});

/** Decodes a {@link TraceEvent}. */
export const TraceEventC = t.union(
  [
    CommandC,
    ResultC,
    KillC,
    DiedC,
    StartC,
    RenewedC,
    LogFailedC,
    LinkC,
    AcceptC,
    RefuseC,
    AnswerC,
    PullAskedC,
    PullAnsweredC,
    MergedC,
    SessionC,
    AskedC,
    PutDoneC,
    GetDoneC,
  ],
  'TraceEvent',
);

/** One line of a trace. */
export type TraceEvent = t.TypeOf<typeof TraceEventC>;

/** The trace event of a type. */
export type EventOf<T extends TraceEvent['type']> = Extract<TraceEvent, { type: T }>;

/** Each member of a union of events, without the process's name and count. */
export type WithoutProcess<T> = T extends unknown ? Omit<T, 'p' | 'n'> : never;

/** What a process says happened; its name and its count are added where it is written down. */
export type TraceBody = WithoutProcess<TraceEvent>;
