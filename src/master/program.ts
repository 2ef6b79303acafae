/**
 * The master program (contract, section 5): reads a script, drives a cluster of server and client processes, prints what gets
 * and printStores find.
 */
import { accessSync, appendFileSync, constants, createReadStream, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CommanderError } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { makeFolder } from '../impl/folder.js';
import type { Party } from '../net/protocol.js';
import { type Cluster, makeCluster } from './cluster.js';
import { isFolder, readScript, type ScriptReader } from './lines.js';
import { masterCommand, type MasterOptions } from './options.js';
import { makeStarter } from './processes.js';
import { promptReader } from './prompt.js';
import { beginRun, endRun } from './registry.js';
import { EXIT, runScript } from './run.js';
import { makeTopology } from './topology.js';
import { traceFiles } from './trace-files.js';

const complain = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const openScript = (o: MasterOptions, fail: (why: string) => void): ScriptReader => {
  if (o.script === undefined && process.stdin.isTTY) return promptReader(process.stdin, process.stderr);
  if (o.script === undefined && isFolder(process.stdin.fd)) fail('the script cannot be read: standard input is a folder');
  const input = o.script === undefined ? process.stdin : createReadStream(o.script);
  return readScript(input, (error) => fail(`the script cannot be read: ${error.message}`));
};

const describe = (party: Party): string => `${party.role} ${party.id}`;

/** The files and folders of the options, each with what shows that it can be used. */
const filesOf = (
  o: MasterOptions,
): ReadonlyArray<readonly [what: string, file: string | undefined, use: (file: string) => void]> => [
  [
    'the script',
    o.script,
    (file) => {
      accessSync(file, constants.R_OK);
      if (statSync(file).isDirectory()) throw new Error(`${file} is a folder`);
    },
  ],
  ['--trace', o.trace, (file) => writeFileSync(file, '')],
  ['--data-dir', o.dataDir, (folder) => makeFolder(folder, 0o700)],
  [
    '--log-file',
    o.logFile,
    (file) => {
      makeFolder(dirname(file));
      appendFileSync(file, '');
    },
  ],
];

/** What can be found wrong with the options before anything is started: files that cannot be used. */
const checkFiles = (o: MasterOptions): string | undefined => {
  for (const [what, file, use] of filesOf(o)) {
    if (file === undefined) continue;
    try {
      use(file);
    } catch (error) {
      return `${what}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return undefined;
};

/** Runs the master with these options; resolves with its exit status when every process of the cluster is gone. */
export const runMaster = async (o: MasterOptions): Promise<number> => {
  const wrong = checkFiles(o);
  if (wrong !== undefined) {
    complain(wrong);
    return EXIT.usage;
  }
  const begun = beginRun();
  if (E.isLeft(begun)) {
    complain(begun.left);
    return EXIT.usage;
  }
  const run = begun.right;
  let failure = false;
  let ending = false;
  let lost = false;
  let giveUp = (): void => undefined;
  const traces = traceFiles(o.trace ?? null, (why) => {
    failure = true;
    complain(why);
    giveUp();
  });
  const starter = makeStarter(run);
  const reader = openScript(o, (why) => {
    failure = true;
    complain(why);
  });
  const cluster: Cluster = makeCluster(starter, makeTopology(), {
    host: o.host,
    ports: o.ports ?? null,
    dataDir: o.memory ? null : resolve(o.dataDir ?? join(run.dir, 'data')),
    fsync: o.fsync,
    antiEntropyMs: o.antiEntropyMs,
    timeoutMs: o.timeoutMs,
    logLevel: o.logLevel,
    logFile: o.logFile ?? null,
    traceFileOf: traces.fileOf,
    onDeath: (party, how) => {
      if (ending) return;
      failure = true;
      complain(`${describe(party)} ended by itself: ${how}`);
    },
  });

  const end = async (status: number): Promise<number> => {
    ending = true;
    reader.stop();
    await starter.killAll();
    traces.collect();
    endRun(run);
    if (status !== EXIT.done) return status;
    // The last result may have found no room after the script's end.
    if (lost) return EXIT.interrupted;
    return failure ? EXIT.clusterFailed : EXIT.done;
  };
  const interrupted = new Promise<number>((finish) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => finish(EXIT.interrupted));
    giveUp = () => finish(EXIT.clusterFailed);
    // Whoever reads the results is gone: there is nobody to run the rest for.
    process.stdout.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      lost = true;
      if (code !== 'EPIPE') complain(`the results cannot be written: ${message}`);
      finish(EXIT.interrupted);
    });
  });
  // What a command comes to while its processes are being ended is no result.
  const print = (bytes: string): void => {
    if (!ending) process.stdout.write(bytes, 'latin1');
  };
  const complainOf = (line: string): void => {
    if (!ending) complain(line);
  };
  const script = runScript({ reader, cluster, starter, print, complain: complainOf, trace: traces.master });
  const status = await Promise.race([script, interrupted]);
  return end(status);
};

/** The master's command line from its arguments; resolves with the exit status. */
export const runMasterProgram = async (name: string, args: ReadonlyArray<string>): Promise<number> => {
  let status: number = EXIT.done;
  const command = masterCommand(name, async (o) => {
    status = await runMaster(o);
  });
  try {
    await command.exitOverride().parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
};
