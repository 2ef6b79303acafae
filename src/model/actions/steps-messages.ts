/**
 * The steps of anti-entropy with messages in flight (R9): `Request`, `Answer`, `Receipt`, `Lose` and `Duplicate` of the TLA+ module; under V2
 * also `AnswerLate`.
 *
 * @module
 * @category What may happen
 */
import { interaction, type Interaction, type Label, type Outcome, type Slot } from '../../checker/model.js';
import type { NodeId } from '../../core/ids.js';
import type { World } from '../checking/world.js';
import * as Net from '../protocol/network.js';
import { answerPull, finishAnswer, pullRequest, readLogOnly } from '../protocol/pulls.js';
import type { Server } from '../protocol/server.js';
import * as V from '../protocol/vector.js';
import { peersOf, type PullPeers } from './pull-peers.js';
import { isFree, isInParts, takeIn, takePart } from './receive-answer.js';

/** R9: the request. A puller has at most one pull from each answerer under way; only `Duplicate` repeats a request. */
const request = (world: World, net: Slot<Net.Net>, { puller, answerer, ids, links }: PullPeers): Interaction =>
  interaction({
    label: { family: 'Request', args: [puller.name, answerer.name] },
    slots: [puller, answerer, net, ...links],
    writes: [2],
    fairness: `${puller.name} requests from ${answerer.name}`,
    step: (here, there, flying, ...up) => {
      const [from, to] = ids;
      if (!here.up || !there.up || !up.every(Boolean)) return [];
      if (flying.length >= world.config.inFlight || Net.isBusy(flying, from, to)) return [];
      const { puller: replica, vv, after } = pullRequest(here, to);
      return [
        { next: [here, there, Net.send(flying, { type: 'request', puller: from, answerer: to, replica, vv, after }), ...up] },
      ];
    },
  });

type Kind = Net.Message['type'];
type OfKind<K extends Kind> = Extract<Net.Message, { readonly type: K }>;

/** A step in which one of the two servers of a pull takes in a message. */
interface Arrival<K extends Kind> {
  readonly type: K;
  readonly ids: readonly [puller: NodeId, answerer: NodeId];
  readonly label: Label;
  readonly fairness: string;
  /** The outcomes of taking in `message`; `rest` is the network without it. */
  readonly take: (
    server: Server,
    message: OfKind<K>,
    rest: Net.Net,
  ) => ReadonlyArray<Outcome<readonly [Slot<Server>, Slot<Net.Net>]>>;
}

/** The server takes in any one of the messages in flight that are of the type `type` and between the two servers. */
const arrival = <K extends Kind>(
  server: Slot<Server>,
  net: Slot<Net.Net>,
  { type, ids: [puller, answerer], label, fairness, take }: Arrival<K>,
): Interaction => {
  const isMeant = (m: Net.Message): m is OfKind<K> => m.type === type && m.puller === puller && m.answerer === answerer;
  return interaction({
    label,
    slots: [server, net],
    writes: [0, 1],
    fairness,
    step: (here, flying) =>
      Net.distinct(flying)
        .filter(isMeant)
        .flatMap((m) => take(here, m, Net.take(flying, m))),
  });
};

/**
 * R9: the answer, taken at one instant. If answers do not come in parts and the request's vector covers the answerer's vector, no answer is
 * sent, which spares states. That answer would change nothing at the puller: the puller's vector and accept time only grow.
 */
const answer = (world: World, net: Slot<Net.Net>, { puller, answerer, ids }: PullPeers): Interaction =>
  arrival(answerer, net, {
    type: 'request',
    ids,
    label: { family: 'Answer', args: [answerer.name, puller.name] },
    fairness: `${answerer.name} answers ${puller.name}`,
    take: (there, m, rest) => {
      const request = { type: 'pull', puller: m.replica, vv: m.vv, after: m.after } as const;
      if (!isInParts(world) && V.covers(m.vv, there.vv)) return [{ next: [there, rest], note: 'nothing new' }];
      if (world.rules.variant === 'V2')
        return there.midway === null ? [{ next: [readLogOnly(there, request), rest], note: 'the log is read' }] : [];
      const sent: Net.Message = {
        type: 'answer',
        puller: m.puller,
        answerer: m.answerer,
        replica: m.replica,
        pulled: answerPull(there, request, world.config.partWrites),
        asked: isInParts(world) ? m.vv : V.none,
      };
      return [{ next: [there, Net.send(rest, sent)] }];
    },
  });

/** V2 at the grain of messages: the answerer reads its vector and sends the answer. */
const answerLate = (world: World, net: Slot<Net.Net>, { puller, answerer, ids }: PullPeers): Interaction =>
  interaction({
    label: { family: 'ReadVector', args: [answerer.name, puller.name] },
    slots: [answerer, net],
    writes: [0, 1],
    fairness: `${answerer.name} answers ${puller.name}`,
    step: (there, flying) => {
      if (there.midway?.type !== 'torn' || !there.midway.to.startsWith(`${ids[0]}.`) || flying.length >= world.config.inFlight)
        return [];
      const [after, pulled] = finishAnswer(there, there.midway.writes);
      return [
        {
          next: [
            after,
            Net.send(flying, {
              type: 'answer',
              puller: ids[0],
              answerer: ids[1],
              replica: there.midway.to,
              pulled,
              asked: V.none,
            }),
          ],
        },
      ];
    },
  });

/** R9: the receipt. If the puller is another replica now than the one that asked, the answer is thrown away (R7). */
const receipt = (world: World, net: Slot<Net.Net>, { puller, answerer, ids }: PullPeers): Interaction =>
  arrival(puller, net, {
    type: 'answer',
    ids,
    label: { family: 'Receipt', args: [puller.name, answerer.name] },
    fairness: `${puller.name} receives from ${answerer.name}`,
    take: (here, m, rest) => {
      if (!isFree(here)) return [];
      if (m.replica !== here.replica) return [{ next: [here, rest], note: 'for a former replica' }];
      const { next, ...said } = isInParts(world) ? takePart(world, here, m.asked, m.pulled) : takeIn(world, here, m.pulled);
      return [{ next: [next, rest], ...said }];
    },
  });

/** A step that befalls any message in flight. */
interface Befalling {
  readonly family: string;
  /** The slot that counts how often the step was taken; none where the configuration sets no bound. `most`: how often it may be taken. */
  readonly counts: ReadonlyArray<Slot<number>>;
  readonly most: World['config']['losses'];
  readonly isPossible: (flying: Net.Net) => boolean;
  readonly after: (flying: Net.Net, message: Net.Message) => Net.Net;
}

const befalling = (net: Slot<Net.Net>, { family, counts, most, isPossible, after }: Befalling): Interaction =>
  interaction({
    label: { family, args: [] },
    slots: [net, ...counts],
    writes: [0, ...counts.map((_, i) => i + 1)],
    step: (flying, ...spent) =>
      spent.some((n) => n === most) || !isPossible(flying)
        ? []
        : Net.distinct(flying).map((m) => ({ next: [after(flying, m), ...spent.map((n) => n + 1)], note: Net.textOf(m) })),
  });

/** A message is lost. */
const lose = ({ config, losses }: World, net: Slot<Net.Net>): Interaction =>
  befalling(net, { family: 'Lose', counts: losses, most: config.losses, isPossible: () => true, after: Net.take });

/** A message is repeated: one more copy of it is in flight. */
const duplicate = ({ config, duplicates }: World, net: Slot<Net.Net>): Interaction =>
  befalling(net, {
    family: 'Duplicate',
    counts: duplicates,
    most: config.duplicates,
    isPossible: (flying) => flying.length < config.inFlight,
    after: Net.send,
  });

// --- all of them -----------------------------------------------------------------------------------------------------------

/** Every step of anti-entropy at the grain of messages. */
export const byMessages = (world: World, net: Slot<Net.Net>): ReadonlyArray<Interaction> => [
  ...peersOf(world).flatMap((peers) => [
    request(world, net, peers),
    answer(world, net, peers),
    ...(world.rules.variant === 'V2' ? [answerLate(world, net, peers)] : []),
    receipt(world, net, peers),
  ]),
  ...(world.config.losses === 0 ? [] : [lose(world, net)]),
  ...(world.config.duplicates === 0 ? [] : [duplicate(world, net)]),
];
