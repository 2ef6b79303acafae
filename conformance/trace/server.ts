/** Following a server's process: each of its events is a step of the model's replica. */
import { serverOf, type NodeId } from '#bayou/core/ids.js';
import type { Get, Put, Refused } from '#bayou/core/messages.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import type { Write } from '#bayou/core/write.js';
import { sameStamp, stampOrd } from '#bayou/model/protocol/order.js';
import { showRequired } from '#bayou/model/checking/seen.js';
import { join, same } from '#bayou/model/protocol/vector.js';
import type { PullAnswer, Sent } from './ledger.js';
import { reject, showStamp, showVector, showWrites, Undecidable } from './rejection.js';
import { FollowedReplica } from './replica.js';
import { closeViews, endViews, linkName, meetViews, type Scene, seen, serverState, type ServerState } from './scene.js';
import type { Process } from './timeline.js';

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { type: T }>;

/** Follows an event of a server's process. */
export const followServer = (scene: Scene, process: Process, event: TraceEvent): void => {
  const state = serverState(scene, process);
  const step = prepare(scene, process, state, event);
  closeViews(process, state);
  step();
  meetViews(scene, process, state);
  if (process.next === process.events.length - 1) endViews(process, state);
};

/** Asks for what must have been before the event; gives the step. */
const prepare = (scene: Scene, process: Process, state: ServerState, event: TraceEvent): (() => void) => {
  if (event.type === 'start') return prepareStart(scene, process, state, event);
  const { replica } = state;
  if (replica === undefined) return reject(event, 'trace', 'the process has not said as which replica it runs');
  switch (event.type) {
    case 'renewed':
      return () => renewed(scene, state, replica, event);
    case 'logFailed':
      throw new Undecidable(`the log of ${process.name} failed; what a server shows afterwards is not compared`);
    case 'link':
      return () => link(state, event);
    case 'accept':
      return prepareAccept(scene, process, state, replica, event);
    case 'refuse':
      return prepareRefuse(scene, process, state, replica, event);
    case 'answer':
      return prepareAnswer(scene, process, state, replica, event);
    case 'pullAsked':
      return () => pullAsked(scene, process, state, replica, event);
    case 'pullAnswered':
      return preparePullAnswered(scene, process, state, replica, event);
    case 'merged':
      return prepareMerged(scene, process, state, replica, event);
    default:
      return reject(event, 'trace', `a server does not write down '${event.type}'`);
  }
};

// --- start (R7, R10) -------------------------------------------------------------------------------------------------------

const prepareStart = (scene: Scene, process: Process, state: ServerState, event: Of<'start'>): (() => void) => {
  const server = process.who.id;
  if (state.replica !== undefined) reject(event, 'trace', 'the process has started already');
  if (serverOf(event.replica) !== server) reject(event, 'R7', `server ${server} runs as ${event.replica}`);
  const before = scene.timeline.of('server', server).filter((p) => p.who.run < process.who.run);
  // Two processes never run as one server: what the earlier ones did, they did before.
  for (const p of before) {
    if (!scene.timeline.toEnd(p)) reject(event, 'R7', `${p.name} still runs when this process starts`);
    process.knows = Math.max(process.knows, p.knows);
  }
  const last = before.findLast((p) => serverState(scene, p).replica !== undefined);
  return () => {
    const earlier = last === undefined ? undefined : serverState(scene, last);
    const before = earlier === undefined ? scene.inherited.logs.get(server) : earlier.replica;
    state.id = event.replica;
    const [replica, survived] = before === undefined ? [firstReplica(scene, event), Infinity] : again(scene, event, before);
    state.replica = replica;
    scene.replicas.add(event.replica);
    // Links of clients that were cut stay cut (contract, section 5).
    for (const client of scene.topology.clients) if (!scene.topology.links.has(linkName(server, client))) state.cut.add(client);
    if (last === undefined || earlier === undefined) return;
    earlier.replica = undefined;
    if (replica === before) earlier.survived = survived;
    if (earlier.survived !== Infinity) scene.onLost(last, earlier.survived);
  };
};

const isEmpty = (e: Of<'start'>): boolean => e.clock === 0 && e.vv.length === 0 && e.writes === 0;

const firstReplica = (scene: Scene, event: Of<'start'>): FollowedReplica => {
  if (!event.fresh)
    throw new Undecidable(
      `${event.p} started with a log from before the trace began; run with an empty data directory, or pass the traces of the earlier runs too`,
    );
  if (!isEmpty(event)) reject(event, 'R8', 'a replica without a log has a vector, an accept time or writes');
  return new FollowedReplica(event.replica, scene.variant);
};

/** The replica that a server comes back as, and the index of the last step of its life before that survived. */
const again = (scene: Scene, event: Of<'start'>, before: FollowedReplica): readonly [FollowedReplica, number] => {
  const isNew = event.replica !== before.id;
  if (isNew && scene.replicas.has(event.replica))
    reject(event, 'R7', `it goes on as ${event.replica}, which it has been before ${before.id}`);
  const mayLose = scene.lossy?.has(serverOf(event.replica)) !== false;
  if (event.fresh) {
    if (!mayLose) reject(event, 'R10', 'it comes back without its log, which nobody has taken away');
    if (!isNew && scene.variant !== 'V3')
      reject(event, 'R7', `it comes back without its log as ${event.replica}, the replica it was before`);
    if (!isEmpty(event)) reject(event, 'R8', 'a replica without a log has a vector, an accept time or writes');
    return [new FollowedReplica(event.replica, scene.variant), Infinity];
  }
  const had = `${showVector(before.vv)} at accept time ${before.clock} with ${before.size} keys`;
  const survived = before.comeBackWith(event, isNew, isNew && mayLose);
  if (survived === undefined)
    return reject(
      event,
      'R10',
      `it comes back with ${showVector(event.vv)} at accept time ${event.clock} with ${event.writes} keys; it had ${had}, and no state since the last that somebody saw is this one`,
    );
  return isNew ? [before.as(event.replica), Infinity] : [before, survived];
};

/** R7a: it goes on as a new replica with what it has. */
const renewed = (scene: Scene, state: ServerState, replica: FollowedReplica, e: Of<'renewed'>): void => {
  if (serverOf(e.replica) !== serverOf(replica.id)) reject(e, 'R7', `server ${serverOf(replica.id)} goes on as ${e.replica}`);
  if (scene.replicas.has(e.replica)) reject(e, 'R7a', `there was a replica ${e.replica} before`);
  scene.replicas.add(e.replica);
  state.replica = replica.as(e.replica);
  state.id = e.replica;
};

// --- links -----------------------------------------------------------------------------------------------------------------

const link = (state: ServerState, { peer, up }: Of<'link'>): void => {
  state.notices.tell(peer, up);
  if (up) state.cut.delete(peer);
  else state.cut.add(peer);
};

const checkLink = (state: ServerState, event: TraceEvent, peer: NodeId): void => {
  if (state.cut.has(peer)) reject(event, 'section 5', `the link to ${peer} is cut, and neither end may use it`);
};

// --- sessions' requests (R2, R3, R12) --------------------------------------------------------------------------------------

/** The request as the session sent it; undefined where the session's trace is not there. */
const sentBy = (scene: Scene, process: Process, event: Of<'accept' | 'refuse' | 'answer'>, is: (s: Sent) => boolean) => {
  const session = scene.timeline.of('client', event.client)[0];
  if (session === undefined) return undefined;
  const sent = scene.ledger.sent(event.client, process.who.id);
  const find = (): Sent | undefined => sent.findLast(is);
  const isSending = (e: TraceEvent): boolean =>
    e.type === 'asked' &&
    e.server === process.who.id &&
    (event.type === 'answer' ? e.op === 'get' && e.key === event.key : e.op === 'put' && e.clientTime === event.clientTime);
  const found = scene.timeline.need(event, [session], isSending, find);
  if (found === undefined) {
    const what = event.type === 'answer' ? `get of ${event.key}` : `put ${event.clientTime}`;
    return reject(event, 'R13', `client ${event.client} had not sent this ${what} to server ${process.who.id}`);
  }
  process.knows = Math.max(process.knows, found.knows);
  return found.request;
};

const given = (
  scene: Scene,
  process: Process,
  e: Of<'accept' | 'refuse' | 'answer'>,
  answer: ReturnType<FollowedReplica['get' | 'put']> | Refused,
) =>
  scene.ledger.given(e.client, process.who.id).push({
    process,
    index: process.next,
    knows: process.knows,
    key: e.type === 'refuse' ? '' : e.key,
    clientTime: e.type === 'answer' ? 0 : e.clientTime,
    answer,
    taken: false,
  });

const prepareAccept = (scene: Scene, process: Process, state: ServerState, replica: FollowedReplica, e: Of<'accept'>) => {
  const request = sentBy(scene, process, e, (s) => s.request.type === 'put' && s.request.clientTime === e.clientTime);
  return (): void => {
    checkLink(state, e, e.client);
    const put: Put = {
      type: 'put',
      client: e.client,
      session: e.session,
      clientTime: e.clientTime,
      replica: null,
      clock: e.clock,
      key: e.key,
      value: e.value,
      require: e.require,
    };
    if (request?.type === 'put') checkPut(e, request);
    const session = scene.sessions.get(e.client);
    if (session !== undefined && session.number !== e.session)
      reject(e, 'R11a', `the session of client ${e.client} is ${session.number}, the put says ${e.session}`);
    if (session?.failed.has(e.clientTime) === true) reject(e, 'R14', 'the session was told that this put wrote nothing');
    const before = replica.vv;
    const answer = replica.put(put, process.next);
    if (answer.type === 'behind')
      return reject(
        e,
        'R12',
        `it lacks what the session requires: it has ${showVector(before)}, required is ${showVector(e.require)}`,
      );
    if (answer.type === 'refused')
      return reject(e, answer.reason === 'other-replica' ? 'R14' : 'R3', `the model refuses the put: ${answer.reason}`);
    const repeats = before === replica.vv;
    if (!sameStamp(answer.stamp, e.stamp))
      reject(e, repeats ? 'R3' : 'R2', `the put's stamp is ${showStamp(e.stamp)}; the model gives it ${showStamp(answer.stamp)}`);
    if (repeats !== e.repeated)
      reject(e, 'R3', e.repeated ? 'it is said to repeat a put that was not accepted here' : 'this put was accepted here before');
    const stamp = scene.ledger.stampOf(e.client, e.session, e.clientTime, e.stamp);
    if (!sameStamp(stamp, e.stamp)) reject(e, 'R14', `the put has the stamp ${showStamp(stamp)} already, from another replica`);
    given(scene, process, e, answer);
  };
};

const checkPut = (e: Of<'accept'>, sent: Put): void => {
  if (sent.key !== e.key || sent.value !== e.value)
    reject(e, 'R1', `the session put ${sent.key}:${sent.value}, the server accepted ${e.key}:${e.value}`);
  if (sent.clock !== e.clock) reject(e, 'R11', `the session's clock is ${sent.clock}, the put says ${e.clock}`);
  if (!same(sent.require, e.require))
    reject(e, 'R12', `the session requires ${showVector(sent.require)}, the put says ${showVector(e.require)}`);
};

const prepareRefuse = (scene: Scene, process: Process, state: ServerState, replica: FollowedReplica, e: Of<'refuse'>) => {
  const request = sentBy(scene, process, e, (s) => s.request.type === 'put' && s.request.clientTime === e.clientTime);
  return (): void => {
    checkLink(state, e, e.client);
    if (e.reason !== 'behind') {
      given(scene, process, e, { type: 'refused', reason: e.reason });
      return;
    }
    if (request !== undefined && !same(request.require, e.require))
      reject(e, 'R12', `the session requires ${showVector(request.require)}, the refusal says ${showVector(e.require)}`);
    const get = replica.get({ type: 'get', client: e.client, key: '', atLeast: null, require: e.require });
    if (get.type !== 'behind') reject(e, 'R12', `it refuses a put whose requirement ${showVector(e.require)} it meets`);
    checkVector(e, replica);
    given(scene, process, e, { type: 'behind' });
  };
};

const prepareAnswer = (scene: Scene, process: Process, state: ServerState, replica: FollowedReplica, e: Of<'answer'>) => {
  const request = sentBy(
    scene,
    process,
    e,
    (s) => s.request.type === 'get' && s.request.key === e.key && s.request.client === e.client,
  );
  return (): void => {
    checkLink(state, e, e.client);
    if (
      request !== undefined &&
      !isGetLike(request, e) &&
      !scene.ledger.sent(e.client, process.who.id).some((s) => isGetLike(s.request, e))
    )
      reject(e, 'R12', `the session requires ${requirement(request)}, the get says ${requirement(e)}`);
    const answer = replica.get({ type: 'get', client: e.client, key: e.key, atLeast: e.atLeast, require: e.require });
    const [stamp, value] = answer.type === 'found' ? [answer.stamp, answer.value] : [null, null];
    if (answer.type !== e.result || value !== e.value || showStamp(stamp) !== showStamp(e.stamp))
      reject(
        e,
        answer.type === e.result ? 'R5' : 'R12, R13',
        `the answer is ${e.result} ${e.value ?? ''} ${showStamp(e.stamp)}; the model's is ${answer.type} ${value ?? ''} ${showStamp(stamp)}`,
      );
    checkVector(e, replica);
    given(scene, process, e, answer);
  };
};

const isGetLike = (request: Get | Put, e: Of<'answer'>): boolean =>
  request.type === 'get' &&
  request.key === e.key &&
  same(request.require, e.require) &&
  showStamp(request.atLeast) === showStamp(e.atLeast);

const requirement = (asked: Get | Put | Of<'answer'>): string =>
  showRequired(showVector(asked.require), asked.type === 'put' || asked.atLeast === null ? undefined : showStamp(asked.atLeast));

const checkVector = (e: Of<'refuse' | 'answer' | 'pullAnswered' | 'merged'>, replica: FollowedReplica): void => {
  if (!same(e.vv, replica.vv)) reject(e, 'R8', `its vector is ${showVector(e.vv)}; the model's is ${showVector(replica.vv)}`);
};

// --- pulls (R9) ------------------------------------------------------------------------------------------------------------

const pullAsked = (scene: Scene, process: Process, state: ServerState, replica: FollowedReplica, e: Of<'pullAsked'>): void => {
  checkLink(state, e, e.peer);
  const asks = replica.asks(e.peer);
  if (!same(e.vv, asks.vv) || showStamp(e.after) !== showStamp(asks.after))
    reject(
      e,
      'R9',
      `it asks with ${showVector(e.vv)} after ${showStamp(e.after)}; the model asks with ${showVector(asks.vv)} after ${showStamp(asks.after)}`,
    );
  const pull = scene.ledger.pull(e.pull);
  if (pull.asked !== undefined) reject(e, 'trace', `the pull ${e.pull} was asked before`);
  pull.asked = { event: e, process, knows: process.knows };
};

const preparePullAnswered = (
  scene: Scene,
  process: Process,
  state: ServerState,
  replica: FollowedReplica,
  e: Of<'pullAnswered'>,
) => {
  const server = serverOf(e.puller);
  const pull = scene.ledger.pull(e.pull);
  const isAsking = (x: TraceEvent): boolean => x.type === 'pullAsked' && x.pull === e.pull;
  const asked = scene.timeline.need(e, scene.timeline.of('server', server), isAsking, () => pull.asked);
  if (asked === undefined) return reject(e, 'R9', `server ${server} did not ask for the pull ${e.pull}`);
  process.knows = Math.max(process.knows, asked.knows);
  return (): void => {
    checkLink(state, e, server);
    const { event } = asked;
    if (event.peer !== process.who.id) reject(e, 'R9', `the pull ${e.pull} was asked of server ${event.peer}`);
    if (serverState(scene, asked.process).id !== e.puller) reject(e, 'R9', `${e.puller} is not the replica that asked`);
    if (!same(event.vv, e.asked))
      reject(e, 'R9', `the puller asked with ${showVector(event.vv)}, the answer is for ${showVector(e.asked)}`);
    if (showStamp(event.after) !== showStamp(e.after))
      reject(e, 'R9', `the puller asked for what comes after ${showStamp(event.after)}, the answer is for ${showStamp(e.after)}`);
    const pulled = replica.answer({ type: 'pull', puller: e.puller, vv: e.asked, after: e.after }, e.upTo);
    const wrong = differs(pulled.writes, e.writes);
    if (wrong !== undefined)
      reject(e, 'R9', `${wrong}; the answer is ${showWrites(e.writes)}, the model's ${showWrites(pulled.writes)}`);
    checkVector(e, replica);
    if (pulled.clock !== e.clock) reject(e, 'R9', `the accept time in the answer is ${e.clock}; the model's is ${pulled.clock}`);
    // A request that a network repeats is answered again.
    pull.answers.push({ pulled, process, index: process.next, knows: process.knows });
  };
};

const differs = (want: ReadonlyArray<Write>, have: ReadonlyArray<Write>): string | undefined => {
  const sorted = [...have].sort(stampOrd.compare);
  const wanted = [...want].sort(stampOrd.compare);
  const at = wanted.findIndex((w, i) => JSON.stringify(fieldsOf(w)) !== JSON.stringify(fieldsOf(sorted[i])));
  if (at < 0) return sorted.length > wanted.length ? `it carries ${sorted.length - wanted.length} writes too many` : undefined;
  return `the write ${showStamp(wanted[at] ?? null)} is not in it as it is`;
};

const fieldsOf = (w: Write | undefined): unknown => w && [w.t, w.r, w.client, w.clientTime, w.key, w.value];

const prepareMerged = (scene: Scene, process: Process, state: ServerState, replica: FollowedReplica, e: Of<'merged'>) => {
  const pull = scene.ledger.pull(e.pull);
  const peer = serverOf(e.peer);
  const isAnswering = (x: TraceEvent): boolean => x.type === 'pullAnswered' && x.pull === e.pull;
  const find = (): PullAnswer | undefined =>
    pull.answers.find((a) => same(join(replica.vv, a.pulled.vv), e.vv)) ?? pull.answers[0];
  const answered = scene.timeline.need(e, scene.timeline.of('server', peer), isAnswering, find);
  if (answered === undefined) return reject(e, 'R9', `server ${peer} did not answer the pull ${e.pull}`);
  process.knows = Math.max(process.knows, answered.knows);
  return (): void => {
    checkLink(state, e, peer);
    const { asked } = pull;
    if (asked?.process !== process) return reject(e, 'R9', `it did not ask for the pull ${e.pull}`);
    if (answered.pulled.from !== e.peer) reject(e, 'R9', `the pull was answered by ${answered.pulled.from}`);
    seen(scene, e, answered.process, answered.index);
    replica.merge(asked.event.vv, answered.pulled, process.next);
    checkVector(e, replica);
    if (replica.clock !== e.clock) reject(e, 'R9', `its accept time is ${e.clock}; the model's is ${replica.clock}`);
  };
};
