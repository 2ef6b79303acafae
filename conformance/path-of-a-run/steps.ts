/** Makes steps of the model from the events of a run: the action, the user's view of it, and the parts that it reads and writes. */
import type { NodeId } from '#bayou/core/ids.js';
import type { EventOf, TraceEvent } from '#bayou/core/trace.js';
import type { Names } from './path-names.js';
import type { RunRecord } from './recording.js';
import { type Grain, type PathContext, type StepNode, placeOf, serverAt } from './path-parts.js';
import { isPart, merged, pullAnswered } from './steps-pulls.js';
import { kill, lookAt, printed, stabilized, start } from './steps-servers.js';
import { accept, answer, putDone, refuse } from './steps-sessions.js';

/** Makes the tables for looking up a run's events. */
export const contextOf = (recording: RunRecord, names: Names, keepsLog: boolean): PathContext => {
  const places = new Map<TraceEvent, number>();
  const changes = new Map<NodeId, number[]>();
  const sent = new Map<string, number>();
  const pulls = new Map<string, number>();
  const answers = new Map<string, EventOf<'pullAnswered'>>();
  const lasts = new Set<TraceEvent>();
  const begun = new Set<string>();
  const accepts = new Map<string, EventOf<'accept'>>();
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
const isLost = ({ recording }: PathContext, { p, n }: TraceEvent): boolean => n > (recording.survived.get(p) ?? Infinity);

/** The kills of servers. The master tells most of them. A process that replaces another one without such an event shows a kill, too. */
const killsOf = ({ followed }: RunRecord): ReadonlyMap<TraceEvent, NodeId> => {
  const kills = new Map<TraceEvent, NodeId>();
  const told = new Set(followed.flatMap(({ event }) => (event.type === 'kill' || event.type === 'died' ? [event.process] : [])));
  for (const { event, who } of followed) {
    if (event.type === 'kill' || event.type === 'died') kills.set(event, event.server);
    if (event.type === 'start' && who.run > 1 && !told.has(`server-${who.id}#${who.run - 1}`)) kills.set(event, who.id);
  }
  return kills;
};

/** The steps of the followed events. */
export const nodesOf = (context: PathContext, grain: Grain): ReadonlyArray<StepNode> => {
  const { recording } = context;
  const kills = killsOf(recording);
  const accepted = new Set<string>();
  const nodes = recording.followed.flatMap(({ event: e, who }, at): ReadonlyArray<StepNode> => {
    const killed = kills.get(e);
    const before = killed === undefined ? [] : [kill(context, killed, at - 0.5)];
    return [...before, ...followedNodes(context, e, who.id, who.run, accepted, grain)];
  });
  const looks = recording.met.flatMap(({ event, server, at }) =>
    event.type === 'result' && event.output.length > 0 ? [printed(context, server, event, at)] : [],
  );
  return [...nodes, ...looks];
};

const followedNodes = (
  context: PathContext,
  e: TraceEvent,
  id: NodeId,
  run: number,
  accepted: Set<string>,
  grain: Grain,
): ReadonlyArray<StepNode> => {
  switch (e.type) {
    case 'accept': {
      const put = `${e.client} ${e.clientTime}`;
      const earlier = accepted.has(put);
      if (isLost(context, e)) return [];
      accepted.add(put);
      return accept(context, e, earlier);
    }
    case 'answer':
      return answer(context, e);
    case 'putDone':
      return putDone(context, e, id);
    case 'merged':
      return isLost(context, e) ? [] : merged(context, e, grain);
    case 'start':
      return start(context, e, run);
    default:
      return [];
  }
};

/** The rejected event as a step, so that the model can say what it has in its place; undefined where there is no such step. */
export const refusedNode = (context: PathContext, rejection: RunRecord['verdict']['rejection']): StepNode | undefined => {
  const { names } = context;
  const e = rejection?.event ?? undefined;
  if (e === undefined) return undefined;
  switch (e.type) {
    case 'accept':
      return accept(context, e, false, true)[0];
    case 'answer':
      return answer(context, e, true)[0];
    case 'refuse':
      return refuse(context, e)[0];
    case 'merged':
      return merged(context, e, 'pull', true)[0];
    case 'pullAnswered':
      return pullAnswered(context, e)[0];
    case 'pullAsked':
      return lookAt(context, serverAt(e), { vector: names.vector(e.vv) }, e, placeOf(context, e));
    case 'start':
      return start(context, e, 2)[0];
    case 'result': {
      const { of } = rejection ?? {};
      if (of === undefined) return undefined;
      const server = Number(/^server-(\d+)/.exec(of.process)?.[1]);
      const at = placeOf(context, e);
      return rejection?.rule === 'R5' ? printed(context, server, e, at) : stabilized(context, server, of.vv, e, at);
    }
    default:
      return undefined;
  }
};
