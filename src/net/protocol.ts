/**
 * The messages of a connection: a handshake, then requests and answers. io-ts decodes each message when it arrives.
 *
 * ```text
 * dialer    {"hello":{version, from, nonce}}
 * acceptor  {"hello":{version, from, nonce, proof, replica}}
 * dialer    {"proof"}
 * acceptor  {"welcome":true} or {"refused":"why"}
 * either    {"id":7,"ask":{"type":"get",…}}        either  {"id":7,"part":{…}}*  {"id":7,"answer":{…}}
 * either    {"bye":8}: its sender has not acted on requests from 8 on, and will not
 * ```
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { MAX_LIST_ITEMS } from '../core/bounds.js';
import { BytesC } from '../core/bytes.js';
import { flatExcept, described, flat, listOf, object } from '../core/codec.js';
import { MAX_HOST } from '../core/texts.js';
import { Natural, NodeIdC, ReplicaIdC } from '../core/ids.js';
import {
  AcceptedAnswerC,
  BehindAnswerC,
  FoundAnswerC,
  GetC,
  MissingAnswerC,
  PulledAnswerC,
  PullC,
  PutC,
  RefusedAnswerC,
} from '../core/messages.js';
import { RESULTS } from '../core/results.js';
import { VectorEntriesC } from '../core/write.js';

/** The version of these messages. Two ends of different versions refuse each other. A master and its processes are of one build. */
export const PROTOCOL_VERSION = 2;

// --- ends of a connection --------------------------------------------------------------------------------------------------

/** Decodes a {@link Party}. */
const PartyC = object('Party', {
  role: t.union([t.literal('master'), t.literal('server'), t.literal('client')]),
  id: NodeIdC,
});
/** One end of a connection. The master's id is 0 and means nothing. */
export type Party = t.TypeOf<typeof PartyC>;

const isPort = (u: unknown): u is number => Number.isInteger(u) && (u as number) >= 0 && (u as number) <= 65_535;
/** Bounds the length alone: what a user may write as a host is `HostC`. */
const isHost = (u: unknown): u is string => typeof u === 'string' && u.length > 0 && u.length <= MAX_HOST;

/** Where a process listens. */
export const AddressC = flat('Address', { host: described('a host', isHost), port: described('a port', isPort) });
export type Address = t.TypeOf<typeof AddressC>;

// --- handshake -------------------------------------------------------------------------------------------------------------

export const DialHelloC = object('Hello', { hello: object('Hello', { version: t.number, from: PartyC, nonce: t.string }) });
export const AcceptHelloC = object('Hello', {
  hello: object('Hello', {
    version: t.number,
    from: PartyC,
    nonce: t.string,
    proof: t.string,
    /** The replica that the acceptor is now, if it is a server (R7, R14); null: it is no server. */
    replica: t.union([ReplicaIdC, t.null]),
  }),
});
export const ProofC = object('Proof', { proof: t.string });
export const WelcomeC = t.union([object('Welcome', { welcome: t.literal(true) }), object('Refused', { refused: t.string })]);

// --- control: requests of the master alone ---------------------------------------------------------------------------------

/** To a server or client: make the link to a peer, or make it again. `address`: where the peer listens; null: the receiver does not dial. */
const LinkC = object('Link', { type: t.literal('link'), peer: PartyC, address: t.union([AddressC, t.null]) });
/** To a server or client: cut the link to a peer (on the wire the message is called `unlink`). No message passes over the link, from either end, until it is made again. */
const UnlinkC = object('Unlink', { type: t.literal('unlink'), peer: PartyC });
/** To a server: pull all writes of each linked peer, now. The answer has the server's vector after the pulls. `working` parts come before it while the pulls go on. */
const SyncC = object('Sync', { type: t.literal('sync') });
/** To a server: send your store. The store comes in parts before the answer. */
const StoreC = object('Store', { type: t.literal('store') });
/** To a server or client: name the servers that you are linked to. */
const MembersC = object('Members', { type: t.literal('members') });
/** To a client: put and get, as the script says. */
const DoPutC = flat('DoPut', { type: t.literal('doPut'), key: BytesC, value: BytesC });
const DoGetC = flat('DoGet', { type: t.literal('doGet'), key: BytesC });

const MAX_PULL_NAME = 200;
const isPullName = (u: unknown): u is string => typeof u === 'string' && u.length <= MAX_PULL_NAME;

/** A pull as a request, with the pull's name in traces. */
const NamedPullC = object('NamedPull', {
  type: t.literal('namedPull'),
  pull: described('the name of a pull', isPullName),
  ask: PullC,
});

/** Decodes an {@link NetRequest}. */
const NetRequestC = t.union([PutC, GetC, DoPutC, DoGetC, NamedPullC, SyncC, LinkC, UnlinkC, StoreC, MembersC], 'Ask');
/** A request. */
export type NetRequest = t.TypeOf<typeof NetRequestC>;

// --- answers ---------------------------------------------------------------------------------------------------------------

const DoneC = object('Done', { type: t.literal('done') });
/** The request could not be done. `why`: the reason, for people. */
const FailedC = object('Failed', { type: t.literal('failed'), why: t.string });
/**
 * `failed`: the peers from which not all writes came. `inParts`: a peer's writes came in parts, since they did not fit in one answer.
 * `failure`: why the server's log has failed; null: it has not.
 */
const SyncedC = object('Synced', {
  type: t.literal('synced'),
  vv: VectorEntriesC,
  failed: listOf(NodeIdC, MAX_LIST_ITEMS),
  inParts: t.boolean,
  failure: t.union([t.string, t.null]),
});
const MembersAnswerC = object('MembersAnswer', { type: t.literal('members'), servers: listOf(NodeIdC, MAX_LIST_ITEMS) });
/** The end of a store that came in parts. `keys`: the number of keys in the store. */
const StoredC = object('Stored', { type: t.literal('stored'), keys: Natural });

/** Decodes an {@link Answer}. `doPut` and `doGet` are answered with one of `RESULTS`. */
export const AnswerC = t.union(
  [
    AcceptedAnswerC,
    FoundAnswerC,
    MissingAnswerC,
    BehindAnswerC,
    RefusedAnswerC,
    ...RESULTS,
    PulledAnswerC,
    DoneC,
    FailedC,
    SyncedC,
    MembersAnswerC,
    StoredC,
  ],
  'Answer',
);
/** An answer. */
export type Answer = t.TypeOf<typeof AnswerC>;

/** Decodes a {@link AnswerPart}. */
const AnswerPartC = t.union([
  /** The work goes on and has nothing to send yet; the deadline begins anew. */
  object('WorkingPart', { type: t.literal('working') }),
  object('StoredPart', { type: t.literal('stored'), entries: listOf(t.readonly(t.tuple([BytesC, BytesC])), MAX_LIST_ITEMS) }),
]);
/** A part of a long answer. The parts come before the answer, in order. With each part the deadline of the answer begins anew. */
export type AnswerPart = t.TypeOf<typeof AnswerPartC>;

// --- envelopes -------------------------------------------------------------------------------------------------------------

const NumberedRequestC = flatExcept('Asking', { id: Natural, ask: NetRequestC }, 'ask');
const NumberedAnswerC = flatExcept('Answering', { id: Natural, answer: AnswerC }, 'answer');
const NumberedPartC = object('InPart', { id: Natural, part: AnswerPartC });
const ByeC = object('Bye', { bye: Natural });
/** A request with its number. */
export type NumberedRequest = t.TypeOf<typeof NumberedRequestC>;
/** An answer with the number of its request. */
export type NumberedAnswer = t.TypeOf<typeof NumberedAnswerC>;
/** One frame after the handshake. */
export type NetEnvelope = NumberedRequest | NumberedAnswer | t.TypeOf<typeof NumberedPartC> | t.TypeOf<typeof ByeC>;

const has = (u: unknown, key: string): boolean => typeof u === 'object' && u !== null && key in u;

/** Decodes an {@link NetEnvelope} by the field that tells its kind. A codec of a union would try every kind and gather the errors of each. */
export const decodeEnvelope = (u: unknown): E.Either<string, NetEnvelope> => {
  if (has(u, 'ask')) return decodeOr(NumberedRequestC, u);
  if (has(u, 'bye')) return decodeOr(ByeC, u);
  return has(u, 'part') ? decodeOr(NumberedPartC, u) : decodeOr(NumberedAnswerC, u);
};

/** Decodes by a codec. Fails with one line that names the most deeply nested wrong field. */
export const decodeOr = <A>(codec: t.Decoder<unknown, A>, u: unknown): E.Either<string, A> => {
  const decoded = codec.decode(u);
  if (E.isRight(decoded)) return decoded;
  const longest = decoded.left.reduce((a, b) => (b.context.length > a.context.length ? b : a));
  const path = longest.context.map((c) => c.key).filter((k) => k !== '' && !/^\d+$/.test(k));
  return E.left(`a message whose ${path.length === 0 ? 'shape' : `field '${path.join('.')}'`} is wrong`);
};
