/** Pulls, whole or in three steps (R9). */
import type { EventOf } from '#bayou/core/trace.js';
import { serverOf, type NodeId } from '#bayou/core/ids.js';
import type { VectorEntries } from '#bayou/core/write.js';
import { covers, has } from '#bayou/model/protocol/vector.js';
import type { RecordedStep } from '#bayou/checked-model/path-file.js';
import { type Grain, type PathContext, type StepNode, eventOf, placeOf, reads, serverAt, writes } from './path-parts.js';

/** Did the server's vector change between these places? */
const isChanged = (context: PathContext, server: NodeId, from: number, to: number): boolean =>
  (context.changes.get(server) ?? []).some((at) => at > from && at < to);

interface Pulling {
  readonly puller: NodeId;
  readonly answerer: NodeId;
  readonly asked: VectorEntries;
  readonly askedAt: number;
  readonly answered: EventOf<'pullAnswered'>;
  readonly answeredAt: number;
  readonly takenAt: number;
}

const pulling = (context: PathContext, answered: EventOf<'pullAnswered'>, takenAt: number): Pulling => ({
  puller: serverOf(answered.puller),
  answerer: serverAt(answered),
  asked: answered.asked,
  askedAt: context.pulls.get(answered.pull) ?? -1,
  answered,
  answeredAt: placeOf(context, answered),
  takenAt,
});

/** The writes of a pull that the puller did not have yet; empty where the puller's vector has changed since the request. */
const newWrites = (context: PathContext, p: Pulling): Readonly<Record<string, string>> =>
  isChanged(context, p.puller, p.askedAt, p.takenAt)
    ? {}
    : { 'new writes': context.names.writes(p.answered.writes.filter((w) => !has(p.asked, w))) };

const wholePull = (context: PathContext, p: Pulling, step: RecordedStep): StepNode => {
  const [puller, answerer] = [context.names.server(p.puller), context.names.server(p.answerer)];
  return {
    label: { family: 'Pull', args: [puller, answerer] },
    ...step,
    // V2: the answerer reads its log for the puller's next pull.
    accesses: [writes(puller, p.takenAt), { part: answerer, at: p.answeredAt, writes: context.recording.variant === 'V2' }],
  };
};

/** A pull in three steps (R9): other steps between them may change both servers. */
const threeSteps = (context: PathContext, p: Pulling, step: RecordedStep): ReadonlyArray<StepNode> => {
  const [puller, answerer] = [context.names.server(p.puller), context.names.server(p.answerer)];
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

/** Is this answer one of several parts? */
export const isPart = ({ after, upTo }: EventOf<'pullAnswered'>): boolean => after !== null || upTo !== null;

export const merged = (context: PathContext, e: EventOf<'merged'>, grain: Grain, isRefused = false): ReadonlyArray<StepNode> => {
  const used = context.recording.uses.get(e) ?? context.answers.get(e.pull);
  if (used?.type !== 'pullAnswered') return [];
  // A part changes nothing visible. The last part counts as a whole pull (R9).
  if (isPart(used) && !isRefused) return [];
  const p = pulling(context, used, placeOf(context, e));
  // An answer that brings nothing changes nothing. Only under V2 its moment matters.
  const isIdle = covers(used.asked, used.vv) && used.writes.length === 0 && !context.lasts.has(e);
  if (context.recording.variant !== 'V2' && !isRefused && isIdle) return [];
  const name = context.names.server(p.puller);
  const step: RecordedStep = {
    seen: {
      ...(grain === 'messages' || context.lasts.has(e) ? {} : newWrites(context, p)),
      [`vector of ${name}`]: context.names.vector(e.vv),
      [`accept time of ${name}`]: String(e.clock),
    },
    ...eventOf(e),
  };
  return grain === 'messages' ? threeSteps(context, p, step) : [wholePull(context, p, step)];
};

/** An answer that no step explains. */
export const pullAnswered = (context: PathContext, e: EventOf<'pullAnswered'>): ReadonlyArray<StepNode> => {
  const p = pulling(context, e, context.recording.followed.length);
  const name = context.names.server(p.answerer);
  const seen = {
    ...newWrites(context, p),
    [`vector of ${name}`]: context.names.vector(e.vv),
    [`accept time of ${name}`]: String(e.clock),
  };
  return [wholePull(context, p, { seen, ...eventOf(e) })];
};
