/**
 * Runs sessions of the library in a simulated world. The sessions are the code that `connect` gives to programs, with the world as a port. Many sessions put and get at once; they end, break off, and go on from
 * old and new tokens, while servers are killed and come back and ways are blocked. The soak has such runs of real servers; here the seed repeats the whole run. Three judge the run: the soak's judge, which
 * uses no line of the model, a look into all replicas, and the logs that servers leave when they die. Layer 3 does not follow the run, since it knows the master's clients alone.
 */
import * as E from 'fp-ts/lib/Either.js';
import { stackOf } from '#bayou/core/errors.js';
import { type NodeId, serverOf } from '#bayou/core/ids.js';
import type { EventOf } from '#bayou/core/trace.js';
import type { Stamp } from '#bayou/core/write.js';
import { liveWritesOf, type ReplicaOptions, vectorOf } from '#bayou/impl/replica.js';
import { connectIn } from '#bayou/library.js';
import type { Cluster } from '#bayou/master/cluster.js';
import type { RunningServer } from '#bayou/net/server.js';
import { nameIn } from '../soak/put-values.js';
import type { Knowledge } from '../soak/session-knowledge.js';
import { type JudgedCounts, SoakJudge, type StoreContents } from '../soak/soak-judge.js';
import { startWriters, type Writers } from '../soak/writers.js';
import { heldBy, leftBehind } from './endings.js';
import { Insight } from './inside.js';
import { NO_NETWORK_FAULTS } from './network-faults.js';
import { LogsOfTheDead } from './logs-of-the-dead.js';
import type { SessionFault, SessionFaultKind, SessionsPlan } from './sessions-plan.js';
import { simulatedCluster } from './simulated-cluster.js';
import type { NetworkCounts } from './simulated-network.js';
import { type Environment, type RunningProcess, Simulation } from './simulation.js';
import { mendWorld } from './world-faults.js';
import { WorldTrace } from './world-trace.js';

/** A finished run. */
export interface LibraryRun {
  /** The failures, a line each. */
  readonly failures: ReadonlyArray<string>;
  readonly judged: Readonly<JudgedCounts>;
  /** How many sessions began anew, and how many from each kind of token. */
  readonly sessions: Writers['counts'];
  readonly inflicted: Readonly<Record<SessionFaultKind, number>>;
  readonly events: number;
  readonly simulatedMs: number;
  readonly network: NetworkCounts;
  readonly trace: WorldTrace;
}

const SERVERS: ReadonlyArray<NodeId> = [0, 1, 2];
/** The machine of the sessions. */
const HOME = 'sessions';
const CALM_AFTER = 4;
const LIMITS = { events: 3_000_000, untilUs: 1_800_000_000 };
/** How long, in ms, the network may take to tell the servers that sessions have ended. */
const QUIET_MS = 5_000;

/** Checks that a put which a session was told is accepted is in its server's log. */
class Told extends SoakJudge {
  readonly logs = new LogsOfTheDead();
  readonly #keys = new Map<string, string>();

  override put(session: number, key: string, value: string): void {
    this.#keys.set(value, key);
    super.put(session, key, value);
  }

  override accepted(value: string, stamp: Stamp, before: Knowledge): void {
    this.logs.acknowledge(this.#keys.get(value)!, stamp);
    super.accepted(value, stamp, before);
  }
}

/** One run under way. */
class Sessions {
  readonly simulation: Simulation;
  readonly judge = new Told();
  readonly insight = new Insight();
  readonly failures: string[] = [];
  readonly inflicted: Record<SessionFaultKind, number> = { kill: 0, cut: 0, reset: 0, pause: 0, power: 0 };
  counts: Writers['counts'] = { fresh: 0, latest: 0, old: 0, twice: 0, crashed: 0 };
  readonly #plan: SessionsPlan;
  readonly #replica: ReplicaOptions | undefined;
  readonly #servers = new Map<NodeId, RunningServer>();
  readonly #ports = new Map<NodeId, number>();
  readonly #dying = new Set<NodeId>();
  #secret = '';
  #isOver = false;

  constructor(plan: SessionsPlan, trace: WorldTrace, replica: ReplicaOptions | undefined) {
    this.#plan = plan;
    this.#replica = replica;
    this.simulation = new Simulation({ seed: plan.sessions, trace, networkFaults: plan.networkFaults });
    this.simulation.machine('master').isSheltered = true;
  }

  /** Plays the run to its end. `environment`: the master's. */
  async play(environment: Environment, life: Parameters<typeof simulatedCluster>[0]['life']): Promise<void> {
    const { simulation, insight } = this;
    const { fsync, hurts: faults } = this.#plan;
    const { cluster, starter, running } = simulatedCluster({
      simulation,
      environment,
      life,
      replica: this.#replica,
      settings: { fsync, antiEntropyMs: 20, timeoutMs: 5_000 },
      recorder: {
        onEvent: (event) => {
          insight.onEvent(event);
          if (event.type === 'accept' && !event.repeated) this.#accepted(event);
        },
        onServer: (name, server) => {
          insight.onServer(name, server);
          this.#servers.set(server.id, server);
          this.#ports.set(server.id, server.address.port);
        },
        onFault: (line) => this.failures.push(line),
      },
      onStart: (_kind, config, started) => {
        this.#secret = config.secret;
        started.life.onDeath(() => {
          insight.onDeath(config.name);
          this.#servers.delete(config.id);
          this.judge.logs.onDeath(simulation, started.machine, config.id, config.name);
        });
      },
      onDeath: ({ id }, how) => {
        if (!this.#isOver && !this.#dying.has(id)) this.failures.push(`server ${id} ended by itself: ${how}`);
      },
    });
    for (const id of SERVERS) await this.#join(cluster, id);
    const [home, sessions] = await this.#home();
    const writers = this.#startWriters(sessions);
    this.counts = writers.counts;
    const { timers } = environment.world;
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => timers.after(ms, resolve));
    for (const [i, fault] of faults.entries()) {
      await sleep(fault.afterMs);
      await this.#inflict(fault, cluster, sleep, (name) => running.get(name));
      if ((i + 1) % CALM_AFTER === 0) await this.#calm(cluster, writers);
    }
    if (faults.length % CALM_AFTER !== 0 || faults.length === 0) await this.#calm(cluster, writers);
    await writers.stop();
    await sleep(QUIET_MS);
    const held = heldBy(simulation, home);
    if (held.length > 0) this.failures.push(`all sessions have ended, and their process still has ${held.join(', ')}`);
    this.#isOver = true;
    await starter.killAll();
    this.failures.push(...leftBehind(simulation));
  }

  /** Tells the judge of a put that was accepted, and what its server has now. */
  #accepted(event: EventOf<'accept'>): void {
    const { value, stamp } = event;
    this.judge.logs.accepted(event);
    const server = this.#servers.get(serverOf(stamp.r));
    if (server !== undefined) this.judge.acceptedBy(nameIn(value), vectorOf(server.inside.replica));
  }

  /** Joins a server. Where a fault makes its start fail, the server is started again, at the latest in the calm. */
  async #join(cluster: Cluster, id: NodeId, isCalm = false): Promise<void> {
    if (!cluster.topology.isLive(id)) {
      const joined = await cluster.joinServer(id);
      if (E.isLeft(joined) && isCalm) this.failures.push(`server ${id} does not start: ${joined.left}`);
    }
    if (cluster.topology.isLive(id)) this.#dying.delete(id);
  }

  /** Starts the process of the sessions. */
  #home(): Promise<readonly [RunningProcess, Environment]> {
    return new Promise((resolve) => {
      const home = this.simulation.start(this.simulation.machine(HOME), HOME, (environment) => resolve([home, environment]));
    });
  }

  #startWriters({ world }: Environment): Writers {
    const { sessions: seed, actors } = this.#plan;
    const secret = this.#secret;
    const place = {
      connect: (o: Parameters<typeof connectIn>[1]) => connectIn(world, o),
      sleep: (ms: number): Promise<void> => new Promise((resolve) => void world.timers.after(ms, resolve)),
    };
    return startWriters({
      judge: this.judge,
      seed,
      secret,
      actors,
      servers: SERVERS,
      portOf: (id) => this.#ports.get(id)!,
      place,
    });
  }

  async #inflict(
    { type, server, other: end, forMs, both }: SessionFault,
    cluster: Cluster,
    sleep: (ms: number) => Promise<void>,
    runningOf: (name: string) => RunningProcess | undefined,
  ): Promise<void> {
    const { network } = this.simulation;
    const living = SERVERS.filter((one) => cluster.topology.isLive(one));
    const id = living[server % living.length];
    if (id === undefined) return;
    const others = [HOME, ...SERVERS.filter((one) => one !== id).map((one) => `s${one}`)];
    const other = others[end % others.length]!;
    this.inflicted[type]++;
    const process = runningOf(cluster.processOf(id)?.name ?? '');
    switch (type) {
      case 'kill':
      case 'power':
        this.#dying.add(id);
        if (type === 'power' && process !== undefined) {
          this.simulation.powerOff(process.machine);
          this.simulation.powerOn(process.machine);
        }
        await cluster.killServer(id);
        this.#servers.delete(id);
        await sleep(forMs);
        await this.#join(cluster, id);
        return;
      case 'cut':
        network.block(`s${id}`, other);
        if (both) network.block(other, `s${id}`);
        return;
      case 'reset':
        network.reset(`s${id}`, other);
        return;
      case 'pause':
        process?.pause();
        await sleep(forMs);
        process?.goOn();
        return;
    }
  }

  /** The calm: no session asks, all ways are open, and every server must come to have every acknowledged put. */
  async #calm(cluster: Cluster, writers: Writers): Promise<void> {
    const { network } = this.simulation;
    mendWorld(this.simulation);
    network.networkFaults = NO_NETWORK_FAULTS;
    await writers.pause();
    for (const id of SERVERS) await this.#join(cluster, id, true);
    const settled = await cluster.stabilize();
    if (E.isLeft(settled)) this.failures.push(`in the calm: ${settled.left}`);
    const stores = [...this.#servers].map(([id, { inside }]): readonly [NodeId, StoreContents] => [
      id,
      new Map(liveWritesOf(inside.replica).map(({ key, value, t, r }) => [key, { value: nameIn(value), stamp: { t, r } }])),
    ]);
    this.judge.final(new Map(stores));
    network.networkFaults = this.#plan.networkFaults;
    writers.resume();
  }
}

/** The options of a run. */
export interface LibraryRunOptions {
  /** Keep the lines of the trace? Default: their hash alone. */
  readonly keep?: boolean;
  readonly signal?: AbortSignal;
  /** Faults to put into the servers; default: none. */
  readonly replica?: ReplicaOptions;
}

/** Runs sessions by a plan, until its end or until the first failure. Rejects where the signal comes first. */
export const runLibrary = async (
  plan: SessionsPlan,
  { keep = false, signal, replica }: LibraryRunOptions = {},
): Promise<LibraryRun> => {
  const trace = new WorldTrace(keep);
  const run = new Sessions(plan, trace, replica);
  const { simulation, failures, insight, judge } = run;
  const { scheduler, network } = simulation;
  const state = { isDone: false };
  const master = simulation.start(simulation.machine('master'), 'master-1', (environment) => {
    void run
      .play(environment, master.life)
      .catch((error: unknown) => failures.push(stackOf(error)))
      .finally(() => (state.isDone = true));
  });
  const isWrong = (): boolean => judge.faults.length > 0 || insight.violations.length > 0;
  const end = await simulation.run(() => state.isDone || isWrong() || signal?.aborted === true, LIMITS);
  signal?.throwIfAborted();
  if (end !== 'done') failures.push(`the run does not come to its end (${end})`);
  for (const machine of simulation.machines.values()) for (const { life } of [...machine.running]) life.die('the end of the run');
  return {
    failures: [
      ...insight.violations,
      ...judge.faults.map(({ kind, why }) => `${kind}: ${why}`),
      ...scheduler.uncaught(),
      ...failures,
      ...(await judge.logs.missing(() => false)),
    ],
    judged: judge.judged,
    sessions: run.counts,
    inflicted: run.inflicted,
    events: scheduler.events,
    simulatedMs: Math.round(scheduler.nowUs / 1000),
    network: network.counts,
    trace,
  };
};
