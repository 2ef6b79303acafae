/**
 * A simulated world: machines with disks and clocks, the network between them, and processes that are given the world as a port (`ports/ports.ts`).
 * All that happens in it is by its seed; real time does not enter.
 */
import type { Files } from '#bayou/impl/log/files.js';
import type { OpenDatabase } from '#bayou/impl/log/level-directory.js';
import type { World } from '#bayou/ports/ports.js';
import { databasesOf } from './database.js';
import { SimulatedDisk } from './simulated-disk.js';
import { Life, type Scheduled } from './life.js';
import { SimulatedNetwork } from './simulated-network.js';
import { randomOf, type Random } from './seeded-streams.js';
import { Scheduler, type RunEnd, type RunLimits } from './scheduler.js';
import type { Trace } from './world-trace.js';
import { NO_NETWORK_FAULTS, type NetworkFaults } from './network-faults.js';
import { MachineClock, worldOf } from './process-world.js';

/** What a process has. */
export interface Environment {
  /** Its name in the trace. */
  readonly name: string;
  readonly world: World;
  readonly files: Files;
  readonly openDatabase: OpenDatabase;
  readonly machineId: string;
  readonly bootId: string;
  /** A line for whoever reads the trace. */
  readonly say: (line: string) => void;
  /** It ends, now. */
  readonly exit: (status: number) => void;
}

/** A program: what a process does from its start on. What it rejects with ends it. */
export type Main = (environment: Environment) => void | Promise<void>;

/** A process that was started. */
export interface Running {
  readonly life: Life;
  readonly machine: Machine;
  /** SIGKILL. */
  readonly kill: () => void;
  /** SIGSTOP, and SIGCONT. */
  readonly pause: () => void;
  readonly goOn: () => void;
}

/** A world before it begins. */
export interface SimulationOptions {
  readonly seed: number;
  readonly trace: Trace;
  readonly networkFaults?: NetworkFaults;
}

/** When worlds begin, in ms since 1970: later than what no honest clock can be before. */
const BEGINNING_MS = Date.UTC(2026, 0, 1);

/** A machine. */
export class Machine {
  readonly name: string;
  readonly clock = new MachineClock(BEGINNING_MS);
  readonly disk: SimulatedDisk;
  isUp = true;
  isSheltered = false;
  /** How often it was started. */
  boots = 1;
  readonly running = new Set<Running>();

  constructor(name: string, scheduler: Scheduler, seed: number) {
    this.name = name;
    const wallNs = (): number => this.clock.shownMs(scheduler.nowUs) * 1e6;
    this.disk = new SimulatedDisk(name, scheduler, randomOf(seed, `disk/${name}`), wallNs);
  }
}

/** The world. */
export class Simulation {
  readonly seed: number;
  readonly scheduler: Scheduler;
  readonly network: SimulatedNetwork;
  readonly trace: Trace;
  readonly machines = new Map<string, Machine>();
  /** Planned faults of the world that have not come about yet. */
  readonly faultsToCome = new Set<Scheduled>();
  readonly #births = new Map<string, number>();

  constructor({ seed, trace, networkFaults = NO_NETWORK_FAULTS }: SimulationOptions) {
    this.seed = seed;
    this.trace = trace;
    this.scheduler = new Scheduler(trace);
    this.network = new SimulatedNetwork(this.scheduler, seed, networkFaults);
  }

  /** A stream of chance of this run. */
  random(name: string): Random {
    return randomOf(this.seed, name);
  }

  /** The machine of this name; there is one from when it is first named. */
  machine(name: string): Machine {
    const there = this.machines.get(name);
    if (there !== undefined) return there;
    const machine = new Machine(name, this.scheduler, this.seed);
    this.machines.set(name, machine);
    return machine;
  }

  /** Starts a process on a machine that has power; its lives are numbered: `s0#1`. */
  start(machine: Machine, name: string, main: Main): Running {
    const birth = (this.#births.get(name) ?? 0) + 1;
    this.#births.set(name, birth);
    const { scheduler } = this;
    const life = new Life(`${name}#${birth}`);
    const running: Running = {
      life,
      machine,
      kill: () => life.die('SIGKILL'),
      pause: () => life.pause(),
      goOn: () => scheduler.goOn(life),
    };
    machine.running.add(running);
    life.onDeath((how) => {
      machine.running.delete(running);
      scheduler.note(life.name, `gone: ${how}`);
    });
    if (machine.isUp) scheduler.after(0, life, 'start', () => void main(this.#environment(machine, life)));
    else life.die('its machine has no power');
    return running;
  }

  #environment(machine: Machine, life: Life): Environment {
    const { scheduler, network } = this;
    const random = (name: string): Random => this.random(`${name}/${life.name}`);
    return {
      name: life.name,
      world: worldOf(scheduler, life, machine.clock, random, network.of(life, machine)),
      files: machine.disk.filesOf(life),
      openDatabase: databasesOf(scheduler, life, machine.disk, random('database')),
      machineId: `machine-${machine.name}`,
      bootId: `boot-${machine.name}-${machine.boots}`,
      say: (line) => {
        if (!life.isDead) scheduler.note(life.name, line);
      },
      exit: (status) => life.die(`exit status ${status}`),
    };
  }

  /** A machine loses its power: its processes are gone, nobody is told, and of what was not synced a part is lost. */
  powerOff(machine: Machine): void {
    if (!machine.isUp) return;
    machine.isUp = false;
    this.scheduler.note(machine.name, 'power off');
    for (const { life } of [...machine.running]) life.die('its machine lost its power', true);
    machine.disk.loseUnsynced();
  }

  powerOn(machine: Machine): void {
    if (machine.isUp) return;
    machine.isUp = true;
    machine.boots++;
    this.scheduler.note(machine.name, 'power on');
    this.network.wake(machine);
  }

  /** Lets it go on until `isDone` says so after an event. */
  run(isDone: () => boolean, limits: RunLimits): Promise<RunEnd> {
    return this.scheduler.run(isDone, limits);
  }
}
