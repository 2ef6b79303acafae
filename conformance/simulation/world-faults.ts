/** Does the faults of the world around the processes of a simulated run. */
import type { GuestRequestKind } from './guest.js';
import { Life } from './life.js';
import type { WorldFault } from './plan-faults.js';
import type { Simulation } from './simulation.js';

/** How often each fault came about. */
export type WorldCounts = Record<WorldFault['type'], number>;

/** The machine that guests come from. */
export const GUEST = 'guest';

/** Is this the machine of a client? Machines are named by their processes: `s0`, `c1`. */
const isClient = (machine: string): boolean => machine.startsWith('c');

/** Sends a guest to the server of a machine; does nothing where no server runs there. */
export type SendGuest = (machine: string, kind: GuestRequestKind) => void;

/** Schedules a fault. `machines`: the names of the existing machines. */
export const inflictOnWorld = (
  simulation: Simulation,
  fault: WorldFault,
  machines: ReadonlyArray<string>,
  counts: WorldCounts,
  sendGuest: SendGuest,
): void => {
  const one = machines[fault.machine % (machines.length || 1)];
  if (one === undefined) return;
  const event = simulation.scheduler.after(fault.afterMs * 1000, undefined, `${fault.type} ${one}`, () => {
    simulation.faultsToCome.delete(event);
    counts[fault.type]++;
    act(simulation, fault, one, machines, sendGuest);
  });
  simulation.faultsToCome.add(event);
};

const act = (
  simulation: Simulation,
  fault: WorldFault,
  one: string,
  machines: ReadonlyArray<string>,
  sendGuest: SendGuest,
): void => {
  const { network, scheduler } = simulation;
  const machine = simulation.machine(one);
  const otherOf = (n: number): string => machines.filter((name) => name !== one)[n % (machines.length - 1 || 1)] ?? one;
  switch (fault.type) {
    case 'cut': {
      const other = otherOf(fault.other);
      network.block(one, other);
      if (fault.both) network.block(other, one);
      // The trace of the world has the word `mend`, and its hash with it.
      scheduler.after(fault.ms * 1000, undefined, `mend ${one} ${other}`, () => {
        network.ways.unblock(one, other);
        if (fault.both) network.ways.unblock(other, one);
      });
      return;
    }
    case 'reset':
      network.reset(one, otherOf(fault.other));
      return;
    case 'clock':
      machine.clock.wallMs += fault.byMs;
      machine.clock.go(fault.rate, scheduler.nowUs);
      return;
    case 'slow':
      machine.disk.slowUs = fault.us;
      scheduler.after(fault.ms * 1000, undefined, `fast ${one}`, () => (machine.disk.slowUs = 0));
      return;
    case 'squat':
      network.squat(one, new Life(`squatter-${one}`));
      return;
    case 'guest':
      sendGuest(one, fault.what);
      return;
  }
};

const sendGuestsAway = ({ machines, network }: Simulation): void => {
  for (const { life } of [...(machines.get(GUEST)?.running ?? [])]) life.die('the calm');
  if (machines.has(GUEST)) for (const name of machines.keys()) network.reset(GUEST, name);
};

/**
 * Mends the world for the calm:
 * - All ways are open and all disks are fast. An end whose other end is gone is told so.
 * - Planned faults that have not come about are cancelled, since they would come in the calm. (The time of a fault may be longer than the lines after its own took.)
 * - The clients' messages under way arrive at once. A put that its client gave up may take effect at any later time (R14), and otherwise that could be between two printed stores.
 * - The messages to clients arrive at once, too: a server says only once that it is another replica now (R7a).
 * - Guests that are under way never arrive.
 */
export const mendWorld = (simulation: Simulation): void => {
  for (const event of simulation.faultsToCome) simulation.scheduler.cancel(event);
  simulation.faultsToCome.clear();
  simulation.network.ways.unblockAll();
  sendGuestsAway(simulation);
  simulation.network.deliver(({ name }) => isClient(name));
  simulation.network.probeAll();
  for (const { disk } of simulation.machines.values()) disk.slowUs = 0;
};
