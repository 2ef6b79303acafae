/** Does the faults of a plan to servers and their folders, and remembers which servers are dead or dying by a fault. */
import * as E from 'fp-ts/lib/Either.js';
import type { NodeId } from '#bayou/core/ids.js';
import type { Cluster } from '#bayou/master/cluster.js';
import type { FalliblePromise } from '#bayou/master/members.js';
import { diceOf } from '../common/seeded-chance.js';
import type { CallFault, FaultEffects, TargetProcess } from './fault-effects.js';
import type { ProcessFault } from './hostile-plan.js';

/** A fault that takes longer than this, in ms, goes on while the next lines run. */
const LINE_MS = 1_000;

/** The state of the faults: their effects so far, and the effects that are still to come. */
export interface FaultState {
  readonly lossy: Set<NodeId>;
  /** Servers that may come back as new replicas though nothing was taken from their logs (R7a). */
  readonly doubtful: Set<NodeId>;
  /** Folders that an older copy will replace: `putBack` replaces the folder before line `line`. */
  readonly putBacks: { readonly line: number; readonly id: NodeId; readonly putBack: () => void }[];
  /** Servers that die during this line, or right after it. */
  readonly dying: Map<NodeId, TargetProcess>;
  /** By server: the line after which the server dies at the latest. */
  readonly until: Map<NodeId, number>;
  /** By server: how many of its next starts may fail. After a failed start the server is started again. */
  readonly starting: Map<NodeId, number>;
  /** Servers that a fault killed, and for which the script has no `killServer` yet. */
  readonly unannounced: Map<NodeId, TargetProcess>;
  /** Faults that end before the next line. */
  readonly pending: Promise<void>[];
  /** Faults that end before the calm. */
  readonly long: Promise<void>[];
  readonly kill: (id: NodeId, process: TargetProcess) => Promise<void>;
  /** {@link kill}, unless the script has killed the process meanwhile. */
  readonly killDying: (id: NodeId, process: TargetProcess) => Promise<void>;
}

/** The state before any fault. */
export const newFaultState = (cluster: Cluster): FaultState => {
  const unannounced = new Map<NodeId, TargetProcess>();
  const dying = new Map<NodeId, TargetProcess>();
  const kill = async (id: NodeId, process: TargetProcess): Promise<void> => {
    if (unannounced.has(id)) return;
    unannounced.set(id, process);
    await cluster.killServer(id);
  };
  const killDying = async (id: NodeId, process: TargetProcess): Promise<void> => {
    if (dying.get(id)?.name === process.name) await kill(id, process);
  };
  const sets = { lossy: new Set<NodeId>(), doubtful: new Set<NodeId>() };
  return {
    ...sets,
    until: new Map(),
    starting: new Map(),
    putBacks: [],
    dying,
    unannounced,
    pending: [],
    long: [],
    kill,
    killDying,
  };
};

/** The faults of the calls in a server's next starts. A kill counts only the calls that change the disk, since any other call makes no difference to a kill. */
const startFaults = ({ kind, afters, part }: Extract<ProcessFault, { type: 'start' }>): ReadonlyArray<CallFault> =>
  afters.map((after) => ({ kind, after, part, ofChanges: kind === 'kill' }));

/** The server to which a fault is done. */
export interface Target {
  readonly id: NodeId;
  readonly process: TargetProcess;
  readonly folder: string;
}

/** Does one fault to one server. */
// eslint-disable-next-line max-lines-per-function -- a case for each kind of fault, a few lines each.
export const inflict = async (state: FaultState, effects: FaultEffects, fault: ProcessFault, target: Target): Promise<void> => {
  const { id, process, folder } = target;
  switch (fault.type) {
    case 'pause':
      (fault.ms > LINE_MS ? state.long : state.pending).push(effects.pause(process, fault.ms));
      return;
    case 'crash':
      state.dying.set(id, process);
      state.pending.push(effects.later(fault.afterMs, () => state.killDying(id, process)));
      return;
    case 'tear':
      await state.kill(id, process);
      effects.tear(folder, fault.bytes);
      state.lossy.add(id);
      return;
    case 'scribble': {
      await state.kill(id, process);
      const dice = diceOf(fault.line, fault.bytes);
      effects.scribble(
        folder,
        Uint8Array.from({ length: fault.bytes }, () => Math.floor(dice() * 256)),
      );
      return;
    }
    case 'putBack':
      await state.kill(id, process);
      state.putBacks.push({ line: fault.line + fault.after, id, putBack: effects.copy(folder, `${fault.line}`) });
      return;
    case 'unwritten':
      state.putBacks.push({ line: fault.line + fault.after, id, putBack: effects.tailNow(folder) });
      return;
    case 'renew':
      await state.kill(id, process);
      effects.renewFolder(folder);
      state.doubtful.add(id);
      return;
    case 'second':
      state.dying.set(id, process);
      state.doubtful.add(id);
      state.pending.push(startSecond(state, effects, fault.afterMs, target));
      return;
    case 'call':
      if (!effects.arm(process, fault)) return;
      state.dying.set(id, process);
      state.until.set(id, fault.line + fault.lines - 1);
      state.doubtful.add(id);
      return;
    case 'start':
      if (!effects.armStart(id, startFaults(fault))) return;
      state.starting.set(id, fault.afters.length);
      state.doubtful.add(id);
      await state.kill(id, process);
      return;
    case 'power':
      state.dying.set(id, process);
      state.doubtful.add(id);
      state.pending.push(
        effects.later(fault.afterMs, async () => {
          if (effects.power(process)) state.lossy.add(id);
          await state.killDying(id, process);
        }),
      );
      return;
    case 'full':
      // Without room the server may go on and refuse puts, or end. It must not lose an acknowledged write.
      state.dying.set(id, process);
      state.until.set(id, fault.line + fault.lines - 1);
      effects.fill(process);
      return;
  }
};

/** Starts a second server on the folder of a running one, and kills the first `afterMs` later. Then the second is killed, too, whether it had started or not. */
const startSecond = async (
  state: FaultState,
  effects: FaultEffects,
  afterMs: number,
  { id, process, folder }: Target,
): Promise<void> => {
  const other = effects.second(id, folder);
  await effects.later(afterMs, () => state.killDying(id, process));
  await other.started;
  await other.kill();
};

/** Fails a command to all servers where a fault has killed one of them. */
const unlessOneDied = async <A>(cluster: Cluster, state: FaultState, promised: FalliblePromise<A>): FalliblePromise<A> => {
  const result = await promised;
  const hasDied = state.unannounced.size > 0 || [...state.dying.keys()].some((id) => !cluster.topology.isLive(id));
  return hasDied && E.isRight(result) ? E.left('a server was lost meanwhile') : result;
};

/** The cluster for the script, which knows of no fault: servers that a fault killed count as live. */
export const unaware = (cluster: Cluster, state: FaultState): Cluster => ({
  ...cluster,
  topology: {
    ...cluster.topology,
    isLive: (id) => state.unannounced.has(id) || state.dying.has(id) || cluster.topology.isLive(id),
  },
  processOf: (id) => state.unannounced.get(id) ?? state.dying.get(id) ?? cluster.processOf(id),
  killServer: (id) => {
    state.dying.delete(id);
    state.until.delete(id);
    return state.unannounced.has(id) ? Promise.resolve() : cluster.killServer(id);
  },
  joinServer: (id) => unlessOneDied(cluster, state, cluster.joinServer(id)),
  membersOf: (id) => unlessOneDied(cluster, state, cluster.membersOf(id)),
  stabilize: () => unlessOneDied(cluster, state, cluster.stabilize()),
});
