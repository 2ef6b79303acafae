/** One day of a simulated run: the master that ships plays a script, to its end, on a cluster that ships, in the world of a plan. */
import { stackOf } from '#bayou/core/errors.js';
import { serverOf, type NodeId } from '#bayou/core/ids.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import type { ReplicaOptions } from '#bayou/impl/replica.js';
import { runScript } from '#bayou/master/run.js';
import type { ServerConfig } from '#bayou/net/process-config.js';
import type { RunningServer } from '#bayou/net/server.js';
import { startNemesis, type Nemesis } from '../layer4-hostile/nemesis.js';
import type { CallFault, FaultEffects } from '../layer4-hostile/fault-effects.js';
import type { RunningTrace } from '../layer3-traces/running-trace.js';
import { wrongInTheCalm } from './calm.js';
import { closeGently, crowded, leftBehind } from './endings.js';
import { guestProgram } from './guest.js';
import type { Insight } from './inside.js';
import type { Life } from './life.js';
import { NO_NETWORK_FAULTS } from './network-faults.js';
import type { LogsOfTheDead } from './logs-of-the-dead.js';
import { programsOf, type Recorder } from './programs.js';
import type { ReachedSteps } from './reached-steps.js';
import { DATA, machineOf, machinesOf, replicaOf, simulatedCluster, type SimulatedCluster } from './simulated-cluster.js';
import { simulatedEffects, startSecondWith } from './simulated-fault-effects.js';
import { notSpread } from './spreading.js';
import type { Environment, Simulation } from './simulation.js';
import type { SimulationPlan } from './simulation-plan.js';
import { GUEST, inflictOnWorld, mendWorld, type SendGuest, type WorldCounts } from './world-faults.js';

/** The limits of a day. A day beyond them would not end. */
const MAX_EVENTS = 3_000_000;
const DAY_US = 7_200_000_000;

/** The line of a server about a guest that called itself a master, and told the server to dial an address that cannot exist. */
const A_BAD_CALLER = /: master 0 was cut off: it sent a message whose field 'ask\b/;

/** The state that the days of a run share. */
export interface SharedRunState {
  readonly simulation: Simulation;
  readonly plan: SimulationPlan;
  readonly insight: Insight;
  readonly followed: RunningTrace;
  readonly logs: LogsOfTheDead;
  /** The nemeses, one a day. */
  readonly nemeses: Nemesis[];
  readonly counts: WorldCounts;
  readonly replica: ReplicaOptions | undefined;
  readonly signal: AbortSignal | undefined;
  readonly steps: ReachedSteps | undefined;
}

/** Was a violation seen? Then the run ends. */
export const isWrong = ({ insight, followed }: SharedRunState): boolean =>
  insight.violations.length > 0 || followed.rejection !== undefined;

/** A finished day. */
export interface PastDay {
  readonly events: ReadonlyArray<TraceEvent>;
  readonly failures: ReadonlyArray<string>;
  readonly nemesis: Nemesis | undefined;
}

class Day {
  readonly #shared: SharedRunState;
  readonly #events: TraceEvent[] = [];
  readonly #failures: string[] = [];
  readonly #configs = new Map<NodeId, ServerConfig>();
  readonly #living = new Map<string, RunningServer>();
  /** Faults of the disk that wait for a server's next start. */
  readonly #startFaults = new Map<NodeId, CallFault[]>();
  #nemesis: Nemesis | undefined;
  /** Has the script ended, so that processes may end? */
  #isOver = false;
  #hasBadCaller = false;

  constructor(shared: SharedRunState) {
    this.#shared = shared;
  }

  /** Plays the whole day. Rejects where the signal comes first. */
  async live(number: number): Promise<PastDay> {
    const { simulation, signal } = this.#shared;
    let isDone = false;
    // The master stands for a person who drives the cluster, so its connections have no faults.
    simulation.machine('master').isSheltered = true;
    const master = simulation.start(simulation.machine('master'), `master-${number}`, (environment) => {
      void this.#play(environment, master.life)
        .catch((error: unknown) => this.#failures.push(`the master: ${stackOf(error)}`))
        .finally(() => (isDone = true));
    });
    const { scheduler } = simulation;
    const limits = { events: scheduler.events + MAX_EVENTS, untilUs: scheduler.nowUs + DAY_US };
    const end = await simulation.run(() => isDone || isWrong(this.#shared) || signal?.aborted === true, limits);
    signal?.throwIfAborted();
    if (end !== 'done') this.#failures.push(`the script does not come to its end (${end})`);
    for (const machine of simulation.machines.values())
      for (const { life } of [...machine.running]) life.die('the end of the day');
    if (end === 'done' && !isWrong(this.#shared)) this.#failures.push(...wrongInTheCalm(this.#events));
    return { events: this.#events, failures: this.#failures, nemesis: this.#nemesis };
  }

  /** The master's program: it plays the script, and then closes the processes that are left. */
  async #play(environment: Environment, life: Life): Promise<void> {
    const { simulation, plan } = this.#shared;
    const simulated = this.#cluster(environment, life);
    const { starter, cluster, tracer } = simulated;
    const setCalm = (calm: boolean): void => {
      simulation.network.networkFaults = calm ? NO_NETWORK_FAULTS : plan.networkFaults;
      if (calm) mendWorld(simulation);
    };
    const nemesis = startNemesis(plan, cluster, DATA, setCalm, this.#effects(simulated));
    this.#nemesis = nemesis;
    this.#shared.nemeses.push(nemesis);
    const think = (): Promise<void> =>
      new Promise((resolve) => simulation.scheduler.after(plan.thinkMs * 1000, life, 'think', resolve));
    await runScript({
      reader: { ...nemesis.reader, next: () => think().then(nemesis.reader.next) },
      cluster: nemesis.cluster,
      starter,
      print: (text) => environment.say(`> ${text.trimEnd()}`),
      complain: (text) => environment.say(`! ${text}`),
      trace: tracer,
      clock: environment.world.clock,
    });
    const after = (ms: number): Promise<void> =>
      new Promise((resolve) => simulation.scheduler.after(ms * 1000, life, 'wait', resolve));
    this.#failures.push(
      ...(await notSpread({ events: this.#events, living: this.#living, antiEntropyMs: plan.antiEntropyMs, after })),
    );
    this.#isOver = true;
    await this.#close(simulated, life);
  }

  /** Closes the live servers, kills the other processes, and checks that nothing is left behind. */
  async #close({ starter, cluster, running }: SimulatedCluster, life: Life): Promise<void> {
    const closing = [...this.#living].flatMap(([name, server]) => {
      const process = running.get(name);
      return process === undefined ? [] : [{ server, running: process }];
    });
    const { simulation } = this.#shared;
    this.#failures.push(...crowded(this.#living, machinesOf(cluster).length + 1));
    if (!isWrong(this.#shared)) this.#failures.push(...(await closeGently(simulation, life, closing)));
    await starter.killAll();
    this.#failures.push(...leftBehind(simulation));
  }

  // --- the cluster, and its processes' events ---------------------------------------------------------------------------------

  #cluster(environment: Environment, life: Life): SimulatedCluster {
    const { simulation, plan, insight, logs, replica } = this.#shared;
    return simulatedCluster({
      ...{
        simulation,
        environment,
        life,
        recorder: this.#recorder(),
        settings: plan,
        replica: replicaOf(plan.partWrites, replica),
      },
      onStart: (kind, config, { life: started, machine }) => {
        started.onDeath(() => insight.onDeath(config.name));
        if (kind !== 'server') return;
        started.onDeath(() => {
          this.#living.delete(config.name);
          logs.onDeath(simulation, machine, config.id, config.name);
        });
        this.#configs.set(config.id, config as ServerConfig);
        // The person who starts the server again has made room on its disk, or has replaced a disk that failed.
        machine.disk.isFull = false;
        machine.disk.disarm();
        for (const fault of this.#startFaults.get(config.id)?.splice(0, 1) ?? []) machine.disk.arm(fault);
      },
      onDeath: ({ role, id }, how) => {
        if (!this.#isOver && this.#nemesis?.isExpected(id) !== true) this.#failures.push(`${role} ${id} ended by itself: ${how}`);
      },
    });
  }

  #recorder(): Recorder {
    const { simulation, insight, followed, logs, steps } = this.#shared;
    return {
      onEvent: (event) => {
        this.#events.push(event);
        // The server has started, so the faults of its start have come about or never will.
        if (event.type === 'start' && this.#startFaults.delete(serverOf(event.replica)))
          machineOf(simulation, 'server', serverOf(event.replica)).disk.disarm();
        insight.onEvent(event);
        steps?.onEvent(event);
        followed.take(event);
        logs.onEvent(event);
      },
      onServer: (name, server) => {
        insight.onServer(name, server);
        steps?.onServer(name, server);
        this.#living.set(name, server);
      },
      onFault: (line) => {
        if (!(this.#hasBadCaller && A_BAD_CALLER.test(line))) this.#failures.push(line);
      },
    };
  }

  // --- faults -----------------------------------------------------------------------------------------------------------------

  #effects({ cluster, running }: SimulatedCluster): FaultEffects {
    const { simulation, plan, counts } = this.#shared;
    const servers = programsOf((name) => running.get(name)!.life, undefined).server;
    return simulatedEffects({
      simulation,
      fsync: plan.fsync,
      armStart: (id, faults) => this.#startFaults.set(id, [...faults]),
      runningOf: (name) => running.get(name),
      machineOfFolder: (folder) => machineOf(simulation, 'server', Number(folder.slice(folder.lastIndexOf('-') + 1))),
      startSecond: (machine, config) => {
        const second = startSecondWith(simulation, servers)(machine, config);
        running.set(config.name, second.running);
        return second;
      },
      configOf: (id) => this.#configs.get(id),
      atLine: (line) => {
        for (const fault of plan.world)
          if (fault.line === line) inflictOnWorld(simulation, fault, machinesOf(cluster), counts, this.#sendGuest);
      },
    });
  }

  /** Starts a guest, who has the cluster's secret and dials the server of a machine. */
  readonly #sendGuest: SendGuest = (machine, deed) => {
    const { simulation } = this.#shared;
    const config = [...this.#configs.values()].find(({ id }) => `s${id}` === machine);
    const [at] = simulation.network.portsOf(machine);
    if (config === undefined || at === undefined) return;
    this.#hasBadCaller ||= deed === 'address';
    simulation.machine(GUEST).isSheltered = true;
    simulation.start(simulation.machine(GUEST), GUEST, guestProgram(deed, config.id, at, config.secret));
  };
}

/** Runs the script of one day to its end. Rejects where the signal comes first. */
export const runDay = (shared: SharedRunState, number: number): Promise<PastDay> => new Day(shared).live(number);
