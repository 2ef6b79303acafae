/** The steps of one server of the implementation: a put, a get, a pull, the receipt of an answer, each with the appends that it makes durable. */
import type { Get, GetAnswer, Pull, PulledAnswer, Put, PutAnswer, RefusedAnswer } from '#bayou/core/messages.js';
import { step, vectorOf, type Effects } from '#bayou/impl/replica.js';
import { copyReplica, seenAfter, type ServerPart } from './implementation-parts.js';
import type { MoveSettings } from './move.js';

const writable = (settings: MoveSettings, part: ServerPart): ServerPart['replica'] =>
  settings.copies ? copyReplica(part, settings.replicaOptions) : part.replica;

const withAppend = (part: ServerPart, replica: ServerPart['replica'], { append }: Effects<unknown>): ServerPart =>
  append === undefined
    ? { ...part, replica }
    : { ...part, replica, seen: seenAfter(part.seen, append), disk: { append, before: part.disk } };

export const putAt = (settings: MoveSettings, part: ServerPart, put: Put): readonly [ServerPart, ReturnType<typeof answerOf>] => {
  const replica = writable(settings, part);
  const effects = step<'put'>(replica, put);
  return [withAppend(part, replica, effects), answerOf(effects)];
};
const answerOf = (effects: Effects<PutAnswer | RefusedAnswer>): PutAnswer | RefusedAnswer => effects.answer;

export const getAt = (part: ServerPart, get: Get): GetAnswer => step<'get'>(part.replica, get).answer;

export const pullFrom = (settings: MoveSettings, puller: ServerPart, answerer: ServerPart): ServerPart => {
  const { id } = puller.replica;
  const asked = { type: 'pull', puller: id, vv: vectorOf(puller.replica), after: null } as const;
  const pulled = step<'pull'>(answerer.replica, asked).answer;
  const replica = writable(settings, puller);
  return withAppend(puller, replica, step<'merge'>(replica, { type: 'merge', asked: asked.vv, pulled }));
};

/** The user's view of an answer's receipt, in the model's words. The compacting of the log after it has no view. */
const SAW = { other: 'of no use', part: 'a part', last: undefined } as const;

export const takeIn = (
  settings: MoveSettings,
  part: ServerPart,
  asked: Pull['vv'],
  pulled: PulledAnswer,
): readonly [ServerPart, string | undefined] => {
  const replica = writable(settings, part);
  const merged = step<'merge'>(replica, { type: 'merge', asked, pulled });
  let after = withAppend(part, replica, merged);
  for (let isMore = true; isMore;) {
    const compacted = step<'compact'>(replica, { type: 'compact' });
    after = withAppend(after, replica, compacted);
    isMore = compacted.answer.more;
  }
  return [after, merged.answer.type === 'refused' ? `refused: ${merged.answer.reason}` : SAW[merged.answer.kind]];
};
