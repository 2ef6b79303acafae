/** The effects of a plan's faults on real processes and folders. `simulation/simulated-fault-effects.ts` has their effects on simulated ones. */
import type { NodeId } from '#bayou/core/ids.js';
import { rmSync } from 'node:fs';
import { limitFiles, pause, scribbleTail, tailNow, tearTail } from '../faults/process-faults.js';
import { copyFolder, putBack, renewFolder } from '../faults/server-folder.js';
import { startServer } from '../faults/shipped-server.js';

/** A process to which a fault is done. No other process of the run has its name. */
export interface TargetProcess {
  readonly pid: number;
  readonly name: string;
}

/**
 * A fault of one call to a disk. The call fails (`EIO`), kills its process (`kill`), or is a write that takes only a part and says so (`short`). `after`: how many calls come before
 * it. `part`: how much of a write reaches the disk, from 0 up to 1, without 1.
 */
export interface CallFault {
  readonly kind: 'EIO' | 'kill' | 'short';
  readonly after: number;
  readonly part: number;
  /** Does `after` count only the calls that change the disk? Default: it counts all calls. */
  readonly ofChanges?: boolean;
}

/** One function for each kind of fault. `folder` is the folder of a server's log; the server is dead, unless a function says otherwise. */
export interface FaultEffects {
  /** Calls `act` after `ms`, and resolves when `act` has resolved. */
  readonly later: (ms: number, act: () => Promise<void>) => Promise<void>;
  /** Stops a process for `ms`; resolves when it goes on. */
  readonly pause: (process: TargetProcess, ms: number) => Promise<void>;
  /** Lets no file of this process grow any more. */
  readonly fill: (process: TargetProcess) => void;
  /** Takes bytes off the end of the youngest file of the log. */
  readonly tear: (folder: string, bytes: number) => void;
  /** Appends bytes to the youngest file of the log. */
  readonly scribble: (folder: string, bytes: Uint8Array) => void;
  /** Copies the folder; returns a function that puts the copy in the folder's place. `name` tells the copy from other copies of this folder. */
  readonly copy: (folder: string, name: string) => () => void;
  /** Returns a function that takes off what was appended to the log's youngest file since this call. The server may be running during this call. */
  readonly tailNow: (folder: string) => () => void;
  /** Puts a copy that is up to date in place of the folder. */
  readonly renewFolder: (folder: string) => void;
  readonly remove: (folder: string) => void;
  /** Is called before each line of the plan runs. */
  readonly atLine?: (line: number) => void;
  /** Lets a call of a running server to its disk go wrong; false where these effects cannot do that. */
  readonly arm: (process: TargetProcess, fault: CallFault) => boolean;
  /** Lets a call to its disk go wrong in each of a server's next starts, one fault a start; false where these effects cannot do that. */
  readonly armStart: (id: NodeId, faults: ReadonlyArray<CallFault>) => boolean;
  /** Takes the power from the process's machine, and gives it back. True: acknowledged writes may be missing from its log now. */
  readonly power: (process: TargetProcess) => boolean;
  /** Starts a second server on the folder of a running one. */
  readonly second: (id: NodeId, folder: string) => { readonly started: Promise<unknown>; readonly kill: () => Promise<void> };
}

/** Real processes and folders. */
export const REAL_EFFECTS: FaultEffects = {
  later: (ms, act) => new Promise((resolve, reject) => setTimeout(() => void act().then(resolve, reject), ms)),
  pause: (process, ms) => pause(process.pid, ms),
  fill: (process) => void limitFiles(process.pid, 0),
  tear: (folder, bytes) => void tearTail(folder, bytes),
  scribble: scribbleTail,
  copy: (folder, name) => {
    const to = `${folder}.copy-${name}`;
    copyFolder(folder, to);
    return () => putBack(to, folder);
  },
  tailNow,
  renewFolder,
  remove: (folder) => rmSync(folder, { recursive: true, force: true }),
  arm: () => false,
  armStart: () => false,
  power: () => false,
  second: (id, folder) => startServer({ id, folder, secretFile: `${folder}.secret`, peers: [], antiEntropyMs: 0 }),
};
