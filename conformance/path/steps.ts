/** The events of a run as steps of the model: what each did, what was seen of it, and which parts it reads and writes. */
import type { Bytes } from '#bayou/core/bytes.js';
import { serverOf, type NodeId } from '#bayou/core/ids.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import type { VectorEntries } from '#bayou/core/write.js';
import { showRequired } from '#bayou/model/checking/seen.js';
import { covers, has } from '#bayou/model/protocol/vector.js';
import type { RecordedStep } from '#bayou/cli/check/path.js';
import type { Names } from './names.js';
import type { Recording } from './record.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A part of the state that a step reads or writes, and when: a place in the order in which the run was followed. */
export interface Access {
  readonly part: string;
  readonly at: number;
  readonly writes: boolean;
}

/** A step, not yet in its place. */
export interface Node extends RecordedStep {
  readonly accesses: ReadonlyArray<Access>;
}

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { type: T }>;

/** What the steps are made from: a run and what is looked up in it. */
export interface Making {
  readonly names: Names;
  readonly recording: Recording;
  /** The place of each event in the order in which the run was followed. */
  readonly places: ReadonlyMap<TraceEvent, number>;
  /** By the answer: the result that used it. */
  readonly usedBy: ReadonlyMap<TraceEvent, TraceEvent>;
  /** For each server the places at which its vector changes. */
  readonly changes: ReadonlyMap<NodeId, ReadonlyArray<number>>;
  /** Where a put was first sent to a server, by client, server and client time. */
  readonly sent: ReadonlyMap<string, number>;
  /** Where a pull was asked, by its name. */
  readonly pulls: ReadonlyMap<string, number>;
  /** By the pull's name: the last answer. */
  readonly answers: ReadonlyMap<string, Of<'pullAnswered'>>;
  /** The last parts of pulls that came in parts. */
  readonly lasts: ReadonlySet<TraceEvent>;
  /** Accepted puts by stamp. */
  readonly accepts: ReadonlyMap<string, Of<'accept'>>;
  /** Puts that some server accepted, by client and client time. */
  readonly puts: ReadonlySet<string>;
  /** Where the session stopped waiting for a put, by client and client time. */
  readonly givenUp: ReadonlyMap<string, number>;
  /** A server that comes back without its log has lost it (R10), and is not taken for a new one (R7). */
  readonly keepsLog: boolean;
}

// --- parts -----------------------------------------------------------------------------------------------------------------

const reads = (part: string, at: number): Access => ({ part, at, writes: false });
const writes = (part: string, at: number): Access => ({ part, at, writes: true });

const eventOf = ({ p, n }: TraceEvent): RecordedStep => ({ event: { process: p, n } });

const placeOf = ({ places, recording }: Making, event: TraceEvent): number => places.get(event) ?? recording.followed.length;

const serverAt = (event: TraceEvent): NodeId => Number(/^server-(\d+)/.exec(event.p)?.[1] ?? -1);

// --- sessions --------------------------------------------------------------------------------------------------------------

/** Where the session sent this put to this server for the first time. */
const askedAt = (m: Making, e: Of<'accept'>): number => m.sent.get(`${e.client} ${serverAt(e)} ${e.clientTime}`) ?? placeOf(m, e);

const putSeen = (m: Making, e: Of<'accept'>): RecordedStep => ({
  seen: {
    result: `accepted ${m.names.stamp(e.stamp)}`,
    'session clock': String(e.clock),
    requires: m.names.vector(e.require),
  },
  ...eventOf(e),
});

/** R14: a put that its session gave up before the server accepted it. */
const acceptLate = (m: Making, e: Of<'accept'>): ReadonlyArray<Node> => {
  const [client, server] = [m.names.client(e.client), m.names.server(serverAt(e))];
  const [sentAt, message] = [askedAt(m, e), `put ${e.client} ${e.clientTime}`];
  return [
    {
      label: { family: 'PutDelayed', args: [client, server, m.names.key(e.key)] },
      accesses: [writes(client, sentAt), reads(server, sentAt), writes(message, 0)],
    },
    {
      label: { family: 'PutArrives', args: [server] },
      note: m.names.value(e.client, e.clientTime),
      seen: { [`accept time of ${server}`]: String(e.stamp.t) },
      ...eventOf(e),
      accesses: [writes(server, placeOf(m, e)), writes(message, 1)],
    },
  ];
};

/** A put whose answer arrived, as one step; of one whose answer did not, a server's part alone (R3, R14). */
const accept = (m: Making, e: Of<'accept'>, earlier: boolean, isRefused = false): ReadonlyArray<Node> => {
  const { names } = m;
  const [client, server] = [names.client(e.client), names.server(serverAt(e))];
  const at = placeOf(m, e);
  // What no step of the protocol explains is taken as it stands.
  const isTaken = m.usedBy.has(e) || isRefused;
  if (isTaken) {
    const label = earlier
      ? { family: 'RepeatPut', args: [client, server] }
      : { family: 'Put', args: [client, server, names.key(e.key)] };
    return [{ label, ...putSeen(m, e), accesses: [writes(client, at), writes(server, at)] }];
  }
  if (earlier)
    return e.repeated
      ? []
      : [
          {
            label: { family: 'RepeatPut', args: [client, server] },
            ...putSeen(m, e),
            accesses: [writes(client, at), writes(server, at)],
          },
        ];
  if ((m.givenUp.get(`${e.client} ${e.clientTime}`) ?? Infinity) < at) return acceptLate(m, e);
  return [
    {
      label: { family: 'PutUnanswered', args: [client, server, names.key(e.key)] },
      note: 'the answer is lost',
      ...eventOf(e),
      accesses: [writes(client, askedAt(m, e)), writes(server, at)],
    },
  ];
};

const resultOf = (names: Names, e: Of<'answer'>, known: (e: Of<'answer'>) => string): string =>
  e.result === 'found' && e.stamp !== null
    ? `${known(e)} ${names.stamp(e.stamp)}`
    : e.result === 'behind'
      ? 'ERR_DEP'
      : 'ERR_KEY';

/** The value by the put that wrote it; one that no put wrote is shown as it is. */
const valueOf =
  ({ names, accepts }: Making) =>
  (e: Of<'answer'>): string => {
    const put = e.stamp === null ? undefined : accepts.get(`${e.stamp.t}@${e.stamp.r}`);
    return put?.value === e.value ? names.value(put.client, put.clientTime) : JSON.stringify(e.value);
  };

const answer = (m: Making, e: Of<'answer'>, isRefused = false): ReadonlyArray<Node> => {
  const { names } = m;
  // What the session never got, it does not know.
  if (!m.usedBy.has(e) && !isRefused) return [];
  const [client, server, key] = [names.client(e.client), names.server(serverAt(e)), names.key(e.key)];
  const at = placeOf(m, e);
  return [
    {
      label: { family: 'Get', args: [client, server, key] },
      seen: {
        result: resultOf(names, e, valueOf(m)),
        requires: showRequired(names.vector(e.require), e.atLeast === null ? undefined : names.stamp(e.atLeast)),
      },
      ...eventOf(e),
      accesses: [e.result === 'found' ? writes(client, at) : reads(client, at), reads(server, at)],
    },
  ];
};

const refuse = (m: Making, e: Of<'refuse'>): ReadonlyArray<Node> => {
  // A put that was refused for another reason may be accepted here or elsewhere yet; the model has no such refusal.
  if (e.reason !== 'behind') return [];
  const [client, server] = [m.names.client(e.client), m.names.server(serverAt(e))];
  const at = placeOf(m, e);
  return [
    {
      label: { family: 'Put', args: [client, server, 'a'] },
      seen: { result: 'ERR_DEP', requires: m.names.vector(e.require) },
      ...eventOf(e),
      accesses: [reads(client, at), reads(server, at)],
    },
  ];
};

/** R14: a put of which the session never learned whether it was accepted. */
const putDone = (m: Making, e: Of<'putDone'>, client: NodeId): ReadonlyArray<Node> => {
  if (e.result === 'accepted' || !m.puts.has(`${client} ${e.clientTime}`)) return [];
  const name = m.names.client(client);
  return [{ label: { family: 'GiveUp', args: [name] }, ...eventOf(e), accesses: [writes(name, placeOf(m, e))] }];
};

// --- pulls -----------------------------------------------------------------------------------------------------------------

/** Did the server's vector change between these places? */
const isChanged = (m: Making, server: NodeId, from: number, to: number): boolean =>
  (m.changes.get(server) ?? []).some((at) => at > from && at < to);

interface Pulling {
  readonly puller: NodeId;
  readonly answerer: NodeId;
  readonly asked: VectorEntries;
  readonly askedAt: number;
  readonly answered: Of<'pullAnswered'>;
  readonly answeredAt: number;
  readonly takenAt: number;
}

const pulling = (m: Making, answered: Of<'pullAnswered'>, takenAt: number): Pulling => ({
  puller: serverOf(answered.puller),
  answerer: serverAt(answered),
  asked: answered.asked,
  askedAt: m.pulls.get(answered.pull) ?? -1,
  answered,
  answeredAt: placeOf(m, answered),
  takenAt,
});

/** What came of a pull that the puller did not know yet; only where it is the same puller still as the one that asked. */
const newWrites = (m: Making, p: Pulling): Readonly<Record<string, string>> =>
  isChanged(m, p.puller, p.askedAt, p.takenAt)
    ? {}
    : { 'new writes': m.names.writes(p.answered.writes.filter((w) => !has(p.asked, w))) };

const wholePull = (m: Making, p: Pulling, step: RecordedStep): Node => {
  const [puller, answerer] = [m.names.server(p.puller), m.names.server(p.answerer)];
  return {
    label: { family: 'Pull', args: [puller, answerer] },
    ...step,
    // V2: the answerer reads its log for the puller's next pull.
    accesses: [writes(puller, p.takenAt), { part: answerer, at: p.answeredAt, writes: m.recording.variant === 'V2' }],
  };
};

/** R9 in three steps: what is between them may change both servers. */
const threeSteps = (m: Making, p: Pulling, step: RecordedStep): ReadonlyArray<Node> => {
  const [puller, answerer] = [m.names.server(p.puller), m.names.server(p.answerer)];
  const message = `pull ${p.answered.pull}`;
  return [
    {
      label: { family: 'Request', args: [puller, answerer] },
      accesses: [reads(puller, p.askedAt), writes(message, 0)],
    },
    {
      label: { family: 'Answer', args: [answerer, puller] },
      ...eventOf(p.answered),
      accesses: [reads(answerer, p.answeredAt), writes(message, 1)],
    },
    {
      label: { family: 'Receipt', args: [puller, answerer] },
      ...step,
      accesses: [writes(puller, p.takenAt), writes(message, 2)],
    },
  ];
};

/** Is it the answer to a pull of which more parts are to come? */
const isPart = ({ after, upTo }: Of<'pullAnswered'>): boolean => after !== null || upTo !== null;

const merged = (m: Making, e: Of<'merged'>, inThree: boolean, isRefused = false): ReadonlyArray<Node> => {
  const used = m.recording.uses.get(e) ?? m.answers.get(e.pull);
  if (used?.type !== 'pullAnswered') return [];
  // A part changes nothing that can be seen; the last one is as a whole pull is (R9).
  if (isPart(used) && !isRefused) return [];
  const p = pulling(m, used, placeOf(m, e));
  // An answer that brings nothing changes nothing; under V2 it matters when it was given.
  const isIdle = covers(used.asked, used.vv) && used.writes.length === 0 && !m.lasts.has(e);
  if (m.recording.variant !== 'V2' && !isRefused && isIdle) return [];
  const name = m.names.server(p.puller);
  const step: RecordedStep = {
    seen: {
      ...(inThree || m.lasts.has(e) ? {} : newWrites(m, p)),
      [`vector of ${name}`]: m.names.vector(e.vv),
      [`accept time of ${name}`]: String(e.clock),
    },
    ...eventOf(e),
  };
  return inThree ? threeSteps(m, p, step) : [wholePull(m, p, step)];
};

/** An answer that no step explains. */
const pullAnswered = (m: Making, e: Of<'pullAnswered'>): ReadonlyArray<Node> => {
  const p = pulling(m, e, m.recording.followed.length);
  const name = m.names.server(p.answerer);
  const seen = { ...newWrites(m, p), [`vector of ${name}`]: m.names.vector(e.vv), [`accept time of ${name}`]: String(e.clock) };
  return [wholePull(m, p, { seen, ...eventOf(e) })];
};

// --- kills and starts ------------------------------------------------------------------------------------------------------

const kill = (m: Making, server: NodeId, at: number): Node => {
  const name = m.names.server(server);
  return { label: { family: 'Kill', args: [name] }, accesses: [writes(name, at)] };
};

/** A server that comes back; the first start of a server is no step, since the model's servers are all there. */
const start = (m: Making, e: Of<'start'>, run: number): ReadonlyArray<Node> => {
  const name = m.names.server(serverOf(e.replica));
  const at = placeOf(m, e);
  if (run === 1) return [];
  return [
    {
      label: { family: e.fresh && !m.keepsLog ? 'RestartBlank' : 'Restart', args: [name] },
      seen: {
        [`replica of ${name}`]: m.names.replica(e.replica),
        [`vector of ${name}`]: m.names.vector(e.vv),
        [`accept time of ${name}`]: String(e.clock),
        [`keys of ${name}`]: String(e.writes),
      },
      ...eventOf(e),
      accesses: [writes(name, at)],
    },
  ];
};

// --- looking ---------------------------------------------------------------------------------------------------------------

const lookAt = (m: Making, server: NodeId, seen: Readonly<Record<string, string>>, event: TraceEvent, at: number): Node => {
  const name = m.names.server(server);
  const named = Object.fromEntries(Object.entries(seen).map(([what, text]) => [`${what} of ${name}`, text]));
  return { seen: named, ...eventOf(event), accesses: [reads(name, at)] };
};

/** A printed store, in the run's own words. */
export const showStore = (lines: ReadonlyArray<Bytes>): string => lines.join(', ');

const printed = (m: Making, server: NodeId, e: Of<'result'>, at: number): Node =>
  lookAt(m, server, { store: showStore(e.output) }, e, at);

/** A stabilize that ended too early. Its pulls are steps of their own. */
const stabilized = (m: Making, server: NodeId, vv: VectorEntries, e: TraceEvent, at: number): Node => ({
  label: { family: 'Stabilize', args: [] },
  seen: { [`vector of ${m.names.server(server)}`]: m.names.vector(vv) },
  ...eventOf(e),
  accesses: Array.from({ length: m.names.servers }, (_, id) => writes(`s${id}`, at)),
});

// --- all of them -----------------------------------------------------------------------------------------------------------

/** Looks a run's events up once. */
export const makingOf = (recording: Recording, names: Names, keepsLog: boolean): Making => {
  const places = new Map<TraceEvent, number>();
  const changes = new Map<NodeId, number[]>();
  const sent = new Map<string, number>();
  const pulls = new Map<string, number>();
  const answers = new Map<string, Of<'pullAnswered'>>();
  const lasts = new Set<TraceEvent>();
  const begun = new Set<string>();
  const accepts = new Map<string, Of<'accept'>>();
  const puts = new Set<string>();
  const givenUp = new Map<string, number>();
  for (const [at, { event: e, who }] of recording.followed.entries()) {
    places.set(e, at);
    if (e.type === 'accept' || e.type === 'merged' || e.type === 'start') {
      const known = changes.get(who.id);
      if (known === undefined) changes.set(who.id, [at]);
      else known.push(at);
    }
    if (e.type === 'asked' && e.op === 'put') {
      const put = `${who.id} ${e.server} ${e.clientTime}`;
      if (!sent.has(put)) sent.set(put, at);
    }
    if (e.type === 'putDone' && e.result !== 'accepted') givenUp.set(`${who.id} ${e.clientTime}`, at);
    if (e.type === 'pullAsked') pulls.set(e.pull, at);
    if (e.type === 'pullAnswered') answers.set(e.pull, e);
    const used = e.type === 'merged' ? recording.uses.get(e) : undefined;
    if (e.type === 'merged' && used?.type === 'pullAnswered') {
      const transfer = `${who.id} ${serverAt(used)}`;
      if (isPart(used)) begun.add(transfer);
      else if (begun.delete(transfer)) lasts.add(e);
    }
    if (e.type !== 'accept') continue;
    accepts.set(`${e.stamp.t}@${e.stamp.r}`, e);
    puts.add(`${e.client} ${e.clientTime}`);
  }
  const usedBy = new Map([...recording.uses].map(([by, used]) => [used, by] as const));
  return { names, recording, places, changes, usedBy, sent, pulls, answers, lasts, accepts, puts, givenUp, keepsLog };
};

/** Is the event's effect in no log, since its process was killed (R10)? */
const isLost = ({ recording }: Making, { p, n }: TraceEvent): boolean => n > (recording.survived.get(p) ?? Infinity);

/** Kills, where the master tells of them, and where a process is followed by another without a word. */
const killsOf = ({ followed }: Recording): ReadonlyMap<TraceEvent, NodeId> => {
  const kills = new Map<TraceEvent, NodeId>();
  const told = new Set(followed.flatMap(({ event }) => (event.type === 'kill' ? [event.process] : [])));
  for (const { event, who } of followed) {
    if (event.type === 'kill') kills.set(event, event.server);
    if (event.type === 'start' && who.run > 1 && !told.has(`server-${who.id}#${who.run - 1}`)) kills.set(event, who.id);
  }
  return kills;
};

/** The steps of the events that were followed. `inThree`: pulls in three steps, where whole ones cannot be put in any order. */
export const nodesOf = (m: Making, inThree: boolean): ReadonlyArray<Node> => {
  const { recording } = m;
  const kills = killsOf(recording);
  const accepted = new Set<string>();
  const nodes = recording.followed.flatMap(({ event: e, who }, at): ReadonlyArray<Node> => {
    const killed = kills.get(e);
    const before = killed === undefined ? [] : [kill(m, killed, at - 0.5)];
    return [...before, ...followedNodes(m, e, who.id, who.run, accepted, inThree)];
  });
  const looks = recording.met.flatMap(({ event, server, at }) =>
    event.type === 'result' && event.output.length > 0 ? [printed(m, server, event, at)] : [],
  );
  return [...nodes, ...looks];
};

const followedNodes = (
  m: Making,
  e: TraceEvent,
  id: NodeId,
  run: number,
  accepted: Set<string>,
  inThree: boolean,
): ReadonlyArray<Node> => {
  switch (e.type) {
    case 'accept': {
      const put = `${e.client} ${e.clientTime}`;
      const earlier = accepted.has(put);
      if (isLost(m, e)) return [];
      accepted.add(put);
      return accept(m, e, earlier);
    }
    case 'answer':
      return answer(m, e);
    case 'putDone':
      return putDone(m, e, id);
    case 'merged':
      return isLost(m, e) ? [] : merged(m, e, inThree);
    case 'start':
      return start(m, e, run);
    default:
      return [];
  }
};

/** The event that no step of the protocol explains, as a step: the model shall say what it has in its place. Undefined where it can't. */
export const refusedNode = (m: Making, rejection: Recording['verdict']['rejection']): Node | undefined => {
  const { names } = m;
  const e = rejection?.event ?? undefined;
  if (e === undefined) return undefined;
  switch (e.type) {
    case 'accept':
      return accept(m, e, false, true)[0];
    case 'answer':
      return answer(m, e, true)[0];
    case 'refuse':
      return refuse(m, e)[0];
    case 'merged':
      return merged(m, e, false, true)[0];
    case 'pullAnswered':
      return pullAnswered(m, e)[0];
    case 'pullAsked':
      return lookAt(m, serverAt(e), { vector: names.vector(e.vv) }, e, placeOf(m, e));
    case 'start':
      return start(m, e, 2)[0];
    case 'result': {
      const { of } = rejection ?? {};
      if (of === undefined) return undefined;
      const server = Number(/^server-(\d+)/.exec(of.process)?.[1]);
      const at = placeOf(m, e);
      return rejection?.rule === 'R5' ? printed(m, server, e, at) : stabilized(m, server, of.vv, e, at);
    }
    default:
      return undefined;
  }
};
