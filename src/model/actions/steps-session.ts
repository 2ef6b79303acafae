/**
 * The steps of sessions (R2, R3, R11 to R15): `Put`, `Get`, `PutUnanswered`, `RepeatPut`, `GiveUp` and `ChangeClientLink` of the TLA+
 * module.
 *
 * @module
 * @category What may happen
 */
import {
  query,
  interaction,
  over,
  type Query,
  type Interaction,
  type Outcome,
  type Predicate,
  type Slot,
} from '../../checker/model.js';
import type { Bytes } from '../../core/bytes.js';
import { serverOf, type NodeId } from '../../core/ids.js';
import type { GetAnswer } from '../../core/messages.js';
import { answerGet, type GetRequirement, type Server } from '../protocol/server.js';
import * as S from '../protocol/session.js';
import { getAnswerKey, requiredKey } from '../checking/texts.js';
import { asksOf, type World } from '../checking/world.js';
import { afterAnswer, getAt, mayPut, putAt, putOutcome, spendPut } from './put-and-get.js';

type Session = S.Session;

// --- clients that roam: any server, any time -------------------------------------------------------------------------------

const put = (world: World, client: Slot<Session>, server: Slot<Server>, key: Bytes, guard: Predicate): Interaction =>
  interaction({
    label: { family: 'Put', args: [client.name, server.name, key] },
    slots: [client, server, world.puts],
    writes: [0, 1, 2],
    guard,
    step: (session, replica, puts) => {
      if (!replica.up || !mayPut(world, session, puts)) return [];
      const done = putAt(world, session, replica, spendPut(puts), key);
      return [putOutcome(done.refused === undefined ? done : { ...done, puts })];
    },
  });

/** A get of one key, by any session at any server. The request holds only the session's requirement: sessions that require the same ask alike. */
type Getting = Query<Session, Server, GetRequirement, GetAnswer>;

const getting = (world: World, key: Bytes): Getting => ({
  request: (session) => (session.unanswered === null ? S.requiredOfGet(asksOf(world, session.client), session, key) : undefined),
  reply: (replica, { atLeast, require }) => (replica.up ? answerGet(world.rules)(replica, { key, atLeast, require }) : undefined),
  receive: (session, answer) => {
    const { session: after, note, violates, witnesses } = afterAnswer(world, session, key, answer);
    return [{ next: after, note, violates, witnesses }];
  },
  requestKey: requiredKey,
  replyKey: getAnswerKey,
});

const get = (client: Slot<Session>, server: Slot<Server>, key: Bytes, getting: Getting): Interaction =>
  query({
    label: { family: 'Get', args: [client.name, server.name, key] },
    requester: client,
    replier: server,
    query: getting,
  });

// --- answers that are lost (R3, R14) ---------------------------------------------------------------------------------------

/** The connection breaks before the put arrives, or after it was accepted and before the answer arrives: the session cannot tell. */
const putUnanswered = (world: World, lost: Slot<number>, client: Slot<Session>, server: Slot<Server>, key: Bytes): Interaction =>
  interaction({
    label: { family: 'PutUnanswered', args: [client.name, server.name, key] },
    slots: [client, server, world.puts, lost],
    writes: [0, 1, 2, 3],
    step: (session, replica, puts, spent) => {
      if (!replica.up || !mayPut(world, session, puts) || spent >= world.config.lostAnswers) return [];
      const sent = S.putOf(asksOf(world, session.client))(session, key);
      const silent = S.afterSilence(session, sent, replica.replica);
      const done = putAt(world, session, replica, spendPut(puts), key);
      return [
        { next: [silent, replica, spendPut(puts), spent + 1], note: 'the put is lost' },
        ...(done.refused !== undefined
          ? []
          : [
              {
                next: [silent, done.server, done.puts, spent + 1] as const,
                note: 'the answer is lost',
                violates: done.violates,
                witnesses: done.witnesses,
              },
            ]),
      ];
    },
  });

/** R14: may the session repeat its unanswered put at this server? Only the server that the put was sent to will do. V11: any server will do. */
const mayRepeat = (world: World, { unanswered }: Session, { up, replica }: Server): boolean =>
  up && unanswered !== null && (world.rules.variant === 'V11' || serverOf(unanswered.replica) === serverOf(replica));

/** R14: the session repeats its unanswered put. A server that is another replica by now refuses the put; then the session can only give it up. */
const repeatPut = (world: World, client: Slot<Session>, server: Slot<Server>): Interaction =>
  interaction({
    label: { family: 'RepeatPut', args: [client.name, server.name] },
    slots: [client, server, world.puts],
    writes: [0, 1, 2],
    step: (session, replica, puts) => {
      if (session.unanswered === null || !mayRepeat(world, session, replica)) return [];
      return [putOutcome(putAt(world, session, replica, puts, session.unanswered.key))];
    },
  });

/** R14: the session gives its unanswered put up; the outcome stays unknown. */
const giveUp = (client: Slot<Session>): Interaction =>
  interaction({
    label: { family: 'GiveUp', args: [client.name] },
    slots: [client],
    writes: [0],
    step: (session) => (session.unanswered === null ? [] : [{ next: [S.afterGivingUp(session)] }]),
  });

// --- clients with links (R13, R15) -----------------------------------------------------------------------------------------

/** The live servers that the session is connected to, in R13's order. */
const reachable = (session: Session, replicas: ReadonlyArray<Server>): ReadonlyArray<Server> =>
  S.askingOrder(session).flatMap((id) => replicas.filter((r) => r.up && serverOf(r.replica) === id));

/** R14: the put goes to the first server that accepts it; ERR_DEP: every reachable server refuses; ERR_CONN: no server is reachable (R15). */
const putInOrder = (world: World, client: Slot<Session>, key: Bytes): Interaction =>
  interaction({
    label: { family: 'Put', args: [client.name, key] },
    slots: [client, world.puts, ...world.servers],
    writes: [0, 1, ...world.servers.map((_, i) => i + 2)],
    step: (session, puts, ...replicas) => {
      if (!mayPut(world, session, puts)) return [];
      const reached = reachable(session, replicas);
      const tried = reached.map((replica) => ({ replica, done: putAt(world, session, replica, spendPut(puts), key) }));
      const first = tried.find(({ done }) => done.refused === undefined);
      if (first === undefined)
        return [{ next: [session, puts, ...replicas], note: reached.length === 0 ? 'ERR_CONN' : 'ERR_DEP' }];
      const { replica, done } = first;
      return [
        {
          next: [
            S.answeredBy(done.session, serverOf(replica.replica)),
            done.puts,
            ...replicas.map((r) => (r === replica ? done.server : r)),
          ],
          note: `at s${serverOf(replica.replica)}`,
          violates: done.violates,
          witnesses: done.witnesses,
        },
      ];
    },
  });

/** R13: the first server that meets the guarantees answers; ERR_DEP: no reachable server does; ERR_CONN: no server is reachable (R15). */
const getInOrder = (world: World, client: Slot<Session>, key: Bytes): Interaction =>
  interaction({
    label: { family: 'Get', args: [client.name, key] },
    slots: [client, ...world.servers],
    writes: [0],
    step: (session, ...replicas): ReadonlyArray<Outcome<readonly [Slot<Session>, ...ReadonlyArray<Slot<Server>>]>> => {
      const reached = reachable(session, replicas);
      const tried = reached.map((replica) => ({ replica, done: getAt(world, session, replica, key) }));
      const first = tried.find(({ done }) => !done.refused) ?? tried[0];
      if (first === undefined) return [{ next: [session, ...replicas], note: `${key}:ERR_CONN` }];
      const { replica, done } = first;
      return [
        {
          next: [done.refused ? session : S.answeredBy(done.session, serverOf(replica.replica)), ...replicas],
          note: done.refused ? done.note : `${done.note} at s${serverOf(replica.replica)}`,
          violates: done.violates,
          witnesses: done.witnesses,
        },
      ];
    },
  });

const changeClientLink = (
  world: World,
  spentOn: Slot<number>,
  client: Slot<Session>,
  server: NodeId,
  family: 'BreakLink' | 'MakeLink',
): Interaction =>
  interaction({
    label: { family, args: [client.name, `s${server}`] },
    slots: [client, spentOn],
    writes: [0, 1],
    step: (session, spent) =>
      spent >= world.config.linkChanges || session.servers.includes(server) !== (family === 'BreakLink')
        ? []
        : [{ next: [(family === 'BreakLink' ? S.linkCut : S.linkMade)(session, server), spent + 1] }],
  });

// --- all of them -----------------------------------------------------------------------------------------------------------

const roaming = (world: World): ReadonlyArray<Interaction> => {
  const keys = world.keys.map((key) => ({ key, gets: getting(world, key) }));
  const arePutsLeft = over([world.puts], (puts) => puts.spent < world.config.puts);
  return world.clients.flatMap((client) => [
    ...world.servers.flatMap((server) => [
      ...keys.flatMap(({ key, gets }) => [
        put(world, client, server, key, arePutsLeft),
        get(client, server, key, gets),
        ...world.lostAnswers.map((lost) => putUnanswered(world, lost, client, server, key)),
      ]),
      ...world.lostAnswers.map(() => repeatPut(world, client, server)),
    ]),
    ...world.lostAnswers.map(() => giveUp(client)),
  ]);
};

const linked = (world: World): ReadonlyArray<Interaction> =>
  world.clients.flatMap((client) => [
    ...world.keys.flatMap((key) => [putInOrder(world, client, key), getInOrder(world, client, key)]),
    ...world.linkChanges.flatMap((spent) =>
      world.servers.flatMap((_, server) => [
        changeClientLink(world, spent, client, server, 'BreakLink'),
        changeClientLink(world, spent, client, server, 'MakeLink'),
      ]),
    ),
  ]);

/** Every step that a session takes part in. */
export const sessionSteps = (world: World): ReadonlyArray<Interaction> =>
  world.config.placement === 'any' ? roaming(world) : linked(world);
