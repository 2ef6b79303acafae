/** A server of the soak, over all its processes and folders. The judge looks at the store of each process that comes back. */
import { join } from 'node:path';
import type { NodeId, ReplicaId } from '#bayou/core/ids.js';
import { sleep } from '../common/sleep.js';
import { copyFolder, removeFolder } from '../faults/server-folder.js';
import type { SoakJudge, StoreContents } from './soak-judge.js';
import type { ProxyNetwork } from './soak-links.js';
import { folderOf, type ServerProcess, startServer } from '../faults/shipped-server.js';
import { type StoreReader, readerOf } from './held-store.js';

/** The state that all servers of a soak share. */
export interface SoakSetup {
  readonly data: string;
  readonly secret: string;
  readonly secretFile: string;
  readonly servers: ReadonlyArray<NodeId>;
  readonly network: ProxyNetwork;
  readonly judge: SoakJudge;
  /** Keys that only some sessions know. */
  readonly moreKeys: () => ReadonlyArray<string>;
  /** Writes a note for the reader of a fault. */
  readonly note: (line: string) => void;
  /** By replica that ever ran, the latest process that ran as it. */
  readonly replicas: Map<ReplicaId, ServerProcess>;
  readonly kills: Map<string, number>;
  /** How long the latest server took to listen, in ms. Faults in the middle of a start are done within this time. */
  startMs: number;
}

const MAX_COPIES = 3;
/** How often a server is started again whose folder another process still has, and the pause before each try, in ms. */
const MAX_TRIES = 200;
const TRY_MS = 50;
const IN_USE = /in use|another process|lock/i;

/** The state of a folder with which a server is started. */
export type FolderExpectation =
  /** The folder has everything that the server acknowledged. */
  | 'whole'
  /** The folder has a part of what the server acknowledged, and the server must start. */
  | 'older'
  /** The folder may have anything. The server may refuse to start on it; then a new folder replaces this one. */
  | 'spoilt';

/** One server. */
export class SoakServer {
  readonly id: NodeId;
  readonly folder: string;
  readonly copies: string[] = [];
  readonly #setup: SoakSetup;
  #process: ServerProcess | undefined;
  #reader: StoreReader | undefined;
  #taken = 0;

  constructor(setup: SoakSetup, id: NodeId) {
    this.id = id;
    this.folder = folderOf(setup.data, id);
    this.#setup = setup;
  }

  get process(): ServerProcess | undefined {
    return this.#process?.isGone() === false ? this.#process : undefined;
  }

  /** Starts a process on a folder. The process may end before it listens. */
  spawn(folder = this.folder): ServerProcess {
    const { secretFile, servers, network } = this.#setup;
    const peers = servers.filter((s) => s !== this.id).map((s) => [s, network.portBetween(this.id, s)] as const);
    return startServer({ id: this.id, folder, secretFile, peers, antiEntropyMs: 30 });
  }

  /** Kills a process (SIGKILL), and counts the kill under `kind`. */
  async kill(process: ServerProcess | undefined, kind: string): Promise<void> {
    if (process === undefined || process.isGone()) return;
    const { kills, note } = this.#setup;
    kills.set(kind, (kills.get(kind) ?? 0) + 1);
    note(`server ${this.id} (pid ${process.pid}) is killed: ${kind}`);
    if (process === this.#process) this.#leave();
    await process.kill();
  }

  /** Starts the server, and judges its store. A fault: the server refuses a folder that it must take. */
  async start(expected: FolderExpectation = 'whole'): Promise<void> {
    const { judge, note } = this.#setup;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const began = performance.now();
      const process = this.spawn();
      const started = await process.started;
      if (started.type === 'listens') {
        this.#setup.startMs = performance.now() - began;
        return this.adopt(process, started.port, started.replica);
      }
      if (!IN_USE.test(started.said)) {
        note(`server ${this.id} refuses its folder: ${started.said}`);
        if (expected !== 'spoilt') judge.accuse('lost', `server ${this.id} refuses its folder: ${started.said}`);
        judge.replaced(this.id);
        removeFolder(this.folder);
      }
      await sleep(TRY_MS);
    }
    throw new Error(`server ${this.id} did not start: its folder was in use all the time`);
  }

  /** Makes a process that listens the server's process. */
  async adopt(process: ServerProcess, port: number, replica: ReplicaId): Promise<void> {
    const { network, note, replicas, secret, judge } = this.#setup;
    const other = replicas.get(replica);
    note(`server ${this.id} (pid ${process.pid}) listens as ${replica}`);
    if (other !== undefined && !other.isGone()) judge.accuse('stamps', `R7: two processes run as replica ${replica}`);
    replicas.set(replica, process);
    this.#process = process;
    void process.gone.then(() => {
      if (this.#process === process) judge.accuse('stores', `server ${this.id} ended by itself: ${process.said()}`);
    });
    this.#reader = await readerOf(this.id, port, secret);
    // No other process has reached this server yet, and the server has reached none. So its store is the one with which it came back.
    const store = await this.read();
    if (store !== undefined) judge.cameBack(this.id, store);
    network.alone(this.id, false);
    network.moved(this.id, port);
  }

  /** The server's store; undefined where the server does not run. */
  read(): Promise<StoreContents | undefined> {
    return this.#reader?.read(this.#setup.moreKeys()) ?? Promise.resolve(undefined);
  }

  /** Hands the server's process over to the caller; undefined: it has none. */
  abandon(): ServerProcess | undefined {
    const process = this.#process;
    this.#leave();
    return process;
  }

  /** Sends SIGTERM, and hands the process over to the caller, who waits for its end. */
  terminate(): ServerProcess | undefined {
    const process = this.abandon();
    process?.signal('SIGTERM');
    return process;
  }

  /** Copies the folder, and removes the oldest copy. A copy of a folder in use is called hot: its files may be of several moments. */
  takeCopy(): void {
    const copy = join(
      this.#setup.data,
      `copy-${this.id}-${this.#taken++ % MAX_COPIES}${this.process === undefined ? '' : '-hot'}`,
    );
    copyFolder(this.folder, copy);
    if (!this.copies.includes(copy)) this.copies.push(copy);
  }

  #leave(): void {
    this.#setup.network.alone(this.id, true);
    this.#setup.network.moved(this.id, undefined);
    this.#reader?.close();
    this.#reader = undefined;
    this.#process = undefined;
  }
}
