/** Starts a server as it ships: `bayou server`, as people start it, with its folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NodeId, ReplicaId } from '#bayou/core/ids.js';

const CLI = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

/** How long a server may take to listen or to end, in ms. The limit is high, since the machine may be busy. */
const DEADLINE_MS = 60_000;
const MAX_SAID = 2_000;

/** The outcome of a server's start. */
export type ServerStart =
  | { readonly type: 'listens'; readonly port: number; readonly replica: ReplicaId }
  | { readonly type: 'ended'; readonly said: string };

/** A process of `bayou server`. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves when the server listens, or has ended without listening. */
  readonly started: Promise<ServerStart>;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
  readonly isGone: () => boolean;
  /** The end of what the server wrote to standard error. */
  readonly said: () => string;
  /** Sends a signal, unless the process is gone. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Sends SIGKILL, and waits until the process is gone. */
  readonly kill: () => Promise<void>;
}

/** The options of a server's start. */
export interface ServerArguments {
  readonly id: NodeId;
  readonly folder: string;
  readonly secretFile: string;
  /** The other servers, each at the port of the link to it. */
  readonly peers: ReadonlyArray<readonly [id: NodeId, port: number]>;
  readonly antiEntropyMs: number;
}

const LISTENS = /replica (\d+\.\d+)\) listens on 127\.0\.0\.1:(\d+)/;

/** Waits for a promise, no longer than `ms`; then it rejects with the text `otherwise`. */
export const withDeadline = async <T>(promise: Promise<T>, ms: number, otherwise: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${otherwise} within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};

const startedOf = (child: ChildProcess, gone: Promise<void>, said: () => string): Promise<ServerStart> => {
  let out = '';
  const listens = new Promise<ServerStart>((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      out = (out + text).slice(-MAX_SAID);
      const match = LISTENS.exec(out);
      if (match !== null) resolve({ type: 'listens', port: Number(match[2]), replica: match[1] as ReplicaId });
    });
  });
  return Promise.race([listens, gone.then((): ServerStart => ({ type: 'ended', said: said() }))]);
};

/** Starts a server. A server that refuses to start is an outcome ({@link ServerStart}), and no error. */
export const startServer = ({ id, folder, secretFile, peers, antiEntropyMs }: ServerArguments): ServerProcess => {
  const args = ['server', '--id', `${id}`, '--data-dir', folder, '--secret-file', secretFile, '--log-level', 'warn'];
  const links = peers.flatMap(([peer, port]) => ['--peer', `${peer}@127.0.0.1:${port}`]);
  const child = spawn(process.execPath, [CLI, ...args, '--anti-entropy-ms', `${antiEntropyMs}`, ...links], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('no process could be started');
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (more: string) => (text = (text + more).slice(-MAX_SAID)));
  const said = (): string => text.trim();
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const signal = (name: NodeJS.Signals): void => void child.kill(name);
  return {
    pid,
    started: withDeadline(startedOf(child, gone, said), DEADLINE_MS, `server ${id} neither listened nor ended`),
    gone,
    isGone,
    said,
    signal,
    kill: async () => {
      signal('SIGKILL');
      await withDeadline(gone, DEADLINE_MS, `server ${id} was not gone after SIGKILL`);
    },
  };
};

/** Where `bayou master` keeps the folder of this server. */
export const folderOf = (data: string, id: NodeId): string => join(data, `server-${id}`);

/** The program that people start. */
export const CLI_FILE = CLI;
