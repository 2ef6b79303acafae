/* eslint-disable max-lines-per-function -- all hurts act on the one cluster that is set up here. */
/** What happens in a hostile run besides the script: faults of processes, and the deaths and returns that follow from them. */
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { NodeId } from '#bayou/core/ids.js';
import { parseLine } from '#bayou/core/script.js';
import type { Promised, Cluster } from '#bayou/master/cluster.js';
import type { NumberedLine, ScriptReader } from '#bayou/master/lines.js';
import { diceOf } from '../common/seeded-dice.js';
import { REAL_HANDS, type Hands, type HurtProcess } from './fault-effects.js';
import type { HostilePlan, ProcessFault } from './hostile-plan.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** The stage of a run. */
export interface Stage {
  /** The cluster as the script's commands are to see it: a server that a fault took counts as live until it is buried. */
  readonly cluster: Cluster;
  /** The script's lines in their turn, with the burials and returns between them. */
  readonly reader: ScriptReader;
  readonly done: Readonly<Record<ProcessFault['type'], number>>;
  /** Servers whose logs were spoilt, put back from older copies or taken away. */
  readonly lossy: ReadonlySet<NodeId>;
  /** Was this server's end a fault of the plan? */
  readonly isExpected: (id: NodeId) => boolean;
}

/** A fault that takes longer goes on while the next lines run. */
const LINE_MS = 1_000;

/** How often a server whose log was refused is given a new folder. */
const MAX_RETRIES = 2;

// --- faults ----------------------------------------------------------------------------------------------------------------

interface Ends {
  readonly lossy: Set<NodeId>;
  /** Folders that are to be as they were, each before a line. */
  readonly rollbacks: { readonly line: number; readonly id: NodeId; readonly roll: () => void }[];
  /** Servers that die during this line, at the latest after it. */
  readonly doomed: Map<NodeId, HurtProcess>;
  /** Servers that are dead, which the script does not know yet. */
  readonly fallen: Map<NodeId, HurtProcess>;
  /** What ends before the next line. */
  readonly pending: Promise<void>[];
  /** What ends before the calm. */
  readonly long: Promise<void>[];
  readonly fell: (id: NodeId, process: HurtProcess) => Promise<void>;
  /** {@link fell}, unless the script has killed it meanwhile. */
  readonly fellDoomed: (id: NodeId, process: HurtProcess) => Promise<void>;
}

const makeEnds = (cluster: Cluster): Ends => {
  const fallen = new Map<NodeId, HurtProcess>();
  const doomed = new Map<NodeId, HurtProcess>();
  const fell = async (id: NodeId, process: HurtProcess): Promise<void> => {
    if (fallen.has(id)) return;
    fallen.set(id, process);
    await cluster.killServer(id);
  };
  const fellDoomed = async (id: NodeId, process: HurtProcess): Promise<void> => {
    if (doomed.get(id)?.name === process.name) await fell(id, process);
  };
  return { lossy: new Set(), rollbacks: [], doomed, fallen, pending: [], long: [], fell, fellDoomed };
};

/** Does one fault to one server. */
const befall = async (
  ends: Ends,
  hands: Hands,
  fault: ProcessFault,
  id: NodeId,
  process: HurtProcess,
  folder: string,
): Promise<void> => {
  switch (fault.type) {
    case 'pause':
      (fault.ms > LINE_MS ? ends.long : ends.pending).push(hands.pause(process, fault.ms));
      return;
    case 'crash':
      ends.doomed.set(id, process);
      ends.pending.push(hands.later(fault.afterMs, () => ends.fellDoomed(id, process)));
      return;
    case 'tear':
      await ends.fell(id, process);
      hands.tear(folder, fault.bytes);
      ends.lossy.add(id);
      return;
    case 'scribble': {
      await ends.fell(id, process);
      const dice = diceOf(fault.line, fault.bytes);
      hands.scribble(
        folder,
        Uint8Array.from({ length: fault.bytes }, () => Math.floor(dice() * 256)),
      );
      return;
    }
    case 'putBack':
      await ends.fell(id, process);
      ends.rollbacks.push({ line: fault.line + fault.after, id, roll: hands.copy(folder, `${fault.line}`) });
      return;
    case 'unwritten':
      ends.rollbacks.push({ line: fault.line + fault.after, id, roll: hands.tailNow(folder) });
      return;
    case 'renew':
      await ends.fell(id, process);
      hands.renew(folder);
      return;
    case 'second':
      ends.doomed.set(id, process);
      ends.pending.push(startSecond(ends, hands, fault.afterMs, id, process, folder));
      return;
    case 'call':
      if (hands.arm(process, fault)) ends.doomed.set(id, process);
      return;
    case 'power':
      ends.doomed.set(id, process);
      ends.pending.push(
        hands.later(fault.afterMs, async () => {
          if (hands.power(process)) ends.lossy.add(id);
          await ends.fellDoomed(id, process);
        }),
      );
      return;
    case 'full':
      // Whether it goes on without room, refusing puts, or ends, is its own affair; losing what it acknowledged is not.
      ends.doomed.set(id, process);
      hands.fill(process);
      return;
  }
};

/** Starts another server on the folder of a running one, which is killed so long after; whatever the other one comes to, it is killed too. */
const startSecond = async (
  ends: Ends,
  hands: Hands,
  afterMs: number,
  id: NodeId,
  process: HurtProcess,
  folder: string,
): Promise<void> => {
  const other = hands.second(id, folder);
  await hands.later(afterMs, () => ends.fellDoomed(id, process));
  await other.started;
  await other.kill();
};

/** What concerns all servers has failed where one of them is gone that the script does not know to be. */
const unlessLost = async <A>(cluster: Cluster, ends: Ends, promised: Promised<A>): Promised<A> => {
  const result = await promised;
  const isLost = ends.fallen.size > 0 || [...ends.doomed.keys()].some((id) => !cluster.topology.isLive(id));
  return isLost && E.isRight(result) ? E.left('a server was lost meanwhile') : result;
};

/** The cluster, with the servers that a fault took still standing. */
const standing = (cluster: Cluster, ends: Ends): Cluster => ({
  ...cluster,
  topology: {
    ...cluster.topology,
    isLive: (id) => ends.fallen.has(id) || ends.doomed.has(id) || cluster.topology.isLive(id),
  },
  processOf: (id) => ends.fallen.get(id) ?? ends.doomed.get(id) ?? cluster.processOf(id),
  killServer: (id) => {
    ends.doomed.delete(id);
    return ends.fallen.has(id) ? Promise.resolve() : cluster.killServer(id);
  },
  joinServer: (id) => unlessLost(cluster, ends, cluster.joinServer(id)),
  membersOf: (id) => unlessLost(cluster, ends, cluster.membersOf(id)),
  stabilize: () => unlessLost(cluster, ends, cluster.stabilize()),
});

// --- the stage -------------------------------------------------------------------------------------------------------------

/** Sets the stage: `setCalm` is called before each line, and calms the network for the end of the script. */
export const setStage = (
  plan: Pick<HostilePlan, 'script' | 'faults'>,
  cluster: Cluster,
  dataDir: string,
  setCalm: (calm: boolean) => void,
  hands: Hands = REAL_HANDS,
): Stage => {
  const ends = makeEnds(cluster);
  const done = {
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
    power: 0,
  };
  const end = plan.script.lastIndexOf('stabilize');
  const inserted: string[] = [];
  const retries = new Map<NodeId, number>();
  let at = 0;
  let befallen = 0;
  let number = 0;
  let joining: NodeId | undefined;

  const folderOf = (id: NodeId): string => join(dataDir, `server-${id}`);
  const say = (text: string): NumberedLine => ({ number: ++number, line: parseLine(text) });

  /** A log that is refused is moved out of the way, as its message asks; then the server is a new replica (R7). */
  const checkReturn = (): void => {
    if (joining === undefined || cluster.topology.isLive(joining)) return;
    const tries = (retries.get(joining) ?? 0) + 1;
    retries.set(joining, tries);
    if (tries > MAX_RETRIES) return;
    hands.remove(folderOf(joining));
    ends.lossy.add(joining);
    // A new replica's folder is not to be had from before it was.
    forget(joining);
    inserted.push(`joinServer ${joining}`);
  };
  const forget = (id: NodeId): void => {
    const left = ends.rollbacks.filter((c) => c.id !== id);
    ends.rollbacks.splice(0, Infinity, ...left);
  };
  /** Folders whose time has come are as they were. */
  const rollBackAll = async (line: number): Promise<void> => {
    for (const due of ends.rollbacks.filter((c) => c.line <= line)) {
      const process = cluster.processOf(due.id);
      if (process === undefined || ends.doomed.has(due.id)) continue;
      ends.rollbacks.splice(ends.rollbacks.indexOf(due), 1);
      await ends.fell(due.id, process);
      due.roll();
      ends.lossy.add(due.id);
    }
  };
  /** After a line whatever is doomed is dead, and whatever is dead is buried and comes back. */
  const bury = async (): Promise<void> => {
    await Promise.all(ends.pending.splice(0));
    for (const [id, process] of ends.doomed) await ends.fell(id, process);
    ends.doomed.clear();
    if (inserted.length > 0) return;
    // All deaths are said before the first return: whoever comes back is linked to those who live.
    const ids = [...ends.fallen.keys()];
    inserted.push(...ids.map((id) => `killServer ${id}`), ...ids.map((id) => `joinServer ${id}`));
  };
  const sayInserted = (text: string): NumberedLine => {
    const id = Number(text.split(' ')[1]);
    joining = text.startsWith('joinServer') ? id : undefined;
    if (joining !== undefined) ends.fallen.delete(id);
    return say(text);
  };
  const befallAll = async (line: number): Promise<void> => {
    befallen = line;
    hands.atLine?.(line);
    await rollBackAll(line);
    for (const fault of plan.faults.filter((f) => f.line === line)) {
      const live = cluster.topology.liveServers();
      const id = live[fault.server % (live.length || 1)];
      const process = id === undefined ? undefined : cluster.processOf(id);
      if (id === undefined || process === undefined || ends.doomed.has(id)) continue;
      done[fault.type]++;
      await befall(ends, hands, fault, id, process, folderOf(id));
    }
  };

  const next = async (): Promise<NumberedLine | undefined> => {
    checkReturn();
    joining = undefined;
    await bury();
    const extra = inserted.shift();
    if (extra !== undefined) return sayInserted(extra);
    const line = plan.script[at];
    if (line === undefined) return undefined;
    if (at >= end) await Promise.all(ends.long.splice(0));
    setCalm(at >= end);
    if (at < end && befallen <= at) {
      await befallAll(at + 1);
      if (ends.fallen.size > 0) return next();
    }
    at++;
    return say(line);
  };
  return {
    cluster: standing(cluster, ends),
    reader: { next, ahead: () => [], stop: () => undefined },
    done,
    lossy: ends.lossy,
    isExpected: (id) => ends.doomed.has(id) || ends.fallen.has(id),
  };
};
