/**
 * Nothing is left running. When a script is over and all is calm, its servers are closed as `bayou server` is by a signal, and a while later they must hold nothing: no connection and no port, no open file
 * and no lock, no timer. Before, they have no more connections than their members need. And once a master is gone, so are its processes.
 */
import { counted } from '#bayou/core/counted.js';
import type { RunningServer } from '#bayou/net/server.js';
import type { Life } from './life.js';
import type { Running, Simulation } from './simulation.js';

/** How long a server has to close, and how long the network has then to say so, in µs. */
const CLOSE_US = 20_000_000;
const QUIET_US = 5_000_000;

/** A server, and the process that it is. */
export interface Closing {
  readonly server: RunningServer;
  readonly running: Running;
}

/** What a process holds of its world. */
export const heldBy = ({ scheduler, network }: Simulation, { life, machine }: Running): ReadonlyArray<string> => [
  ...network.heldBy(life),
  ...machine.disk.heldBy(life),
  ...scheduler.pendingOf(life),
];

/** How many connections a member may have left when all is calm: the one that it uses, and one whose end its server has not heard of. */
const OF_ONE_MEMBER = 2;

/** Servers, by their names, that have more connections when all is calm than their members need. */
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

/** Closes servers; gives what is left of them. The timers of the wait belong to `waiting`. */
export const closeGently = async (
  simulation: Simulation,
  waiting: Life,
  all: ReadonlyArray<Closing>,
): Promise<ReadonlyArray<string>> => {
  const { scheduler } = simulation;
  const after = (us: number): Promise<'late'> =>
    new Promise((resolve) => scheduler.after(us, waiting, 'the end', () => resolve('late')));
  const close = ({ server, running }: Closing): Promise<'closed'> =>
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

/** Was it started by the master? Nobody else's processes end with it. */
const isMastersOwn = ({ name }: Life): boolean => /^(server|client)-\d+#\d+#\d+$/.test(name);

/** The processes that outlive their master, which must be none. */
export const leftBehind = (simulation: Simulation): ReadonlyArray<string> =>
  [...simulation.machines.values()]
    .flatMap(({ running }) => [...running])
    .filter(({ life }) => isMastersOwn(life))
    .map(({ life }) => `${life.name} is left behind`);
