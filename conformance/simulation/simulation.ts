/**
 * A simulated world: machines with disks and clocks, the network between them, and processes that get the world as a port (`ports/ports.ts`). Its seed
 * decides all its events; real time has no part in it.
 */
import type { Files } from '#bayou/impl/log/files.js';
import type { OpenDatabase } from '#bayou/impl/log/level-directory.js';
import type { World } from '#bayou/ports/ports.js';
import { databasesOf } from './database.js';
import { SimulatedDisk } from './simulated-disk.js';
import { Life, type ScheduledEvent } from './life.js';
import { SimulatedNetwork } from './simulated-network.js';
import { randomOf, type RandomStream } from './seeded-streams.js';
import { Scheduler, type RunEnd, type RunLimits } from './scheduler.js';
import type { WorldTrace } from './world-trace.js';
import { NO_NETWORK_FAULTS, type NetworkFaults } from './network-faults.js';
import { MachineClock, worldOf } from './process-world.js';

/** The environment of a process. */
export interface Environment {
  /** Its name in the trace. */
  readonly name: string;
  readonly world: World;
  readonly files: Files;
  readonly openDatabase: OpenDatabase;
  readonly machineId: string;
  readonly bootId: string;
  /** Writes a line to the trace. */
  readonly say: (line: string) => void;
  /** Ends the process at once. */
  readonly exit: (status: number) => void;
}

/** The program of a process. Where it rejects, the process ends. */
export type ProcessMain = (environment: Environment) => void | Promise<void>;

/** A started process. */
export interface RunningProcess {
  readonly life: Life;
  readonly machine: Machine;
  /** SIGKILL. */
  readonly kill: () => void;
  /** SIGSTOP, and SIGCONT. */
  readonly pause: () => void;
  readonly goOn: () => void;
}

/** The options of a world. */
export interface SimulationOptions {
  readonly seed: number;
  readonly trace: WorldTrace;
  readonly networkFaults?: NetworkFaults;
}

/** The time at which a world begins, in ms since 1970. It is later than the earliest time that an honest clock can show. */
const BEGINNING_MS = Date.UTC(2026, 0, 1);

/** A machine. */
export class Machine {
  readonly name: string;
  readonly clock = new MachineClock(BEGINNING_MS);
  readonly disk: SimulatedDisk;
  isUp = true;
  isSheltered = false;
  /** How many times the machine was powered on. */
  boots = 1;
  readonly running = new Set<RunningProcess>();

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
  readonly trace: WorldTrace;
  readonly machines = new Map<string, Machine>();
  /** The planned faults of the world that have not come about yet. */
  readonly faultsToCome = new Set<ScheduledEvent>();
  readonly #births = new Map<string, number>();

  constructor({ seed, trace, networkFaults = NO_NETWORK_FAULTS }: SimulationOptions) {
    this.seed = seed;
    this.trace = trace;
    this.scheduler = new Scheduler(trace);
    this.network = new SimulatedNetwork(this.scheduler, seed, networkFaults);
  }

  /** The run's stream of random numbers with this name. */
  random(name: string): RandomStream {
    return randomOf(this.seed, name);
  }

  /** The machine with this name; the first call makes it. */
  machine(name: string): Machine {
    const there = this.machines.get(name);
    if (there !== undefined) return there;
    const machine = new Machine(name, this.scheduler, this.seed);
    this.machines.set(name, machine);
    return machine;
  }

  /** Starts a process on a machine that has power. Lives of one name are numbered: `s0#1`. */
  start(machine: Machine, name: string, main: ProcessMain): RunningProcess {
    const birth = (this.#births.get(name) ?? 0) + 1;
    this.#births.set(name, birth);
    const { scheduler } = this;
    const life = new Life(`${name}#${birth}`);
    const running: RunningProcess = {
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
    const random = (name: string): RandomStream => this.random(`${name}/${life.name}`);
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

  /** Takes a machine's power: its processes die, their connections' other ends are told nothing, and a part of the unsynced changes is lost. */
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

  /** Runs the world until `isDone` holds after an event. */
  run(isDone: () => boolean, limits: RunLimits): Promise<RunEnd> {
    return this.scheduler.run(isDone, limits);
  }
}
