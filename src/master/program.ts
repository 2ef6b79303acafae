/**
 * The master program (contract, section 5): reads a script, drives a cluster of server and client processes, prints what gets
 * and printStores find.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { CommanderError } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { makeFolder } from '../files/folder.js';
import type { Party } from '../net/protocol.js';
import { ENDING_SIGNALS, MASTER_EXIT } from '../command-line/exit.js';
import { openStream, wrongToMake } from '../command-line/named-files.js';
import { LOG, TRACE, wrongToEmpty, wrongToReplace } from '../command-line/replace.js';
import { isWithin, wrongWithSamePath } from '../command-line/same-path.js';
import { reasonOf, say } from '../command-line/say.js';
import { lostOutput, tolerateErrors, written } from '../command-line/streams.js';
import { type Cluster, type ClusterOptions, makeCluster } from './cluster.js';
import { type EndingEvent, exitStatusOf, GOING_ON, isOfScript, nextEnding } from './end-of-run.js';
import { isFolder, readScript, type ScriptReader } from './lines.js';
import { masterCommand, type MasterOptions } from './options.js';
import { makeStarter, type Starter } from './processes.js';
import { promptReader } from './prompt.js';
import { beginRun, endRun, type MasterRun } from './crash-cleanup.js';
import { runScript } from './run.js';
import { makeTopology } from './topology.js';
import { PARTS, partsOf, type TraceFiles, traceFiles } from './trace-files.js';

/** The longest script that is a file, in bytes; standard input may be of any length. */
const MAX_SCRIPT_BYTES = 1024 * 1024 * 1024;

/** The script's file, open; undefined: standard input. Fails with one line. */
const openScript = ({ script }: MasterOptions): E.Either<string, Readable | undefined> =>
  script === undefined
    ? E.right(undefined)
    : E.mapLeft((why: string) => `the script: ${script}: ${why}`)(openStream(script, MAX_SCRIPT_BYTES));

const readerOf = (file: Readable | undefined, fail: (why: string) => void): ScriptReader => {
  if (file === undefined && process.stdin.isTTY) return promptReader(process.stdin, process.stderr);
  if (file === undefined && isFolder(process.stdin.fd)) fail('the script cannot be read: standard input is a folder');
  return readScript(file ?? process.stdin, (error) => fail(`the script cannot be read: ${reasonOf(error)}`));
};

const describe = (party: Party): string => `${party.role} ${party.id}`;

const orThrow = (wrong: string | undefined): void => {
  if (wrong !== undefined) throw new Error(wrong);
};

/** The outputs of a run, each with a check that it can be written. */
const outputsOf = (
  o: MasterOptions,
): ReadonlyArray<readonly [what: string, path: string | undefined, use: (path: string) => void]> => [
  [
    '--trace',
    o.trace,
    (file) => {
      orThrow(wrongToReplace(file, TRACE) ?? wrongToEmpty(partsOf(file), PARTS));
      writeFileSync(file, '');
    },
  ],
  [
    '--data-dir',
    o.dataDir,
    (folder) => {
      orThrow(wrongToMake(folder));
      makeFolder(folder, 0o700);
    },
  ],
  [
    '--log-file',
    o.logFile,
    (file) => {
      const wrong = wrongToMake(dirname(file));
      if (wrong !== undefined) throw new Error(`its folder cannot be used: ${wrong}`);
      makeFolder(dirname(file));
      orThrow(wrongToReplace(file, LOG));
      appendFileSync(file, '');
    },
  ],
];

/** Why two of the options, or one and the script, name what one of them would lose; undefined: none do. */
const wrongTogether = ({ script, trace, dataDir, logFile }: MasterOptions): string | undefined => {
  const input = { name: 'the script', path: script };
  const others = [
    { name: '--data-dir', path: dataDir },
    { name: '--log-file', path: logFile },
  ];
  const same = wrongWithSamePath([{ name: '--trace', path: trace }, ...others], [input]);
  if (same !== undefined || trace === undefined) return same;
  const parts = partsOf(trace);
  const inside = [input, ...others].find(({ path }) => path !== undefined && isWithin(path, parts));
  return inside === undefined
    ? undefined
    : `${inside.name}: ${inside.path}: it is in ${parts}, which is emptied for --trace; name another`;
};

/** The fault of the options that shows before a process is started: a file or folder that cannot be written; undefined: there is none. */
const checkOutputs = (o: MasterOptions): string | undefined => {
  for (const [what, path, use] of outputsOf(o)) {
    if (path === undefined) continue;
    try {
      use(path);
    } catch (error) {
      return `${what}: ${path}: ${reasonOf(error)}`;
    }
  }
  return undefined;
};

/** The folder of the run, and its script. Left: one line. */
const prepare = (o: MasterOptions): E.Either<string, { readonly run: MasterRun; readonly script: Readable | undefined }> => {
  const together = wrongTogether(o);
  if (together !== undefined) return E.left(together);
  const script = openScript(o);
  if (E.isLeft(script)) return script;
  const wrong = checkOutputs(o);
  const run = wrong === undefined ? beginRun() : E.left(wrong);
  if (E.isLeft(run)) script.right?.destroy();
  return E.map((begun: MasterRun) => ({ run: begun, script: script.right }))(run);
};

/** The cluster of these options. `take` gets the events of its processes. */
const clusterOf = (
  o: MasterOptions,
  run: MasterRun,
  starter: Starter,
  traceFileOf: TraceFiles['fileOf'],
  onDeath: ClusterOptions['onDeath'],
): Cluster =>
  makeCluster(starter, makeTopology(), {
    host: o.host,
    ports: o.ports ?? null,
    dataDir: o.memory ? null : resolve(o.dataDir ?? join(run.dir, 'data')),
    fsync: o.fsync,
    antiEntropyMs: o.antiEntropyMs,
    timeoutMs: o.timeoutMs,
    logLevel: o.logLevel,
    logFile: o.logFile ?? null,
    traceFileOf,
    onDeath,
  });

/** Tells `take` of signals, and of a reader of the results that is gone. */
const hear = (take: (event: EndingEvent) => void, complain: (line: string) => void): void => {
  for (const signal of ENDING_SIGNALS) process.once(signal, () => take({ type: 'signal' }));
  // The reader of the results is gone, so the rest of the script is not run.
  process.stdout.once('error', (error: NodeJS.ErrnoException) =>
    take({ type: 'outputLost', status: lostOutput(error, complain) }),
  );
};

/** Runs the master with these options; resolves with its exit status when every process of the cluster is gone. `name`: what its lines begin with. */
export const runMaster = async (o: MasterOptions, name: string): Promise<number> => {
  /** A complaint about a line of the script begins with the line; any other begins with the program's name. */
  const complain = (line: string): void => say(/^line \d+: /.test(line) ? line : `${name}: ${line}`);
  const prepared = prepare(o);
  if (E.isLeft(prepared)) {
    complain(prepared.left);
    return MASTER_EXIT.usage;
  }
  const { run, script: file } = prepared.right;
  let ending = GOING_ON;
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const take = (event: EndingEvent): void => {
    const turn = nextEnding(ending, event);
    ending = turn.ending;
    for (const effect of turn.effects) if (effect.type === 'say') complain(effect.line);
    if (turn.effects.some(({ type }) => type === 'end')) end();
  };
  const traces = traceFiles(o.trace ?? null, (why) => take({ type: 'traceFailed', why }));
  const trace = traces.master;
  const starter = makeStarter(run);
  const reader = readerOf(file, (why) => take({ type: 'failed', why }));
  const cluster = clusterOf(o, run, starter, traces.fileOf, (party, how, process) => {
    // The processes of a run that is over are ended by the master, which is no event of the script.
    if (ending.status === undefined && party.role === 'server' && process !== undefined)
      trace?.({ type: 'died', server: party.id, process });
    take({ type: 'died', who: describe(party), how });
  });
  hear(take, complain);
  /** What a command comes to while its processes are being ended is no result. */
  const unlessEnding =
    (tell: (text: string) => void) =>
    (text: string): void => {
      if (ending.status === undefined) tell(text);
    };
  const script = runScript({
    reader,
    cluster,
    starter,
    trace,
    print: unlessEnding((bytes) => void process.stdout.write(bytes, 'latin1')),
    complain: unlessEnding(complain),
  }).then((status) => take({ type: 'scriptDone', status }));
  await Promise.race([script, ended]);
  reader.stop();
  await starter.killAll();
  traces.collect();
  endRun(run);
  return exitStatusOf(ending);
};

/** The master's command line from its arguments; resolves with the exit status. */
export const runMasterProgram = async (name: string, args: ReadonlyArray<string>): Promise<number> => {
  let status: number = MASTER_EXIT.done;
  const command = masterCommand(name, async (o) => {
    status = await runMaster(o, name);
  });
  tolerateErrors();
  try {
    await command.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? MASTER_EXIT.done : MASTER_EXIT.usage;
  }
};

/** How long an interrupted master waits for the reader of its results, in ms. */
const LAST_WRITES_MS = 500;

/** Resolves when a signal to end has come, at any moment of the program. */
const signalled = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ENDING_SIGNALS) process.once(signal, () => resolve());
  });

/** Resolves when the master no longer waits for the reader of its output. */
const givenUp = async (signal: Promise<void>): Promise<'given up'> => {
  await signal;
  await new Promise((resolve) => setTimeout(resolve, LAST_WRITES_MS));
  return 'given up';
};

/** The master as a program of its own: resolves with its exit status when all that it printed is written, cannot be, or is waited for no longer. */
export const runToTheEnd = async (name: string, args: ReadonlyArray<string>): Promise<number> => {
  // A trace has the values of the store, so its file is for its owner alone.
  process.umask(0o077);
  // Listens from the beginning: otherwise a signal that comes while the cluster is being ended would be lost.
  const signal = signalled();
  const status = await runMasterProgram(name, args);
  const lost = await Promise.race([written(), givenUp(signal)]);
  if (lost === 'given up') return MASTER_EXIT.interrupted;
  return lost === undefined || !isOfScript(status) ? status : lostOutput(lost, (line) => say(`${name}: ${line}`));
};
