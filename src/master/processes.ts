/**
 * Starts processes. A Node process needs some 50 ms of processor time to start. So the processes that the script is going to need are started ahead, side
 * by side, without an identity. A join gives one of them its identity.
 */
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import {
  type ClientConfig,
  type ListeningPort,
  type ReadyAnswer,
  ReadyAnswerC,
  type ServerConfig,
} from '../net/process-config.js';
import { decodeOr } from '../net/protocol.js';
import { reasonOf } from '../command-line/say.js';
import { recordProcess, type MasterRun, runArgument } from './crash-cleanup.js';

/** The two programs that a master starts. */
export type ProgramKind = 'server' | 'client';

/** Processes started ahead of need, of both kinds together. */
const MAX_SPARES = 64;

const READY_BYTES = 65_536;

/** A process of the cluster. */
export interface Process {
  readonly pid: number;
  /** Gives the process its identity; resolves with the address at which it listens. Called once. Left: one line. */
  readonly configure: (config: ServerConfig | ClientConfig, deadlineMs: number) => Promise<E.Either<string, ListeningPort>>;
  /** Sends SIGKILL; resolves when the process is gone. */
  readonly kill: () => Promise<void>;
  /** Resolves when the process is gone, with how it ended. */
  readonly gone: Promise<string>;
}

/** Takes the text that a process writes to standard error. */
type Hear = (text: string) => void;

/** Starts processes, and keeps some ready. */
export interface Starter {
  /** Starts processes until `count` of the kind are starting or ready, beyond those handed out. */
  readonly ahead: (kind: ProgramKind, count: number) => void;
  /** A process without identity: a ready one, or a new one. */
  readonly take: (kind: ProgramKind) => Process;
  /** Kills everything that was started; resolves when all are gone. */
  readonly killAll: () => Promise<void>;
}

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0 || text.length > READY_BYTES) resolve(text.slice(0, end));
    });
  });

const parseReady = (line: string): E.Either<string, ReadyAnswer> => {
  try {
    return decodeOr(ReadyAnswerC, JSON.parse(line));
  } catch {
    return E.left('it answered something that is not JSON');
  }
};

/** The program as one file, which starts in half the time; where it was not bundled, as modules. */
const entryOf = (kind: ProgramKind): string => {
  const bundle = fileURLToPath(new URL(`../processes/${kind}.cjs`, import.meta.url));
  return existsSync(bundle) ? bundle : fileURLToPath(new URL(`../net/${kind}-process.js`, import.meta.url));
};

/** A process that could not be started: too many files or processes. */
const stillborn = (gone: Promise<string>): Process => ({
  pid: -1,
  configure: async () => E.left(`it cannot be started: ${await gone}`),
  kill: () => Promise.resolve(),
  gone,
});

const start = (run: MasterRun, kind: ProgramKind, hear: Hear | undefined): Process => {
  const args = [entryOf(kind), runArgument(run.token)];
  const child: ChildProcessByStdio<Writable, Readable, Readable | null> =
    hear === undefined
      ? spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
      : spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const gone = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit status ${code ?? 0}`));
    child.once('error', (error) => resolve(reasonOf(error)));
  });
  if (child.pid === undefined) return stillborn(gone);
  if (!recordProcess(run, child.pid)) {
    child.kill('SIGKILL');
    return stillborn(Promise.resolve(`there is no room in ${run.dir}`));
  }
  if (hear !== undefined) child.stderr?.setEncoding('utf8').on('data', hear);
  // A process that dies while it is written to is noticed by its exit.
  child.stdin.on('error', () => undefined);
  const line = firstLine(child);

  const configure = async (config: ServerConfig | ClientConfig, deadlineMs: number): Promise<E.Either<string, ListeningPort>> => {
    child.stdin.write(`${JSON.stringify(config)}\n`);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`it was not ready within ${deadlineMs} ms`), deadlineMs);
    });
    const failed = Promise.race([gone, late]).then((why): E.Either<string, ReadyAnswer> => E.left(why));
    const ready = await Promise.race([line.then(parseReady), failed]);
    clearTimeout(timer);
    if (E.isLeft(ready)) return ready;
    return 'ready' in ready.right ? E.right(ready.right.ready) : E.left(ready.right.failed);
  };

  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
  };
  return { pid: child.pid, configure, kill, gone };
};

/** A {@link Starter} for a run. What its processes say on standard error goes to our own, or to `hear`. */
export const makeStarter = (run: MasterRun, hear?: Hear): Starter => {
  const spares: Record<ProgramKind, Process[]> = { server: [], client: [] };
  const all = new Set<Process>();

  const begin = (kind: ProgramKind): Process => {
    const p = start(run, kind, hear);
    all.add(p);
    void p.gone.then(() => all.delete(p));
    return p;
  };

  const ahead = (kind: ProgramKind, count: number): void => {
    while (spares[kind].length < count && spares.server.length + spares.client.length < MAX_SPARES) {
      const p = begin(kind);
      // A process that could not be started ahead is tried again, and its failure told, when it is needed.
      if (p.pid < 0) return;
      spares[kind].push(p);
    }
  };

  const killAll = async (): Promise<void> => {
    await Promise.all([...all].map((p) => p.kill()));
  };
  return { ahead, take: (kind) => spares[kind].shift() ?? begin(kind), killAll };
};
