/**
 * The steps of late puts (R14): `PutDelayed` and `PutArrives` of the TLA+ module. A late put can arrive after its session has repeated it,
 * has given it up, or has ended. Its session gets no answer to it. Each late put takes effect at most once.
 *
 * @module
 * @category What may happen
 */
import { interaction, type Interaction, type Slot } from '../../checker/model.js';
import type { Bytes } from '../../core/bytes.js';
import { acceptBreaks, lateShows } from '../checking/judge-step.js';
import { acceptPut, type Server } from '../protocol/server.js';
import * as S from '../protocol/session.js';
import { mayPut, record, spendPut } from './put-and-get.js';
import { byIdentity } from '../protocol/put-identity.js';
import { asksOf, type DelayedPut, type LatePuts, type World } from '../checking/world.js';

/** A put is sent and has not arrived yet. Its connection breaks, so its session waits no longer for an answer over that connection. */
const putDelayed = (
  world: World,
  lost: Slot<number>,
  late: Slot<LatePuts>,
  client: Slot<S.Session>,
  server: Slot<Server>,
  key: Bytes,
): Interaction =>
  interaction({
    label: { family: 'PutDelayed', args: [client.name, server.name, key] },
    slots: [client, server, world.puts, lost, late],
    writes: [0, 2, 3, 4],
    step: (session, server, puts, answersLost, { spent, onTheirWay }) => {
      const isPossible = server.up && mayPut(world, session, puts);
      if (!isPossible || answersLost >= world.config.lostAnswers || spent >= world.config.latePuts) return [];
      const put = S.putOf(asksOf(world, session.client))(session, key);
      const more = [...onTheirWay, { put, replica: server.replica }].sort((a, b) => byIdentity(a.put, b.put));
      const silent = S.afterSilence(session, put, server.replica);
      return [{ next: [silent, server, spendPut(puts), answersLost + 1, { spent: spent + 1, onTheirWay: more }] }];
    },
  });

/** A delayed put reaches the replica that it was sent to. The replica handles it like any other put (R2, R3, R6, R12). */
const putArrives = (world: World, late: Slot<LatePuts>, server: Slot<Server>): Interaction =>
  interaction({
    label: { family: 'PutArrives', args: [server.name] },
    slots: [server, world.puts, late],
    writes: [0, 1, 2],
    step: (replica, puts, { spent, onTheirWay }) =>
      arrivingAt(replica, onTheirWay).map((delayed) => {
        const [after, answer] = acceptPut(world.rules)(replica, delayed.put);
        const left = { spent, onTheirWay: onTheirWay.filter((d) => d !== delayed) };
        if (answer.type !== 'accepted') return { next: [replica, puts, left], note: `${delayed.put.value}: ${answer.type}` };
        return {
          next: [after, record(world, puts, delayed.put, answer.stamp), left],
          note: delayed.put.value,
          violates: acceptBreaks(world.judged, world.rules, delayed.put, replica, after, answer.stamp),
          witnesses: lateShows(world.judged, replica, after),
        };
      }),
  });

const arrivingAt = ({ up, replica }: Server, onTheirWay: ReadonlyArray<DelayedPut>): ReadonlyArray<DelayedPut> =>
  up ? onTheirWay.filter((d) => d.replica === replica) : [];

/** Every step of the configuration for late puts. */
export const lateSteps = (world: World): ReadonlyArray<Interaction> =>
  world.latePuts.flatMap((late) => [
    ...world.lostAnswers.flatMap((lost) =>
      world.clients.flatMap((client) =>
        world.servers.flatMap((server) => world.keys.map((key) => putDelayed(world, lost, late, client, server, key))),
      ),
    ),
    ...world.servers.map((server) => putArrives(world, late, server)),
  ]);
