/**
 * The steps of sessions that end and start again (R11a) and of servers that are put back from a copy (R7a): `TakeToken`, `StartAnew`,
 * `StartFromToken`, `Copy` and `PutBack` of the TLA+ module.
 *
 * @module
 * @category What may happen
 */
import { interaction, type Interaction, type Slot } from '../../checker/model.js';
import { putBackShows, restartBreaks, tokenShows } from '../checking/judge-step.js';
import * as R from '../protocol/restarts.js';
import type { Server } from '../protocol/server.js';
import * as S from '../protocol/session.js';
import { keyOf } from '../checking/texts.js';
import { noCopies, type Copies, type NewSessions, type World } from '../checking/world.js';

// --- sessions --------------------------------------------------------------------------------------------------------------

/** Has the session done and seen nothing? Then a session that starts anew differs from it in nothing but its number. */
const isNew = ({ clientTime, clock, unanswered, last }: S.Session): boolean =>
  clientTime === 0 && clock === 0 && unanswered === null && last === null;

/** The session's token is taken, in place of the one that was taken before. The session goes on. */
const takeToken = (world: World, spentOn: Slot<NewSessions>, client: Slot<S.Session>): Interaction =>
  interaction({
    label: { family: 'TakeToken', args: [client.name] },
    slots: [client, spentOn],
    writes: [1],
    step: (session, { spent, token: before }) => {
      const token = S.tokenOf(world.rules, session);
      const isKnown = before !== null && keyOf('client', before) === keyOf('client', token);
      return spent >= world.config.newSessions || isNew(token) || isKnown
        ? []
        : [{ next: [session, { spent, token, isUsed: false }] }];
    },
  });

/** The component after one more session started. When no further session may start, the token is thrown away. */
const spendSession = (world: World, { spent, token }: NewSessions, isUsed: boolean): NewSessions =>
  spent + 1 < world.config.newSessions ? { spent: spent + 1, token, isUsed } : { spent: spent + 1, token: null, isUsed: false };

/** The session ends, also with a put unanswered, and the client starts another session that knows nothing. */
const startAnew = (world: World, spentOn: Slot<NewSessions>, client: Slot<S.Session>): Interaction =>
  interaction({
    label: { family: 'StartSession', args: [client.name, 'anew'] },
    slots: [client, spentOn],
    writes: [0, 1],
    step: (session, started) =>
      started.spent >= world.config.newSessions || isNew(session)
        ? []
        : [{ next: [S.startedAnew(session), spendSession(world, started, started.isUsed)] }],
  });

/** The session ends, and the client starts another session from the token. The token may be old, and may have been used before. */
const startFromToken = (world: World, spentOn: Slot<NewSessions>, client: Slot<S.Session>): Interaction =>
  interaction({
    label: { family: 'StartSession', args: [client.name, 'token'] },
    slots: [client, spentOn],
    writes: [0, 1],
    step: (session, started) => {
      const { spent, token, isUsed } = started;
      return spent >= world.config.newSessions || token?.client !== session.client
        ? []
        : [
            {
              next: [S.startedFrom(session, token), spendSession(world, started, true)],
              witnesses: tokenShows(world.judged, session, token, isUsed),
            },
          ];
    },
  });

// --- servers ---------------------------------------------------------------------------------------------------------------

const withCopy = ({ copies }: Copies, server: number, copy: Server): Copies['copies'] =>
  copies.map((c, i) => (i === server ? copy : c));

/** The server's log is copied, in place of the copy that was made before. */
const copy = (world: World, spentOn: Slot<Copies>, server: Slot<Server>, id: number): Interaction =>
  interaction({
    label: { family: 'Copy', args: [server.name] },
    slots: [server, spentOn],
    writes: [1],
    step: (replica, made) =>
      !replica.up || made.spent >= world.config.restores
        ? []
        : [{ next: [replica, { spent: made.spent, copies: withCopy(made, id, R.copyOf(replica)) }] }],
  });

/** The component after one more server was put back. When no further server may be put back, the copies are thrown away. */
const spendCopy = (world: World, { spent, copies }: Copies): Copies => ({
  spent: spent + 1,
  copies: spent + 1 < world.config.restores ? copies : noCopies(copies.length),
});

/** A killed server comes back with the copy in place of its log. */
const putBack = (world: World, spentOn: Slot<Copies>, server: Slot<Server>, id: number): Interaction =>
  interaction({
    label: { family: 'PutBack', args: [server.name] },
    slots: [server, spentOn],
    writes: [0, 1],
    step: (replica, made) => {
      const kept = made.copies[id];
      if (replica.up || made.spent >= world.config.restores || kept === null || kept === undefined) return [];
      const after = R.putBack(world.rules)(replica, kept);
      return [
        {
          next: [after, spendCopy(world, made)],
          violates: restartBreaks(world.judged, replica, after),
          witnesses: putBackShows(world.judged, replica, after),
        },
      ];
    },
  });

// --- all of them -----------------------------------------------------------------------------------------------------------

/** Every step of the configuration for new sessions and for servers that are put back. */
export const againSteps = (world: World): ReadonlyArray<Interaction> => [
  ...world.newSessions.flatMap((spent) =>
    world.clients.flatMap((client) => [
      takeToken(world, spent, client),
      startAnew(world, spent, client),
      startFromToken(world, spent, client),
    ]),
  ),
  ...world.copies.flatMap((spent) =>
    world.servers.flatMap((server, id) => [copy(world, spent, server, id), putBack(world, spent, server, id)]),
  ),
];
