/** Follows a server's pulls (R9). */
import { serverOf } from '#bayou/core/ids.js';
import type { EventOf, TraceEvent } from '#bayou/core/trace.js';
import type { Write } from '#bayou/core/write.js';
import { stampOrd } from '#bayou/model/protocol/order.js';
import { join, same } from '#bayou/model/protocol/vector.js';
import { hasFailed } from './client-operations.js';
import type { PullAnswer } from './ledger.js';
import { reject, showStamp, showVector, showWrites, Undecidable } from './rejection.js';
import { type Prepare, type Scene, seen, type TakeStep } from './run-scene.js';
import type { FollowedProcess } from './timeline.js';
import { checkVector } from './server-requests.js';
import { checkLink } from './server-links.js';

export const pullAsked: TakeStep<'pullAsked'> = (scene, process, state, replica, e) => {
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
  pull.asked = { event: e, process, knows: process.knows, replica: state.id };
};

type Asked = NonNullable<ReturnType<Scene['ledger']['pull']>['asked']>;

/** The request of a pull, where its puller is in the trace. */
const askedBy = (scene: Scene, pullers: ReadonlyArray<FollowedProcess>, e: EventOf<'pullAnswered'>): Asked => {
  const isAsking = (x: TraceEvent): boolean => x.type === 'pullAsked' && x.pull === e.pull;
  const asked = scene.timeline.need(e, pullers, isAsking, () => scene.ledger.pull(e.pull).asked);
  return asked ?? reject(e, 'R9', `server ${serverOf(e.puller)} did not ask for the pull ${e.pull}`);
};

const checkAsked = (process: FollowedProcess, e: EventOf<'pullAnswered'>, { event, replica }: Asked): void => {
  if (event.peer !== process.who.id) reject(e, 'R9', `the pull ${e.pull} was asked of server ${event.peer}`);
  if (replica !== e.puller) reject(e, 'R9', `${e.puller} is not the replica that asked`);
  if (!same(event.vv, e.asked))
    reject(e, 'R9', `the puller asked with ${showVector(event.vv)}, the answer is for ${showVector(e.asked)}`);
  if (showStamp(event.after) !== showStamp(e.after))
    reject(e, 'R9', `the puller asked for what comes after ${showStamp(event.after)}, the answer is for ${showStamp(e.after)}`);
};

export const preparePullAnswered: Prepare<'pullAnswered'> = (scene, process, state, replica, e) => {
  const server = serverOf(e.puller);
  const pull = scene.ledger.pull(e.pull);
  const pullers = scene.timeline.of('server', server);
  // The request of a puller that is in no trace is unknown.
  const asked = pullers.length === 0 ? undefined : askedBy(scene, pullers, e);
  process.knows = Math.max(process.knows, asked?.knows ?? process.knows);
  return (): void => {
    checkLink(state, e, server);
    if (asked !== undefined) checkAsked(process, e, asked);
    const pulled = replica.answer({ type: 'pull', puller: e.puller, vv: e.asked, after: e.after }, e.upTo);
    const wrong = differs(pulled.writes, e.writes);
    if (wrong !== undefined)
      reject(e, 'R9', `${wrong}; the answer is ${showWrites(e.writes)}, the model's ${showWrites(pulled.writes)}`);
    checkVector(e, replica);
    if (pulled.clock !== e.clock) reject(e, 'R9', `the accept time in the answer is ${e.clock}; the model's is ${pulled.clock}`);
    // A network may deliver a request twice. The server then answers it twice.
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

export const prepareMerged: Prepare<'merged'> = (scene, process, state, replica, e) => {
  const pull = scene.ledger.pull(e.pull);
  const peer = serverOf(e.peer);
  const isAnswering = (x: TraceEvent): boolean => x.type === 'pullAnswered' && x.pull === e.pull;
  const find = (): PullAnswer | undefined =>
    pull.answers.find((a) => same(join(replica.vv, a.pulled.vv), e.vv)) ?? pull.answers[0];
  const answered = scene.timeline.need(e, scene.timeline.of('server', peer), isAnswering, find);
  if (answered === undefined) return reject(e, 'R9', `server ${peer} did not answer the pull ${e.pull}`);
  // An answer waits for the log. Where the log failed meanwhile, another one was sent in its place.
  if (hasFailed(answered.process) && !same(join(replica.vv, answered.pulled.vv), e.vv))
    throw new Undecidable(`the log of ${answered.process.name} failed; what it answers afterwards is not compared`);
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
