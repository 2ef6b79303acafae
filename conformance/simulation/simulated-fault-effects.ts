/** The effects of a plan's faults in a simulated world (see `layer4-hostile/fault-effects.ts`). */
import type { NodeId } from '#bayou/core/ids.js';
import type { ServerConfig } from '#bayou/net/process-config.js';
import type { Copy } from '../disk/tree.js';
import type { CallFault, FaultEffects } from '../layer4-hostile/fault-effects.js';
import type { SimulatedDisk } from './simulated-disk.js';
import type { Program } from './simulated-processes.js';
import type { Machine, RunningProcess, Simulation } from './simulation.js';

/** The parts of the simulated world that faults need. */
export interface FaultableWorld {
  readonly simulation: Simulation;
  /** The running process of this name. */
  readonly runningOf: (name: string) => RunningProcess | undefined;
  /** The machine that a server's folder is on. */
  readonly machineOfFolder: (folder: string) => Machine;
  readonly startSecond: (
    machine: Machine,
    config: ServerConfig,
  ) => { readonly running: RunningProcess; readonly started: Promise<unknown> };
  /** The configuration with which the server of this id was started last. */
  readonly configOf: (id: NodeId) => ServerConfig | undefined;
  /** Arms faults of calls to the disk for the server's next starts, one fault a start. */
  readonly armStart: (id: NodeId, faults: ReadonlyArray<CallFault>) => void;
  readonly fsync: boolean;
  readonly atLine: (line: number) => void;
}

const LOGS = /\.(log|wal)$/;

/** The youngest file of the log in a folder that is not empty. */
const youngest = (disk: SimulatedDisk, folder: string): { readonly path: string; readonly bytes: Buffer } | undefined => {
  const copy = disk.copy(folder);
  if (copy === undefined) return undefined;
  const [file] = copy.files
    .filter(({ name, bytes }) => LOGS.test(name) && bytes.length > 0)
    .sort((a, b) => b.mtime - a.mtime || (a.name < b.name ? 1 : -1));
  return file === undefined ? undefined : { path: `${folder}/${file.name}`, bytes: file.bytes };
};

/** The effects of faults in this world. */
// eslint-disable-next-line max-lines-per-function -- one function for each kind of fault, over one world.
export const simulatedEffects = (reach: FaultableWorld): FaultEffects => {
  const { simulation, runningOf, machineOfFolder } = reach;
  const { scheduler } = simulation;
  const after = (ms: number, act: () => void): void => void scheduler.after(ms * 1000, undefined, 'hand', act);
  const put = (folder: string, copy: Copy | undefined): void => {
    if (copy !== undefined) machineOfFolder(folder).disk.put(folder, copy, 'folder');
  };
  return {
    atLine: reach.atLine,
    later: (ms, act) => new Promise((resolve, reject) => after(ms, () => void act().then(resolve, reject))),
    pause: (process, ms) =>
      new Promise((resolve) => {
        const running = runningOf(process.name);
        scheduler.note(process.name, 'paused');
        running?.pause();
        after(ms, () => {
          running?.goOn();
          resolve();
        });
      }),
    fill: (process) => {
      const disk = runningOf(process.name)?.machine.disk;
      if (disk !== undefined) disk.isFull = true;
    },
    tear: (folder, bytes) => {
      const { disk } = machineOfFolder(folder);
      const file = youngest(disk, folder);
      if (file !== undefined) disk.poke(file.path, file.bytes.subarray(0, Math.max(0, file.bytes.length - bytes)));
    },
    scribble: (folder, bytes) => {
      const { disk } = machineOfFolder(folder);
      const file = youngest(disk, folder);
      if (file !== undefined) disk.poke(file.path, Buffer.concat([file.bytes, bytes]));
    },
    copy: (folder) => {
      const copy = machineOfFolder(folder).disk.copy(folder);
      return () => put(folder, copy);
    },
    tailNow: (folder) => {
      const { disk } = machineOfFolder(folder);
      const file = youngest(disk, folder);
      return () => {
        const now = file === undefined ? undefined : disk.peek(file.path);
        if (file !== undefined && now !== undefined && now.length > file.bytes.length)
          disk.poke(file.path, now.subarray(0, file.bytes.length));
      };
    },
    renewFolder: (folder) => put(folder, machineOfFolder(folder).disk.copy(folder)),
    remove: (folder) => machineOfFolder(folder).disk.wipe(folder),
    arm: (process, fault) => {
      const running = runningOf(process.name);
      running?.machine.disk.arm(fault);
      return running !== undefined;
    },
    armStart: (id, faults) => {
      reach.armStart(id, faults);
      return true;
    },
    power: (process) => {
      const running = runningOf(process.name);
      if (running === undefined) return false;
      simulation.powerOff(running.machine);
      simulation.powerOn(running.machine);
      return !reach.fsync;
    },
    second: (id, folder) => {
      const config = reach.configOf(id);
      if (config === undefined) return { started: Promise.resolve(), kill: () => Promise.resolve() };
      const name = `${config.name}-second`;
      const { running, started } = reach.startSecond(machineOfFolder(folder), {
        ...config,
        name,
        ports: { wanted: 0, range: null },
      });
      return {
        started,
        kill: () => {
          running.kill();
          return Promise.resolve();
        },
      };
    },
  };
};

/** Starts a second server on a folder. `started` resolves when it listens, has failed to start, or has died. */
export const startSecondWith =
  (simulation: Simulation, program: Program) =>
  (machine: Machine, config: ServerConfig): { readonly running: RunningProcess; readonly started: Promise<unknown> } => {
    let tell: (value: unknown) => void = () => undefined;
    const started = new Promise<unknown>((resolve) => (tell = resolve));
    const running = simulation.start(machine, config.name, (environment) => {
      void program(environment, config).then((ready) => {
        tell(ready);
        if (ready._tag === 'Left') environment.exit(1);
      });
    });
    running.life.onDeath(tell);
    return { running, started };
  };
