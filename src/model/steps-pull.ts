/** The steps of anti-entropy (R9): a pull as one step, or as request, answer and receipt; and how V2 and V8 tear it. */
import {
  conversation,
  interaction,
  over,
  type Exchange,
  type Interaction,
  type Outcome,
  type Slot,
} from '../checker/interface.js';
import type { NodeId } from '../core/ids.js';
import { receiptBreaks, receiptShows } from './judge.js';
import * as Net from './network.js';
import {
  addLate,
  answerFor,
  answerPull,
  claimFirst,
  finishAnswer,
  kindOf,
  pullRequest,
  readLogOnly,
  receive,
  receiveLast,
  receiveOther,
  receivePart,
  withArrived,
  type Answer,
  type Pulled,
  type Server,
} from './server.js';
import { pullAnswerKey, vectorKey } from './texts.js';
import * as V from './vector.js';
import { linkOf, type World } from './world.js';
import type { Log } from './write-log.js';

/** Are answers bounded, so that a pull may come in parts? */
const isInParts = (world: World): boolean => world.config.partWrites !== 'unbounded';

// --- one step --------------------------------------------------------------------------------------------------------------

/** What came of an answer at the puller. */
interface Taken {
  readonly next: Server;
  readonly violates: ReadonlyArray<string>;
  readonly witnesses: ReadonlyArray<string>;
}

/** The puller takes in an answer; V8: at first only the vector. */
const takeIn = (world: World, puller: Server, answer: Answer): Taken => {
  if (world.rules.variant === 'V8') return { next: claimFirst(world.rules)(puller, answer), violates: [], witnesses: [] };
  return addAll(world, puller, answer, receive(world.rules));
};

/** The puller adds the writes of an answer, by one way or another of taking it in. */
const addAll = <A extends Answer>(
  world: World,
  puller: Server,
  answer: A,
  receiving: (server: Server, answer: A, whole: Log) => Server,
): Taken => {
  const { rules, judged } = world;
  const whole = withArrived(puller, answer);
  const after = receiving(puller, answer, whole);
  return {
    next: after,
    violates: receiptBreaks(judged, rules, puller, whole, after),
    witnesses: receiptShows(judged, puller, answer, whole, after),
  };
};

/** The puller takes in an answer that may be a part. V8: it takes the vector with the first part, and so asks for no other. */
const takePart = (world: World, puller: Server, asked: V.Vector, pulled: Pulled): Taken & { readonly note?: string } => {
  const { rules } = world;
  if (rules.variant === 'V8') return addAll(world, puller, pulled, receive(rules));
  switch (kindOf(puller, asked, pulled)) {
    case 'other':
      return { next: receiveOther(puller, pulled), violates: [], witnesses: [], note: 'of no use' };
    case 'part':
      return { next: receivePart(puller, pulled), violates: [], witnesses: [], note: 'a part' };
    case 'last':
      return addAll(world, puller, pulled, receiveLast(rules));
  }
};

/** A puller that has yet to add the writes it claims takes nothing else in (V8). */
const isFree = (puller: Server): boolean => puller.up && puller.midway === null;

type Links = ReadonlyArray<Slot<boolean>>;

/** A pull as one step, of any server from any other. The answer says nothing of who gives it, so that servers which have the same answer alike. */
type Pulling = Exchange<Server, Server, V.Vector, Answer>;

const pulling = (world: World): Pulling => ({
  ask: (here) => (isFree(here) ? here.vv : undefined),
  answer: (there, vv) => (there.up ? answerFor(there, vv) : undefined),
  take: (here, answer) => [takeIn(world, here, answer)],
  questionKey: vectorKey,
  answerKey: pullAnswerKey,
});

const pull = (puller: Slot<Server>, answerer: Slot<Server>, links: Links, exchange: Pulling): Interaction =>
  conversation({
    label: { family: 'Pull', args: [puller.name, answerer.name] },
    asker: puller,
    answerer,
    exchange,
    ...(links.length === 0 ? {} : { when: over(links, (...up) => up.every(Boolean)) }),
    fairness: `${puller.name} pulls from ${answerer.name}`,
  });

/** V2 at the grain of whole pulls: the answerer reads its log for the puller … */
const readLog = (puller: Slot<Server>, answerer: Slot<Server>, links: Links): Interaction =>
  interaction({
    label: { family: 'ReadLog', args: [puller.name, answerer.name] },
    slots: [puller, answerer, ...links],
    writes: [1],
    fairness: `${puller.name} pulls from ${answerer.name}`,
    step: (here, there, ...up) =>
      here.up && there.up && there.midway === null && up.every(Boolean)
        ? [{ next: [here, readLogOnly(there, pullRequest(here)), ...up] }]
        : [],
  });

/** … and later its vector. */
const readVector = (world: World, puller: Slot<Server>, answerer: Slot<Server>, links: Links): Interaction =>
  interaction({
    label: { family: 'ReadVector', args: [puller.name, answerer.name] },
    slots: [puller, answerer, ...links],
    writes: [0, 1],
    fairness: `${puller.name} pulls from ${answerer.name}`,
    step: (here, there, ...up) => {
      if (!here.up || !there.up || there.midway?.type !== 'torn' || there.midway.to !== here.replica || !up.every(Boolean))
        return [];
      const [after, answer] = finishAnswer(there, there.midway.writes);
      const { next, violates, witnesses } = takeIn(world, here, answer);
      return [{ next: [next, after, ...up], violates, witnesses }];
    },
  });

// --- three steps -----------------------------------------------------------------------------------------------------------

/** R9: the request. A puller has at most one pull from each answerer under way; that a request repeats is `Duplicate`'s business. */
const request = (
  world: World,
  net: Slot<Net.Net>,
  puller: Slot<Server>,
  answerer: Slot<Server>,
  ids: readonly [NodeId, NodeId],
  links: Links,
): Interaction =>
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

/**
 * R9: the answer, taken at one instant. Where whole pulls are answered and the answerer has nothing that the request lacks, the answer would change nothing at
 * the puller, whose vector and accept time only grow: the request is taken off and no answer is sent, which spares states.
 */
const answer = (
  world: World,
  net: Slot<Net.Net>,
  answerer: Slot<Server>,
  puller: Slot<Server>,
  ids: readonly [NodeId, NodeId],
): Interaction =>
  interaction({
    label: { family: 'Answer', args: [answerer.name, puller.name] },
    slots: [answerer, net],
    writes: [0, 1],
    fairness: `${answerer.name} answers ${puller.name}`,
    step: (there, flying) =>
      Net.distinct(flying).flatMap((m): ReadonlyArray<Outcome<readonly [Slot<Server>, Slot<Net.Net>]>> => {
        const [from, to] = ids;
        if (m.type !== 'request' || m.puller !== from || m.answerer !== to) return [];
        const rest = Net.take(flying, m);
        const asked = { type: 'pull', puller: m.replica, vv: m.vv, after: m.after } as const;
        if (!isInParts(world) && V.covers(m.vv, there.vv)) return [{ next: [there, rest], note: 'nothing new' }];
        if (world.rules.variant === 'V2')
          return there.midway === null ? [{ next: [readLogOnly(there, asked), rest], note: 'the log is read' }] : [];
        const sent: Net.Message = {
          type: 'answer',
          puller: from,
          answerer: to,
          replica: m.replica,
          pulled: answerPull(there, asked, world.config.partWrites),
          asked: isInParts(world) ? m.vv : V.none,
        };
        return [{ next: [there, Net.send(rest, sent)] }];
      }),
  });

/** V2 at the grain of messages: the vector is read, and the answer sent. */
const answerLate = (
  world: World,
  net: Slot<Net.Net>,
  answerer: Slot<Server>,
  puller: Slot<Server>,
  ids: readonly [NodeId, NodeId],
): Interaction =>
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

/** R9: the receipt. An answer to another replica than the one that the puller is now is thrown away (R7). */
const receipt = (
  world: World,
  net: Slot<Net.Net>,
  puller: Slot<Server>,
  answerer: Slot<Server>,
  ids: readonly [NodeId, NodeId],
): Interaction =>
  interaction({
    label: { family: 'Receipt', args: [puller.name, answerer.name] },
    slots: [puller, net],
    writes: [0, 1],
    fairness: `${puller.name} receives from ${answerer.name}`,
    step: (here, flying) =>
      Net.distinct(flying).flatMap((m): ReadonlyArray<Outcome<readonly [Slot<Server>, Slot<Net.Net>]>> => {
        if (m.type !== 'answer' || m.puller !== ids[0] || m.answerer !== ids[1] || !isFree(here)) return [];
        const rest = Net.take(flying, m);
        if (m.replica !== here.replica) return [{ next: [here, rest], note: 'for a former replica' }];
        const { next, ...said } = isInParts(world) ? takePart(world, here, m.asked, m.pulled) : takeIn(world, here, m.pulled);
        return [{ next: [next, rest], ...said }];
      }),
  });

/** A message is lost. */
const lose = (world: World, net: Slot<Net.Net>): Interaction =>
  interaction({
    label: { family: 'Lose', args: [] },
    slots: [net, ...world.losses],
    writes: [0, ...world.losses.map((_, i) => i + 1)],
    step: (flying, ...spent) =>
      spent.some((n) => n === world.config.losses)
        ? []
        : Net.distinct(flying).map((m) => ({
            next: [Net.take(flying, m), ...spent.map((n) => n + 1)],
            note: Net.textOf(m),
          })),
  });

/** A message is repeated: a copy more is in flight. */
const duplicate = (world: World, net: Slot<Net.Net>): Interaction =>
  interaction({
    label: { family: 'Duplicate', args: [] },
    slots: [net, ...world.duplicates],
    writes: [0, ...world.duplicates.map((_, i) => i + 1)],
    step: (flying, ...spent) =>
      spent.some((n) => n === world.config.duplicates) || flying.length >= world.config.inFlight
        ? []
        : Net.distinct(flying).map((m) => ({
            next: [Net.send(flying, m), ...spent.map((n) => n + 1)],
            note: Net.textOf(m),
          })),
  });

// --- V8 --------------------------------------------------------------------------------------------------------------------

const addLateStep = (world: World, server: Slot<Server>): Interaction =>
  interaction({
    label: { family: 'AddWrites', args: [server.name] },
    slots: [server],
    writes: [0],
    fairness: `${server.name} adds the writes`,
    step: (here) =>
      here.up && here.midway?.type === 'eager' ? [{ next: [addLate(world.rules)(here, here.midway.writes)] }] : [],
  });

// --- all of them -----------------------------------------------------------------------------------------------------------

interface Peers {
  readonly puller: Slot<Server>;
  readonly answerer: Slot<Server>;
  readonly ids: readonly [NodeId, NodeId];
  readonly links: Links;
}

const peersOf = (world: World): ReadonlyArray<Peers> =>
  world.servers.flatMap((puller, from) =>
    world.servers.flatMap((answerer, to) => {
      const links = linkOf(world, from, to);
      return from === to || links === 'never' ? [] : [{ puller, answerer, ids: [from, to] as const, links }];
    }),
  );

const atomic = (world: World): ReadonlyArray<Interaction> => {
  const pulls = pulling(world);
  return peersOf(world).flatMap(({ puller, answerer, links }) =>
    world.rules.variant === 'V2'
      ? [readLog(puller, answerer, links), readVector(world, puller, answerer, links)]
      : [pull(puller, answerer, links, pulls)],
  );
};

const byMessages = (world: World, net: Slot<Net.Net>): ReadonlyArray<Interaction> => [
  ...peersOf(world).flatMap(({ puller, answerer, ids, links }) => [
    request(world, net, puller, answerer, ids, links),
    answer(world, net, answerer, puller, ids),
    ...(world.rules.variant === 'V2' ? [answerLate(world, net, answerer, puller, ids)] : []),
    receipt(world, net, puller, answerer, ids),
  ]),
  ...(world.config.losses === 0 ? [] : [lose(world, net)]),
  ...(world.config.duplicates === 0 ? [] : [duplicate(world, net)]),
];

/** Every step of anti-entropy. */
export const pullSteps = (world: World): ReadonlyArray<Interaction> => [
  ...(world.config.grain === 'pull' ? atomic(world) : world.net.flatMap((net) => byMessages(world, net))),
  ...(world.rules.variant === 'V8' && !isInParts(world) ? world.servers.map((s) => addLateStep(world, s)) : []),
];
