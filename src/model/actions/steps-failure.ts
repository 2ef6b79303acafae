/**
 * The steps of links, kills, restarts (R7, R10) and stabilize (contract, section 5): `ChangeLink`, `Kill`, `Restart`, `RestartBlank` and
 * `Stabilize` of the TLA+ module.
 *
 * @module
 * @category What may happen
 */
import { interaction, type Interaction, type Slot } from '../../checker/model.js';
import { restartBreaks, restartShows, stabilizeBreaks } from '../checking/judge-step.js';
import * as Net from '../protocol/network.js';
import * as R from '../protocol/restarts.js';
import type { Server } from '../protocol/server.js';
import { everyPartitionIsEqual, stabilized } from '../protocol/stabilize.js';
import { clusterOf, clusterSlots, type LinkSlot, type World } from '../checking/world.js';

// --- links -----------------------------------------------------------------------------------------------------------------

/** Cuts a link or makes it. When the link is cut, the messages on it are lost. */
const changeLink = (world: World, spentOn: Slot<number>, { pair, slot }: LinkSlot): Interaction =>
  interaction({
    label: { family: 'ChangeLink', args: [slot.name] },
    slots: [slot, spentOn, ...world.net],
    writes: [0, 1, ...world.net.map((_, i) => i + 2)],
    step: (up, spent, ...net) =>
      spent >= world.config.linkChanges
        ? []
        : [
            {
              next: [!up, spent + 1, ...(up ? net.map((n) => Net.withoutLink(n, pair)) : net)],
              note: up ? 'cut' : 'made',
            },
          ],
  });

// --- kills and restarts ----------------------------------------------------------------------------------------------------

/** SIGKILL: the messages in flight on the server's connections are lost. */
const kill = (world: World, spentOn: Slot<number>, server: Slot<Server>, id: number): Interaction =>
  interaction({
    label: { family: 'Kill', args: [server.name] },
    slots: [server, spentOn, ...world.net],
    writes: [0, 1, ...world.net.map((_, i) => i + 2)],
    step: (replica, spent, ...net) =>
      replica.up && spent < world.config.kills
        ? [{ next: [R.kill(replica), spent + 1, ...net.map((n) => Net.withoutServer(n, id))] }]
        : [],
  });

const restart = (world: World, server: Slot<Server>): Interaction =>
  interaction({
    label: { family: 'Restart', args: [server.name] },
    slots: [server],
    writes: [0],
    step: (replica) => {
      const after = R.restart(replica);
      return replica.up
        ? []
        : [
            {
              next: [after],
              violates: restartBreaks(world.judged, replica, after),
              witnesses: restartShows(world.judged, after),
            },
          ];
    },
  });

const restartBlank = (world: World, spentOn: Slot<number>, server: Slot<Server>): Interaction =>
  interaction({
    label: { family: 'RestartBlank', args: [server.name] },
    slots: [server, spentOn],
    writes: [0, 1],
    step: (replica, spent) => {
      const after = R.restartBlank(world.rules)(replica);
      return replica.up || spent >= world.config.blankRestarts
        ? []
        : [{ next: [after, spent + 1], violates: restartBreaks(world.judged, replica, after) }];
    },
  });

// --- stabilize -------------------------------------------------------------------------------------------------------------

const stabilize = (world: World): Interaction =>
  interaction({
    label: { family: 'Stabilize', args: [] },
    slots: clusterSlots(world),
    writes: world.servers.map((_, i) => i),
    step: (...locals) => {
      const [servers, links] = clusterOf(world, locals);
      const after = stabilized(world.rules, world.config.rounds)(servers, links);
      return [
        {
          next: [...after, ...locals.slice(servers.length)],
          violates: stabilizeBreaks(world.judged, () => everyPartitionIsEqual(world.rules)(after, links)),
        },
      ];
    },
  });

// --- all of them -----------------------------------------------------------------------------------------------------------

/** Every step of the configuration for links, kills, restarts and stabilize. */
export const failureSteps = (world: World): ReadonlyArray<Interaction> => [
  ...world.linkChanges.flatMap((spent) => world.links.map((link) => changeLink(world, spent, link))),
  ...world.kills.flatMap((spent) =>
    world.servers.flatMap((server, id) => [kill(world, spent, server, id), restart(world, server)]),
  ),
  ...world.blankRestarts.flatMap((spent) => world.servers.map((server) => restartBlank(world, spent, server))),
  ...(world.config.stabilize ? [stabilize(world)] : []),
];
