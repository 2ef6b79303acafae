/**
 * `bayou check` of a model of one's own runs in a process of its own, and this one watches it: where a function of the model does not come back,
 * neither a clock nor a signal is heeded over there. It is ended then; a second process goes the same way again and stops at that run of
 * the function, so that it can say which it was, and in what state.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { ENDLESS_MS } from '../../checker/contract/stuck.js';
import { EXIT } from '../exit.js';
import { isModule } from './is-module.js';

/** By these the process that is watched knows by which other one, and where it is to stop. */
export const WATCHED = 'BAYOU_CHECK_WATCHED';
export const STOP_AT = 'BAYOU_CHECK_STOP_AT';

/** Where it tells of runs that take long: the number of a pipe. */
export const TOLD_ON = 3;

/** How long a run may take that is under way when it is time to end, or after a signal. */
const GRACE_MS = 2_000;

// --- what to watch -----------------------------------------------------------------------------------------------------------

/** Whether a command line runs a model of one's own: a path that is replayed may be of one. */
export const isWatchable = ([command, ...words]: ReadonlyArray<string>): boolean =>
  command === 'check' &&
  process.env[WATCHED] === undefined &&
  words.some((word) => isModule(word) || word.startsWith('--replay'));

/** The time that `--max-seconds` gives, in ms. */
const maxMsOf = (words: ReadonlyArray<string>): number | undefined => {
  const at = words.findIndex((word) => word === '--max-seconds' || word.startsWith('--max-seconds='));
  const seconds = Number(words[at]?.split('=')[1] ?? words[at + 1]);
  return at < 0 || !Number.isFinite(seconds) ? undefined : seconds * 1000;
};

// --- the process -------------------------------------------------------------------------------------------------------------

type Stdio = 'inherit' | 'pipe';

const start = (stdio: Stdio, env: Readonly<Record<string, string>>): ChildProcess =>
  spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: [stdio === 'inherit' ? 'inherit' : 'ignore', stdio, stdio, 'pipe'],
    env: { ...process.env, [WATCHED]: String(process.pid), ...env },
  });

/** How a process ended: by itself, or because a run (of this number) did not come back, by then or after a signal. */
type Ended = { readonly status: number } | { readonly run: number; readonly why: 'endless' | NodeJS.Signals };

/** Both are sent by a terminal to all that runs in it, so that only others' signals are to be passed on. */
const isFromTerminal = (signal: NodeJS.Signals): boolean =>
  signal === 'SIGINT' && (process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY);

const LOOK_MS = 100;

/** Watches a process to its end. */
const watch = (child: ChildProcess, maxMs: number | undefined): Promise<Ended> =>
  new Promise((resolve) => {
    const started = performance.now();
    let slow: { readonly run: number; readonly since: number } | undefined;
    let signal: NodeJS.Signals | undefined;
    let killed: Ended | undefined;
    const pass = (given: NodeJS.Signals): void => {
      signal = given;
      if (!isFromTerminal(given)) child.kill(given);
    };
    const end = (why: 'endless' | NodeJS.Signals): void => {
      killed = { run: slow!.run, why };
      child.kill('SIGKILL');
    };
    const timer = setInterval(() => {
      if (slow === undefined || killed !== undefined) return;
      const now = performance.now();
      if (now - slow.since < GRACE_MS) return;
      if (signal !== undefined) end(signal);
      else if (now - slow.since >= ENDLESS_MS || (maxMs !== undefined && now - started >= maxMs + GRACE_MS)) end('endless');
    }, LOOK_MS);
    child.stdio[TOLD_ON]?.on('data', (bytes: Buffer) => {
      const run = Number(bytes.toString().trimEnd().split('\n').at(-1));
      slow = run === 0 ? undefined : { run, since: performance.now() };
    });
    process.on('SIGINT', pass).on('SIGTERM', pass);
    child.on('close', (status, by) => {
      clearInterval(timer);
      process.off('SIGINT', pass).off('SIGTERM', pass);
      if (killed === undefined && by !== null) {
        // It had not begun to heed signals; and who else killed it meant this one too.
        if (by === signal) resolve({ status: EXIT.interrupted });
        else process.kill(process.pid, by);
        return;
      }
      resolve(killed ?? { status: status ?? EXIT.internal });
    });
  });

// --- what is said --------------------------------------------------------------------------------------------------------------

const complain = (line: string): void => void process.stderr.write(`${line}\n`);

const textOf = async (stream: NodeJS.ReadableStream): Promise<string> => {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
};

const FAULT = /^bayou check: .* does not come back.*$/m;
const RUN = /^The run that leads there:\n[^]*/m;

/** Goes the same way again to where a function does not come back. What it says there, if it comes there. */
const found = async (run: number, maxMs: number): Promise<{ readonly fault: string; readonly steps: string } | undefined> => {
  const child = start('pipe', { [STOP_AT]: String(run) });
  const [out, err] = [textOf(child.stdout!), textOf(child.stderr!)];
  // It may come to another run that does not end, where the model is not the same each time.
  const ended = await watch(child, maxMs);
  const fault = FAULT.exec(await err)?.[0];
  if (!('status' in ended) || fault === undefined) return undefined;
  return { fault, steps: RUN.exec(await out)?.[0] ?? '' };
};

/** What comes before the model runs has names of its own; else it is looked for. */
const explain = async (sources: string, run: number, maxMs: number): Promise<void> => {
  if (run < 0) {
    const what = run === -1 ? 'loading it' : 'its default export';
    complain(`bayou check: ${sources}: ${what} does not come back`);
    return;
  }
  const there = await found(run, maxMs);
  process.stdout.write(there?.steps ?? '');
  complain(there?.fault ?? `bayou check: ${sources}: a function of the model does not come back`);
};

/** Runs the command line of this process in another one, and watches it; the exit status. */
export const watched = async (words: ReadonlyArray<string>): Promise<number> => {
  const started = performance.now();
  const ended = await watch(start('inherit', {}), maxMsOf(words));
  if ('status' in ended) return ended.status;
  const sources = words.filter(isModule).join(', ');
  if (ended.why === 'endless') {
    await explain(sources, ended.run, performance.now() - started);
    return EXIT.usage;
  }
  complain(`bayou check: ${sources}: ended by ${ended.why} while a function of the model did not come back`);
  return EXIT.interrupted;
};
