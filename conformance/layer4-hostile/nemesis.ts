/**
 * The nemesis of a hostile run does the plan's faults between the lines of the script. It announces each death by a fault to the script: it inserts a
 * `killServer` and a `joinServer` for the server.
 */
import { join } from 'node:path';
import type { NodeId } from '#bayou/core/ids.js';
import { parseLine } from '#bayou/core/script.js';
import type { Cluster } from '#bayou/master/cluster.js';
import type { NumberedLine, ScriptReader } from '#bayou/master/lines.js';
import { REAL_EFFECTS, type FaultEffects } from './fault-effects.js';
import type { HostilePlan, ProcessFault } from './hostile-plan.js';
import { inflict, newFaultState, unaware, type FaultState } from './inflict-faults.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** The nemesis of a run. */
export interface Nemesis {
  /** The cluster for the script's commands: a server that a fault killed counts as live until its `killServer`. */
  readonly cluster: Cluster;
  /** The script's lines, and between them the commands that announce deaths. */
  readonly reader: ScriptReader;
  readonly done: Readonly<Record<ProcessFault['type'], number>>;
  /** Servers whose logs were spoilt, put back from older copies or taken away. */
  readonly lossy: ReadonlySet<NodeId>;
  /** Servers that may come back as new replicas, though nothing was taken from their logs: after such a fault a log cannot know that it lost nothing (R7a). */
  readonly doubtful: ReadonlySet<NodeId>;
  /** Did a fault of the plan cause this server's end? */
  readonly isExpected: (id: NodeId) => boolean;
}

/** The most times that a server whose log was refused gets a new folder. */
const MAX_RETRIES = 2;

// --- the deaths that the script is told of ---------------------------------------------------------------------------------

/** The commands that announce deaths and are not taken yet, and the fate of the servers that were joined again. */
interface Inserted {
  readonly commands: string[];
  /** How often each server was joined again after its log had been refused. */
  readonly retries: Map<NodeId, number>;
  /** The server that the last command joined. */
  joining: NodeId | undefined;
}

/** Everything that one run's nemesis works on. */
interface Setting {
  readonly plan: Pick<HostilePlan, 'script' | 'faults'>;
  readonly cluster: Cluster;
  readonly effects: FaultEffects;
  readonly state: FaultState;
  readonly inserted: Inserted;
  readonly done: Record<ProcessFault['type'], number>;
  readonly folderOf: (id: NodeId) => string;
}

/** Joins a server again whose start failed by a fault. A refused log is removed first, as its message asks; then the server is a new replica (R7). */
const checkReturn = ({ cluster, effects, state, inserted, folderOf }: Setting): void => {
  const { joining, retries, commands } = inserted;
  inserted.joining = undefined;
  if (joining === undefined) return;
  const faulty = state.starting.get(joining) ?? 0;
  state.starting.delete(joining);
  if (cluster.topology.isLive(joining)) return;
  if (faulty > 0) {
    state.starting.set(joining, faulty - 1);
    commands.push(`joinServer ${joining}`);
    return;
  }
  const tries = (retries.get(joining) ?? 0) + 1;
  retries.set(joining, tries);
  if (tries > MAX_RETRIES) return;
  effects.remove(folderOf(joining));
  state.lossy.add(joining);
  // The copies are of the earlier replica, so they do not replace a new replica's folder.
  const others = state.putBacks.filter(({ id }) => id !== joining);
  state.putBacks.splice(0, Infinity, ...others);
  commands.push(`joinServer ${joining}`);
};

/** Kills the servers that are to be dead after `linesDone` lines, and announces every death. */
const announceDeaths = async ({ cluster, state, inserted }: Setting, linesDone: number): Promise<void> => {
  await Promise.all(state.pending.splice(0));
  for (const [id, process] of [...state.dying]) {
    if ((state.until.get(id) ?? 0) > linesDone && cluster.processOf(id)?.name === process.name) continue;
    state.dying.delete(id);
    state.until.delete(id);
    await state.kill(id, process);
  }
  if (inserted.commands.length > 0) return;
  // Every `killServer` comes before the first `joinServer`, which links its server to the live ones.
  const ids = [...state.unannounced.keys()];
  inserted.commands.push(...ids.map((id) => `killServer ${id}`), ...ids.map((id) => `joinServer ${id}`));
};

/** The next inserted command. Taking a `joinServer` removes its server from `unannounced`. */
const takeInserted = ({ state, inserted }: Setting): string | undefined => {
  const text = inserted.commands.shift();
  if (text === undefined) return undefined;
  const id = Number(text.split(' ')[1]);
  inserted.joining = text.startsWith('joinServer') ? id : undefined;
  if (inserted.joining !== undefined) state.unannounced.delete(id);
  return text;
};

// --- the nemesis -----------------------------------------------------------------------------------------------------------

/** Replaces the folders whose line has come by their older copies. */
const putBackDue = async ({ cluster, state }: Setting, line: number): Promise<void> => {
  for (const due of state.putBacks.filter((one) => one.line <= line)) {
    const process = cluster.processOf(due.id);
    if (process === undefined || state.dying.has(due.id)) continue;
    state.putBacks.splice(state.putBacks.indexOf(due), 1);
    await state.kill(due.id, process);
    due.putBack();
    state.lossy.add(due.id);
  }
};

/** Does the faults that the plan has before a line. */
const inflictAll = async (setting: Setting, line: number): Promise<void> => {
  const { plan, cluster, effects, state, done, folderOf } = setting;
  effects.atLine?.(line);
  await putBackDue(setting, line);
  for (const fault of plan.faults.filter((f) => f.line === line)) {
    const live = cluster.topology.liveServers();
    const id = live[fault.server % (live.length || 1)];
    const process = id === undefined ? undefined : cluster.processOf(id);
    if (id === undefined || process === undefined || state.dying.has(id)) continue;
    done[fault.type]++;
    await inflict(state, effects, fault, { id, process, folder: folderOf(id) });
  }
};

/** The count 0 for each kind of fault. */
export const noneDone = (): Record<ProcessFault['type'], number> => ({
  pause: 0,
  crash: 0,
  tear: 0,
  scribble: 0,
  full: 0,
  putBack: 0,
  unwritten: 0,
  renew: 0,
  second: 0,
  call: 0,
  start: 0,
  power: 0,
});

/**
 * Begins the nemesis of a run. It calls `setCalm` before each line. From the script's last `stabilize` on the network is calm, and the nemesis does no
 * further fault.
 */
export const startNemesis = (
  plan: Pick<HostilePlan, 'script' | 'faults'>,
  cluster: Cluster,
  dataDir: string,
  setCalm: (calm: boolean) => void,
  effects: FaultEffects = REAL_EFFECTS,
): Nemesis => {
  const state = newFaultState(cluster);
  const inserted: Inserted = { commands: [], retries: new Map(), joining: undefined };
  const folderOf = (id: NodeId): string => join(dataDir, `server-${id}`);
  const setting: Setting = { plan, cluster, effects, state, inserted, done: noneDone(), folderOf };
  const end = plan.script.lastIndexOf('stabilize');
  let at = 0;
  let inflictedTo = 0;
  let number = 0;
  const numbered = (text: string): NumberedLine => ({ number: ++number, line: parseLine(text) });

  const next = async (): Promise<NumberedLine | undefined> => {
    checkReturn(setting);
    await announceDeaths(setting, at < end ? at : Infinity);
    const extra = takeInserted(setting);
    if (extra !== undefined) return numbered(extra);
    const line = plan.script[at];
    if (line === undefined) return undefined;
    if (at >= end) await Promise.all(state.long.splice(0));
    setCalm(at >= end);
    if (at < end && inflictedTo <= at) {
      inflictedTo = at + 1;
      await inflictAll(setting, at + 1);
      if (state.unannounced.size > 0) return next();
    }
    at++;
    return numbered(line);
  };
  return {
    cluster: unaware(cluster, state),
    reader: { next, ahead: () => [], stop: () => undefined },
    done: setting.done,
    lossy: state.lossy,
    doubtful: state.doubtful,
    isExpected: (id) => state.dying.has(id) || state.unannounced.has(id),
  };
};
