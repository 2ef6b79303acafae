/** What is known of a run while it is followed: the replicas, the sessions, the links, what was sent, what is promised. */
import type { NodeId, ReplicaId } from '#bayou/core/ids.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import type { Variant } from '#bayou/model/protocol/rules.js';
import { newTopology, type Topology } from '../common/topology-of-script.js';
import { Ledger } from './ledger.js';
import { Notices } from './notices.js';
import { reject } from './rejection.js';
import type { FollowedReplica } from './followed-replica.js';
import type { FollowedSession } from './followed-session.js';
import type { Process, Timeline } from './timeline.js';

/**
 * Something that the master was told of a server's state, by a message that is in no trace (a printed store, the end of a
 * stabilize): at some instant between the command and its result the server's state was such.
 */
export interface View {
  readonly event: TraceEvent;
  /** An event of the server that comes after this event of the master's is too late. */
  readonly until: number;
  readonly rule: string;
  readonly why: (replica: FollowedReplica) => string;
  readonly holds: (replica: FollowedReplica) => boolean;
}

/** A put or get that the master told a client to do; `n` is the count of its event. */
export interface Commanded {
  readonly op: 'put' | 'get';
  readonly key: string;
  readonly value: string | undefined;
  readonly n: number;
}

/** A server went on as a new replica (R7a): what it was, and at which of its events. */
interface Renewal {
  readonly before: FollowedReplica;
  readonly index: number;
}

/** A server's process that is followed. */
export interface ServerState {
  /** As which replica it runs (R7). */
  id: ReplicaId | undefined;
  /** Its state; undefined before it starts, and when another process goes on with it. */
  replica: FollowedReplica | undefined;
  /** Peers whose link to it is cut, by its own word. */
  readonly cut: Set<NodeId>;
  /** What it was told of its links. */
  readonly notices: Notices;
  views: View[];
  /** Where a kill has taken steps back (R10): answers given after this index must have been seen by nobody. */
  survived: number;
  /** Its renewals, in their order. One that nobody has seen may be taken back by a kill (R10). */
  readonly renewals: Renewal[];
  /** The greatest index of an answer that somebody has seen. */
  lastSeen: number;
}

/** Links by their names (see {@link linkName}). */
interface Doubts {
  /** Is this link there? */
  readonly links: Set<string>;
  /** Since when is this client's link there: at which place does it ask the server (R13)? */
  readonly places: Set<string>;
}

/** A link's name: the smaller id first. */
export const linkName = (a: NodeId, b: NodeId): string => (a < b ? `${a}-${b}` : `${b}-${a}`);

/** What a run leaves to the next one on the same data folder. */
export interface Inheritance {
  /** The servers' replicas, as their logs have them. */
  readonly logs: ReadonlyMap<NodeId, FollowedReplica>;
  /** Every replica that has ever run. */
  readonly replicas: ReadonlySet<ReplicaId>;
  /** Every session that there has been: its client and its number. */
  readonly sessions: ReadonlySet<string>;
}

/** The state of the run, as far as it has been followed. */
export interface Scene {
  readonly timeline: Timeline;
  readonly ledger: Ledger;
  readonly topology: Topology;
  /** By process name. */
  readonly servers: Map<string, ServerState>;
  readonly sessions: Map<NodeId, FollowedSession>;
  /** What nobody can tell, because a command that changes it failed half way. */
  readonly doubts: Doubts;
  readonly hasMaster: boolean;
  /** What the runs before this one have left. */
  readonly inherited: Inheritance;
  /** Servers whose logs may have lost something; undefined: nobody knows, so all may. */
  readonly lossy: ReadonlySet<NodeId> | undefined;
  /** Every replica that has run, in this run or one before it. */
  readonly replicas: Set<ReplicaId>;
  /** Every session that there has been, in this run or one before it. */
  readonly sessionNames: Set<string>;
  /** By client. */
  readonly commands: Map<NodeId, Commanded[]>;
  /** How often the master was told to join a server: so many of its processes may have started. */
  readonly joins: Map<NodeId, number>;
  /** Processes whose start a result of the master has told of. */
  readonly begun: Set<string>;
  /** The protocol, or the fault with which the run is tried. */
  readonly variant: Variant;
  readonly onFollowed: Listener['onFollowed'];
  readonly onUse: Listener['onUse'];
  readonly onMet: Listener['onMet'];
  readonly onLost: Listener['onLost'];
}

/** Who wants to know how a run is followed, to write it down as a path. All are called as it happens. */
export interface Listener {
  /** An event was followed; the scene is what is known after it. */
  readonly onFollowed: (process: Process, event: TraceEvent, scene: Scene) => void;
  /** An event has used what an earlier one of another process gave: a result its answer, a merge its pull's answer. */
  readonly onUse: (by: TraceEvent, used: TraceEvent) => void;
  /** The master was told something of a server's state, and now the server's state is such. */
  readonly onMet: (seen: TraceEvent, process: Process) => void;
  /** A killed process's steps after this index are in no log (R10). */
  readonly onLost: (process: Process, survived: number) => void;
}

/** May this process have started by now? */
export const mayRun = (scene: Scene, { who, next }: Process): boolean =>
  next > 0 || !scene.hasMaster || (scene.joins.get(who.id) ?? 0) >= who.run;

/** Did the process end without the master's doing, at a moment that nobody wrote down? Another one came after it. */
export const endsUnannounced = (scene: Scene, process: Process): boolean =>
  scene.timeline.of('server', process.who.id).at(-1) !== process &&
  scene.timeline.processes.get('master')?.events.some((e) => e.type === 'kill' && e.process === process.name) !== true;

/** What the master told a client to do and it has not begun, in order. */
export const commandsOf = (scene: Scene, client: NodeId): Commanded[] => {
  const known = scene.commands.get(client);
  if (known !== undefined) return known;
  const made: Commanded[] = [];
  scene.commands.set(client, made);
  return made;
};

/** How a run is followed. */
export interface Following {
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
  { variant, inherited, lossy, listener: { onFollowed, onUse, onMet, onLost } = NOBODY }: Following,
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
  begun: new Set(),
  variant,
  onFollowed,
  onUse,
  onMet,
  onLost,
});

/** A server's process as it is followed. */
export const serverState = (scene: Scene, process: Process): ServerState => {
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
export const currentProcess = (scene: Scene, server: NodeId): Process | undefined =>
  scene.timeline.of('server', server).findLast((p) => p.next > 0);

/** Opens a view on a server; it is met already where its state is such now. */
export const look = (scene: Scene, process: Process, view: View): void => {
  const state = serverState(scene, process);
  if (state.replica !== undefined && view.holds(state.replica)) scene.onMet(view.event, process);
  // A process that has told all is as it will be.
  else if (process.next >= process.events.length) refuse(process, state, view);
  else state.views.push(view);
};

/** Views that were not met before the process came to know of their end are refused. */
export const closeViews = (process: Process, state: ServerState): void => {
  if (state.views.length === 0) return;
  for (const view of state.views) if (process.knows >= view.until) refuse(process, state, view);
};

/** Views that the state meets now are done with. */
export const meetViews = (scene: Scene, process: Process, state: ServerState): void => {
  const { replica } = state;
  if (state.views.length === 0 || replica === undefined) return;
  for (const view of state.views) if (view.holds(replica)) scene.onMet(view.event, process);
  state.views = state.views.filter((view) => !view.holds(replica));
};

/** At the end of a process's events, a view that was not met never will be. */
export const endViews = (process: Process, state: ServerState): void => {
  for (const view of state.views) refuse(process, state, view);
};

const refuse = (process: Process, state: ServerState, view: View): void => {
  const why = state.replica === undefined ? 'the server had not started' : view.why(state.replica);
  reject(view.event, view.rule, why, { process: process.name, vv: state.replica?.vv ?? [] });
};

/** Somebody has seen an answer that a server gave: it must be in the server's log, also after a kill (R10). */
export const seen = (scene: Scene, by: TraceEvent, process: Process, index: number): void => {
  const state = serverState(scene, process);
  if (index > state.survived)
    reject(by, 'R10', `${process.name} gave this answer, was killed, and came back without what it had then`);
  state.replica?.seenUpTo(index);
  for (const renewal of state.renewals) if (index < renewal.index) renewal.before.seenUpTo(index);
  state.lastSeen = Math.max(state.lastSeen, index);
  scene.onUse(by, process.events[index]!);
};

/** What a run that was followed to its end leaves: the replicas of the last processes, and those that nobody went on with. */
export const leftBy = ({ inherited, timeline, servers, replicas, sessionNames }: Scene): Inheritance => {
  const logs = new Map(inherited.logs);
  for (const { name, who } of timeline.processes.values()) {
    const replica = servers.get(name)?.replica;
    if (replica !== undefined) logs.set(who.id, replica);
  }
  return { logs, replicas, sessions: sessionNames };
};
