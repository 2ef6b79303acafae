/** The scene of a run: its replicas, sessions, links and messages, as far as the run was followed. */
import type { NodeId, ReplicaId } from '#bayou/core/ids.js';
import type { EventOf, TraceEvent } from '#bayou/core/trace.js';
import type { Variant } from '#bayou/model/protocol/rules.js';
import { newTopology, type ScriptTopology } from '../common/topology-of-script.js';
import { Ledger } from './ledger.js';
import { Notices } from './notices.js';
import { reject } from './rejection.js';
import type { FollowedReplica } from './followed-replica.js';
import type { FollowedSession } from './followed-session.js';
import type { FollowedProcess, Timeline } from './timeline.js';

/**
 * A claim about a server's state, which the master got by a message that is in no trace (a printed store, the end of a stabilize). The state must have
 * been as claimed at some instant between the command and its result.
 */
export interface MasterView {
  readonly event: TraceEvent;
  /** The count of an event of the master. The server's events after that event are too late for the view. */
  readonly until: number;
  readonly rule: string;
  readonly why: (replica: FollowedReplica) => string;
  readonly holds: (replica: FollowedReplica) => boolean;
}

/** A put or get that the master told a client to do; `n` is the count of its event. */
export interface CommandedOperation {
  readonly op: 'put' | 'get';
  readonly key: string;
  readonly value: string | undefined;
  readonly n: number;
}

/** A server went on as a new replica (R7a): the replica before it, and the index of the event. */
interface Renewal {
  readonly before: FollowedReplica;
  readonly index: number;
}

/** A server's process that is followed. */
export interface ServerState {
  /** The replica as which the process runs (R7). */
  id: ReplicaId | undefined;
  /** The state of the replica; undefined before the process starts, and after another process took the state over. */
  replica: FollowedReplica | undefined;
  /** Peers whose link was cut, as the process itself tells. */
  readonly cut: Set<NodeId>;
  /** The notices that the process got of its links. */
  readonly notices: Notices;
  views: MasterView[];
  /** The index of the last step that a kill has not taken back (R10). No process may have seen an answer that was given after it. */
  survived: number;
  /** The renewals of the process, in their order. A kill may take back a renewal that no process has seen (R10). */
  readonly renewals: Renewal[];
  /** The greatest index of an answer that a process has seen. */
  lastSeen: number;
}

/** Links by their names (see `linkName` of `topology-of-script.ts`). */
interface Doubts {
  /** Links of which it is unknown whether they exist. */
  readonly links: Set<string>;
  /** Links of clients whose place in the client's order of servers (R13) is unknown. */
  readonly places: Set<string>;
}

/** What a run leaves to the next one on the same data folder. */
export interface Inheritance {
  /** The servers' replicas, as their logs have them. */
  readonly logs: ReadonlyMap<NodeId, FollowedReplica>;
  /** Every replica that has ever run. */
  readonly replicas: ReadonlySet<ReplicaId>;
  /** Every session of the earlier runs: its client and its number. */
  readonly sessions: ReadonlySet<string>;
}

/** The state of the run, as far as it has been followed. */
export interface Scene {
  readonly timeline: Timeline;
  readonly ledger: Ledger;
  readonly topology: ScriptTopology;
  /** The states of the servers' processes, by the process's name. */
  readonly servers: Map<string, ServerState>;
  readonly sessions: Map<NodeId, FollowedSession>;
  /** Facts that are unknown, because a command that changes them failed half way. */
  readonly doubts: Doubts;
  readonly hasMaster: boolean;
  /** The logs, replicas and sessions of the runs before this one. */
  readonly inherited: Inheritance;
  /** Servers whose logs may have lost something; undefined: every log may have. */
  readonly lossy: ReadonlySet<NodeId> | undefined;
  /** Every replica that has run, in this run or one before it. */
  readonly replicas: Set<ReplicaId>;
  /** Every session of this run and of the runs before it. */
  readonly sessionNames: Set<string>;
  /** By client, the operations that the master told the client to do and that the client has not begun. */
  readonly commands: Map<NodeId, CommandedOperation[]>;
  /** By server, the number of commands that joined the server: no more of its processes have started. */
  readonly joins: Map<NodeId, number>;
  /**
   * Servers that ended by themselves, as the master noticed while a command was under way. The command found them live when it began, and may have gone either way since: they leave the
   * topology when it is over.
   */
  readonly dying: Set<NodeId>;
  /** Processes that have started, according to a result of the master. */
  readonly begun: Set<string>;
  /** Commands that took longer than the contract allows, a sentence each. */
  readonly late: string[];
  /** The variant of the protocol against which the run is followed. */
  readonly variant: Variant;
  readonly onFollowed: Listener['onFollowed'];
  readonly onUse: Listener['onUse'];
  readonly onMet: Listener['onMet'];
  readonly onLost: Listener['onLost'];
}

/** Takes the model's step of a server's event, which waits for no other event. */
export type TakeStep<T extends TraceEvent['type']> = (
  scene: Scene,
  process: FollowedProcess,
  state: ServerState,
  replica: FollowedReplica,
  event: EventOf<T>,
) => void;

/** Asks for the events that must come before a server's event; returns the function that then takes the model's step. */
export type Prepare<T extends TraceEvent['type']> = (...step: Parameters<TakeStep<T>>) => () => void;

/** Is told how a run is followed, so that it can write the run down as a path. Each function is called at the moment of the step. */
export interface Listener {
  /** An event was followed; `scene` is the state after it. */
  readonly onFollowed: (process: FollowedProcess, event: TraceEvent, scene: Scene) => void;
  /** An event has used an earlier event of another process: a result its answer, a merge its pull's answer. */
  readonly onUse: (by: TraceEvent, used: TraceEvent) => void;
  /** The server's state is now as the master's event `seen` tells it. */
  readonly onMet: (seen: TraceEvent, process: FollowedProcess) => void;
  /** A killed process's steps after this index are in no log (R10). */
  readonly onLost: (process: FollowedProcess, survived: number) => void;
}

/** May this process have started by now? */
export const mayRun = (scene: Scene, { who, next }: FollowedProcess): boolean =>
  next > 0 || !scene.hasMaster || (scene.joins.get(who.id) ?? 0) >= who.run;

/** Was the process this replica, now or before a renewal (R7a)? */
export const wasReplica = ({ id, renewals }: ServerState, replica: ReplicaId | null): boolean =>
  id === replica || renewals.some(({ before }) => before.id === replica);

/** Does the event of the master tell the end of this process? */
export const isEndOf = (e: TraceEvent, { name }: FollowedProcess): boolean =>
  (e.type === 'kill' || e.type === 'died') && e.process === name;

/** Did the process end without a word by the master, who does not write a death down where a fault was inflicted? No event tells the moment, but another process came after it. */
export const endsUnannounced = (scene: Scene, process: FollowedProcess): boolean =>
  scene.timeline.of('server', process.who.id).at(-1) !== process &&
  scene.timeline.processes.get('master')?.events.some((e) => isEndOf(e, process)) !== true;

/** The operations that the master told a client to do and that it has not begun, in order. */
export const commandsOf = (scene: Scene, client: NodeId): CommandedOperation[] => {
  const known = scene.commands.get(client);
  if (known !== undefined) return known;
  const made: CommandedOperation[] = [];
  scene.commands.set(client, made);
  return made;
};

/** How a run is followed. */
export interface FollowOptions {
  readonly variant: Variant;
  readonly inherited: Inheritance;
  readonly lossy: ReadonlySet<NodeId> | undefined;
  readonly listener?: Listener | undefined;
}

const nobody = (): void => undefined;
const NOBODY: Listener = { onFollowed: nobody, onUse: nobody, onMet: nobody, onLost: nobody };

/** The scene of a run before any of its events was followed. */
export const makeScene = (
  timeline: Timeline,
  { variant, inherited, lossy, listener: { onFollowed, onUse, onMet, onLost } = NOBODY }: FollowOptions,
): Scene => ({
  timeline,
  ledger: new Ledger(),
  topology: newTopology(),
  servers: new Map(),
  sessions: new Map(),
  doubts: { links: new Set(), places: new Set() },
  hasMaster: timeline.processes.has('master'),
  inherited,
  lossy,
  replicas: new Set(inherited.replicas),
  sessionNames: new Set(inherited.sessions),
  commands: new Map(),
  joins: new Map(),
  dying: new Set(),
  begun: new Set(),
  late: [],
  variant,
  onFollowed,
  onUse,
  onMet,
  onLost,
});

/** A server's process as it is followed. */
export const serverState = (scene: Scene, process: FollowedProcess): ServerState => {
  const known = scene.servers.get(process.name);
  if (known !== undefined) return known;
  const made: ServerState = {
    id: undefined,
    replica: undefined,
    cut: new Set(),
    notices: new Notices(),
    views: [],
    survived: Infinity,
    renewals: [],
    lastSeen: -1,
  };
  scene.servers.set(process.name, made);
  return made;
};

/** The process that runs as a server now: the last one that has started. */
export const currentProcess = (scene: Scene, server: NodeId): FollowedProcess | undefined =>
  scene.timeline.of('server', server).findLast((p) => p.next > 0);

/** Opens a view on a server. The view is met at once where the server's state is already as the view claims. */
export const look = (scene: Scene, process: FollowedProcess, view: MasterView): void => {
  const state = serverState(scene, process);
  if (state.replica !== undefined && view.holds(state.replica)) scene.onMet(view.event, process);
  // A process without further events keeps its state.
  else if (process.next >= process.events.length) refuse(process, state, view);
  else state.views.push(view);
};

/** Refuses the views whose `until` the process has passed without meeting them. */
export const closeViews = (process: FollowedProcess, state: ServerState): void => {
  if (state.views.length === 0) return;
  for (const view of state.views) if (process.knows >= view.until) refuse(process, state, view);
};

/** Closes the views that the state meets now. */
export const meetViews = (scene: Scene, process: FollowedProcess, state: ServerState): void => {
  const { replica } = state;
  if (state.views.length === 0 || replica === undefined) return;
  for (const view of state.views) if (view.holds(replica)) scene.onMet(view.event, process);
  state.views = state.views.filter((view) => !view.holds(replica));
};

/** Refuses the views that are still open after the last event of their process. */
export const endViews = (process: FollowedProcess, state: ServerState): void => {
  for (const view of state.views) refuse(process, state, view);
};

const refuse = (process: FollowedProcess, state: ServerState, view: MasterView): void => {
  const why = state.replica === undefined ? 'the server had not started' : view.why(state.replica);
  reject(view.event, view.rule, why, { process: process.name, vv: state.replica?.vv ?? [] });
};

/** A process has seen an answer of a server. So the steps up to this answer must be in the server's log, after a kill too (R10). */
export const seen = (scene: Scene, by: TraceEvent, process: FollowedProcess, index: number): void => {
  const state = serverState(scene, process);
  if (index > state.survived)
    reject(by, 'R10', `${process.name} gave this answer, was killed, and came back without what it had then`);
  state.replica?.seenUpTo(index);
  for (const renewal of state.renewals) if (index < renewal.index) renewal.before.seenUpTo(index);
  state.lastSeen = Math.max(state.lastSeen, index);
  scene.onUse(by, process.events[index]!);
};

/** The inheritance that a followed run leaves: of each server the last process's replica, or the inherited one where no process went on with it. */
export const leftBy = ({ inherited, timeline, servers, replicas, sessionNames }: Scene): Inheritance => {
  const logs = new Map(inherited.logs);
  for (const { name, who } of timeline.processes.values()) {
    const replica = servers.get(name)?.replica;
    if (replica !== undefined) logs.set(who.id, replica);
  }
  return { logs, replicas, sessions: sessionNames };
};
