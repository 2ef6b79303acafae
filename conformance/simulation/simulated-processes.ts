/** Processes as a master starts them (`master/processes.ts`), in a simulated world. */
import * as E from 'fp-ts/lib/Either.js';
import type { ProgramKind, Process, Starter } from '#bayou/master/processes.js';
import type { ClientConfig, ListeningPort, ServerConfig } from '#bayou/net/process-config.js';
import type { Life } from './life.js';
import type { RandomStream } from './seeded-streams.js';
import type { Environment, Machine, RunningProcess, Simulation } from './simulation.js';

/** The program of a server or client. It resolves with the address at which it listens. Left: one line that says why it does not. */
export type Program = (environment: Environment, config: ServerConfig | ClientConfig) => Promise<E.Either<string, ListeningPort>>;

/** The options of a starter. */
export interface StarterOptions {
  readonly simulation: Simulation;
  /** The life of the master, which is told of its processes. */
  readonly master: Life;
  readonly programs: Readonly<Record<ProgramKind, Program>>;
  /** The machine of a process. */
  readonly machineOf: (kind: ProgramKind, config: ServerConfig | ClientConfig) => Machine;
  /** Is called for each process that was started. */
  readonly onStart?: (kind: ProgramKind, config: ServerConfig | ClientConfig, running: RunningProcess) => void;
}

/** The time, in µs, that a process takes to start, and that a message to its master takes. */
const START_US = { least: 500, most: 60_000 };
const HEAR_US = { least: 20, most: 2_000 };

/** A copy of a value, as a pipe between two processes makes one. */
const copied = <A>(value: A): A => JSON.parse(JSON.stringify(value)) as A;

/** A started process, from its master's side. */
class Child implements Process {
  readonly pid: number;
  readonly gone: Promise<string>;
  readonly #kind: ProgramKind;
  readonly #starting: StarterOptions;
  readonly #random: RandomStream;
  #running: RunningProcess | undefined;
  #isKilled = false;
  #tellGone: (how: string) => void = () => undefined;

  constructor(pid: number, kind: ProgramKind, starting: StarterOptions, random: RandomStream) {
    this.pid = pid;
    this.#kind = kind;
    this.#starting = starting;
    this.#random = random;
    this.gone = new Promise((resolve) => (this.#tellGone = resolve));
  }

  configure(given: ServerConfig | ClientConfig, deadlineMs: number): Promise<E.Either<string, ListeningPort>> {
    const { simulation, machineOf, onStart, programs, master } = this.#starting;
    const config = copied(given);
    return new Promise((resolve) => {
      if (this.#isKilled) {
        this.#hear('not started', () => resolve(E.left('SIGKILL')));
        return;
      }
      const running = simulation.start(machineOf(this.#kind, config), config.name, (environment) => {
        const us = this.#random.int(START_US.least, START_US.most);
        simulation.scheduler.after(us, running.life, 'configured', () => {
          void programs[this.#kind](environment, config).then((ready) => {
            this.#hear('ready', () => resolve(copied(ready)));
            if (E.isLeft(ready)) environment.exit(1);
          });
        });
      });
      this.#running = running;
      const late = `it was not ready within ${deadlineMs} ms`;
      simulation.scheduler.after(deadlineMs * 1000, master, 'not ready', () => resolve(E.left(late)));
      const hearGone = (how: string): void =>
        this.#hear(`gone ${running.life.name}`, () => {
          this.#tellGone(how);
          resolve(E.left(how));
        });
      if (running.life.isDead) hearGone('its machine has no power');
      running.life.onDeath(hearGone);
      onStart?.(this.#kind, config, running);
    });
  }

  kill(): Promise<void> {
    if (this.#running === undefined && !this.#isKilled) this.#hear('gone', () => this.#tellGone('SIGKILL'));
    this.#isKilled = true;
    this.#running?.kill();
    return this.gone.then(() => undefined);
  }

  #hear(what: string, act: () => void): void {
    const { simulation, master } = this.#starting;
    simulation.scheduler.after(this.#random.int(HEAR_US.least, HEAR_US.most), master, what, act);
  }
}

/** A starter for a simulated master. */
export const simulatedStarter = (starting: StarterOptions): Starter => {
  const random = starting.simulation.random(`starter/${starting.master.name}`);
  const all = new Set<Process>();
  let pids = 1000;
  const take = (kind: ProgramKind): Process => {
    const child = new Child(++pids, kind, starting, random);
    all.add(child);
    void child.gone.then(() => all.delete(child));
    return child;
  };
  return {
    // No process has to be started ahead, since a simulated start takes no real time.
    ahead: () => undefined,
    take,
    killAll: async () => {
      await Promise.all([...all].map((child) => child.kill()));
    },
  };
};
