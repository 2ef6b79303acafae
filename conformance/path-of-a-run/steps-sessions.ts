/** The steps of puts, gets and their results. */
import type { EventOf } from '#bayou/core/trace.js';
import type { NodeId } from '#bayou/core/ids.js';
import { showRequired } from '#bayou/model/checking/seen-in-a-run.js';
import type { RecordedStep } from '#bayou/checked-model/path-file.js';
import type { Names } from './path-names.js';
import { type PathContext, type StepNode, eventOf, placeOf, reads, serverAt, writes } from './path-parts.js';

/** The place at which the session first sent this put to this server. */
const askedAt = (context: PathContext, e: EventOf<'accept'>): number =>
  context.sent.get(`${e.client} ${serverAt(e)} ${e.clientTime}`) ?? placeOf(context, e);

const putSeen = (context: PathContext, e: EventOf<'accept'>): RecordedStep => ({
  seen: {
    result: `accepted ${context.names.stamp(e.stamp)}`,
    'session clock': String(e.clock),
    requires: context.names.vector(e.require),
  },
  ...eventOf(e),
});

/** R14: a put that its session gave up before the server accepted it. */
const acceptLate = (context: PathContext, e: EventOf<'accept'>): ReadonlyArray<StepNode> => {
  const [client, server] = [context.names.client(e.client), context.names.server(serverAt(e))];
  const [sentAt, message] = [askedAt(context, e), `put ${e.client} ${e.clientTime}`];
  return [
    {
      label: { family: 'PutDelayed', args: [client, server, context.names.key(e.key)] },
      accesses: [writes(client, sentAt), reads(server, sentAt), writes(message, 0)],
    },
    {
      label: { family: 'PutArrives', args: [server] },
      note: context.names.value(e.client, e.clientTime),
      seen: { [`accept time of ${server}`]: String(e.stamp.t) },
      ...eventOf(e),
      accesses: [writes(server, placeOf(context, e)), writes(message, 1)],
    },
  ];
};

/** A put whose answer arrived is one step. Of a put whose answer did not arrive only the server's part is a step (R3, R14). */
export const accept = (
  context: PathContext,
  e: EventOf<'accept'>,
  earlier: boolean,
  isRefused = false,
): ReadonlyArray<StepNode> => {
  const { names } = context;
  const [client, server] = [names.client(e.client), names.server(serverAt(e))];
  const at = placeOf(context, e);
  // A rejected event counts as if its answer had arrived.
  const isTaken = context.usedBy.has(e) || isRefused;
  if (isTaken) {
    const label = earlier
      ? { family: 'RepeatPut', args: [client, server] }
      : { family: 'Put', args: [client, server, names.key(e.key)] };
    return [{ label, ...putSeen(context, e), accesses: [writes(client, at), writes(server, at)] }];
  }
  if (earlier)
    return e.repeated
      ? []
      : [
          {
            label: { family: 'RepeatPut', args: [client, server] },
            ...putSeen(context, e),
            accesses: [writes(client, at), writes(server, at)],
          },
        ];
  if ((context.givenUp.get(`${e.client} ${e.clientTime}`) ?? Infinity) < at) return acceptLate(context, e);
  return [
    {
      label: { family: 'PutUnanswered', args: [client, server, names.key(e.key)] },
      note: 'the answer is lost',
      ...eventOf(e),
      accesses: [writes(client, askedAt(context, e)), writes(server, at)],
    },
  ];
};

const resultOf = (names: Names, e: EventOf<'answer'>, known: (e: EventOf<'answer'>) => string): string =>
  e.result === 'found' && e.stamp !== null
    ? `${known(e)} ${names.stamp(e.stamp)}`
    : e.result === 'behind'
      ? 'ERR_DEP'
      : 'ERR_KEY';

/** The value, named by the put that wrote it. A value that no put wrote is shown as it is. */
const valueOf =
  ({ names, accepts }: PathContext) =>
  (e: EventOf<'answer'>): string => {
    const put = e.stamp === null ? undefined : accepts.get(`${e.stamp.t}@${e.stamp.r}`);
    return put?.value === e.value ? names.value(put.client, put.clientTime) : JSON.stringify(e.value);
  };

export const answer = (context: PathContext, e: EventOf<'answer'>, isRefused = false): ReadonlyArray<StepNode> => {
  const { names } = context;
  // The session never got this answer, so the get has no effect.
  if (!context.usedBy.has(e) && !isRefused) return [];
  const [client, server, key] = [names.client(e.client), names.server(serverAt(e)), names.key(e.key)];
  const at = placeOf(context, e);
  return [
    {
      label: { family: 'Get', args: [client, server, key] },
      seen: {
        result: resultOf(names, e, valueOf(context)),
        requires: showRequired(names.vector(e.require), e.atLeast === null ? undefined : names.stamp(e.atLeast)),
      },
      ...eventOf(e),
      accesses: [e.result === 'found' ? writes(client, at) : reads(client, at), reads(server, at)],
    },
  ];
};

export const refuse = (context: PathContext, e: EventOf<'refuse'>): ReadonlyArray<StepNode> => {
  // The model refuses a put only for its requirement (`behind`). A put that was refused for another reason may still be accepted, here or elsewhere.
  if (e.reason !== 'behind') return [];
  const [client, server] = [context.names.client(e.client), context.names.server(serverAt(e))];
  const at = placeOf(context, e);
  return [
    {
      label: { family: 'Put', args: [client, server, 'a'] },
      seen: { result: 'ERR_DEP', requires: context.names.vector(e.require) },
      ...eventOf(e),
      accesses: [reads(client, at), reads(server, at)],
    },
  ];
};

/** R14: a put of which the session never learned whether it was accepted. */
export const putDone = (context: PathContext, e: EventOf<'putDone'>, client: NodeId): ReadonlyArray<StepNode> => {
  if (e.result === 'accepted' || !context.puts.has(`${client} ${e.clientTime}`)) return [];
  const name = context.names.client(client);
  return [{ label: { family: 'GiveUp', args: [name] }, ...eventOf(e), accesses: [writes(name, placeOf(context, e))] }];
};
