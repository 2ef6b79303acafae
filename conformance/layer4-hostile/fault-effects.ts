/** What each fault of a plan does: to real processes and folders here, to simulated ones in `simulation/simulated-fault-effects.ts`. */
import type { NodeId } from '#bayou/core/ids.js';
import { rmSync } from 'node:fs';
import { limitFiles, pause, scribbleTail, tailNow, tearTail } from '../faults/process-faults.js';
import { copyFolder, putBack, renew } from '../faults/server-folder.js';
import { startServer } from '../faults/shipped-server.js';

/** A process that a fault is done to, as the cluster knows it. No other of the run has its name. */
export interface TargetProcess {
  readonly pid: number;
  readonly name: string;
}

/**
 * What befalls one call to a disk: it fails, or is the last of its process, or a write takes a part and says so; `after` so many others; `part`: how much of a write comes through, from 0 up
 * to 1, without 1.
 */
export interface CallFault {
  readonly kind: 'EIO' | 'kill' | 'short';
  readonly after: number;
  readonly part: number;
  /** Are only those counted that change what is on the disk? Default: all. */
  readonly ofChanges?: boolean;
}

/** One function for each kind of fault. A folder is that of a server's log; where nothing else is said the server is dead. */
export interface FaultEffects {
  /** Does it so many ms later, and resolves when it is done. */
  readonly later: (ms: number, act: () => Promise<void>) => Promise<void>;
  /** Stops a process for so long; resolves when it goes on. */
  readonly pause: (process: TargetProcess, ms: number) => Promise<void>;
  /** No file of this process can grow any more. */
  readonly fill: (process: TargetProcess) => void;
  /** Takes bytes off the end of the youngest file of the log. */
  readonly tear: (folder: string, bytes: number) => void;
  /** Writes bytes behind that end. */
  readonly scribble: (folder: string, bytes: Uint8Array) => void;
  /** Copies the folder; gives what puts the copy in its place. `name`: the copy's own among those of this folder. */
  readonly copy: (folder: string, name: string) => () => void;
  /** Of a running server too: gives what takes off whatever is appended to the youngest file from now on. */
  readonly tailNow: (folder: string) => () => void;
  /** Puts a copy that is up to date in place of the folder. */
  readonly renew: (folder: string) => void;
  readonly remove: (folder: string) => void;
  /** Told of each line of the plan before it runs. */
  readonly atLine?: (line: number) => void;
  /** Lets a call of a running server to its disk go wrong; false where that cannot be done. */
  readonly arm: (process: TargetProcess, fault: CallFault) => boolean;
  /** Lets a call to its disk go wrong each time that a server starts, a fault a start; false where that cannot be done. */
  readonly armStart: (id: NodeId, faults: ReadonlyArray<CallFault>) => boolean;
  /** Takes the power from its machine, and gives it back. True: what was acknowledged may be missing from its log now. */
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
  renew,
  remove: (folder) => rmSync(folder, { recursive: true, force: true }),
  arm: () => false,
  armStart: () => false,
  power: () => false,
  second: (id, folder) => startServer({ id, folder, secretFile: `${folder}.secret`, peers: [], antiEntropyMs: 0 }),
};
