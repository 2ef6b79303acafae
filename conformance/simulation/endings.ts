/**
 * Checks that a run leaves nothing behind. In the calm at the end of a script no server has more connections than its members need. Then the servers are closed, as a signal closes `bayou server`.
 * A while later they must hold no connection, no port, no open file, no lock and no timer. And once a master is gone, its processes are gone.
 */
import { counted } from '#bayou/core/counted.js';
import type { RunningServer } from '#bayou/net/server.js';
import type { Life } from './life.js';
import type { RunningProcess, Simulation } from './simulation.js';

/** How long a server may take to close, and how long the network may then take to tell the other ends, in µs. */
const CLOSE_US = 20_000_000;
const QUIET_US = 5_000_000;

/** A server and its process. */
export interface ClosingServer {
  readonly server: RunningServer;
  readonly running: RunningProcess;
}

/** The connections, ports, files, locks and timers that a process holds. */
export const heldBy = ({ scheduler, network }: Simulation, { life, machine }: RunningProcess): ReadonlyArray<string> => [
  ...network.heldBy(life),
  ...machine.disk.heldBy(life),
  ...scheduler.pendingOf(life),
];

/** The most connections of one member in the calm: the one that it uses, and one whose end its server has not heard of. */
const OF_ONE_MEMBER = 2;

/** The names of servers that have more connections in the calm than their members need. */
export const crowded = (
  all: Iterable<readonly [name: string, server: Pick<RunningServer, 'status'>]>,
  members: number,
): ReadonlyArray<string> =>
  [...all].flatMap(([name, { status }]) => {
    const { connections } = status();
    return connections > OF_ONE_MEMBER * members
      ? [`${name}: ${counted(connections, 'connection')} of ${counted(members, 'member')} in the calm`]
      : [];
  });

/** Closes servers; returns what they still hold. The timers of the wait belong to the process `waiting`. */
export const closeGently = async (
  simulation: Simulation,
  waiting: Life,
  all: ReadonlyArray<ClosingServer>,
): Promise<ReadonlyArray<string>> => {
  const { scheduler } = simulation;
  const after = (us: number): Promise<'late'> =>
    new Promise((resolve) => scheduler.after(us, waiting, 'the end', () => resolve('late')));
  const close = ({ server, running }: ClosingServer): Promise<'closed'> =>
    new Promise((resolve) => scheduler.after(0, running.life, 'close', () => void server.close().then(() => resolve('closed'))));
  const ends = await Promise.all(all.map((one) => Promise.race([close(one), after(CLOSE_US)])));
  await after(QUIET_US);
  return all.flatMap(({ running }, i) => {
    if (running.life.isDead) return [];
    if (ends[i] === 'late') return [`${running.life.name} does not close`];
    const held = heldBy(simulation, running);
    return held.length === 0 ? [] : [`${running.life.name} was closed, and still has ${held.join(', ')}`];
  });
};

/** Did the master start this process? Only such processes end with the master. */
const isMastersOwn = ({ name }: Life): boolean => /^(server|client)-\d+#\d+#\d+$/.test(name);

/** The processes that outlive their master; there must be none. */
export const leftBehind = (simulation: Simulation): ReadonlyArray<string> =>
  [...simulation.machines.values()]
    .flatMap(({ running }) => [...running])
    .filter(({ life }) => isMastersOwn(life))
    .map(({ life }) => `${life.name} is left behind`);
