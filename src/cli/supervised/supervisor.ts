/**
 * A command runs a user's own model in a separate process, and this process watches that one. While a function of the model does not return,
 * the other process handles no timer and no signal, so this process ends it. A second process then repeats the same way and stops at that run
 * of the function, so that it can name the function and its state. A model may end its process in any way: the status that the process told
 * before counts.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { LOADING, MAKING } from '../../checker/contract/current-call.js';
import { ENDLESS_MS } from '../../checker/contract/call-watchdog.js';
import { reasonOf, say } from '../../command-line/say.js';
import { EXIT, worst, type ExitStatus } from '../../command-line/exit.js';
import { isModule } from '../check/is-module.js';
import { isTyped, onEndingSignals, ONCE_MORE_S } from './interruption.js';
import { messageReader, STOP_AT, PIPE_DESCRIPTOR, WATCHED } from './supervisor-pipe.js';

/** How long a run may go on after the time limit or a signal, in ms. A process that has told its status may stay as long. */
const GRACE_MS = 2_000;

// --- the time -----------------------------------------------------------------------------------------------------------------

/** The default time limit of a search, by command, in ms. */
const GIVEN_MS: Readonly<Record<string, number>> = { explore: 20_000 };

/** The time that `--max-seconds` gives, in ms. */
const maxMsOf = ([command = '', ...words]: ReadonlyArray<string>): number | undefined => {
  const at = words.findIndex((word) => word === '--max-seconds' || word.startsWith('--max-seconds='));
  const seconds = Number(words[at]?.split('=')[1] ?? words[at + 1]);
  return at < 0 || !Number.isFinite(seconds) ? GIVEN_MS[command] : seconds * 1000;
};

// --- the process -------------------------------------------------------------------------------------------------------------

type Stdio = 'inherit' | 'pipe';

const start = (stdio: Stdio, env: Readonly<Record<string, string>>): ChildProcess =>
  spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: [stdio === 'inherit' ? 'inherit' : 'ignore', stdio, stdio, 'pipe'],
    env: { ...process.env, [WATCHED]: String(process.pid), ...env },
  });

/** How a process ended. */
type Ended =
  /** The process ended by itself: with the outcome that it told, or without one, or by a signal of another process. */
  | { readonly kind: 'ended'; readonly status: number | undefined; readonly by: NodeJS.Signals | null; readonly source?: string }
  /** This process ended it, since the run with this number did not return. */
  | { readonly kind: 'endless'; readonly run: number }
  /** This process ended it, after a signal. */
  | { readonly kind: 'stopped'; readonly by: NodeJS.Signals; readonly source?: string }
  /** The process could not be started: there are too many processes or open files. */
  | { readonly kind: 'unstarted'; readonly why: string };

/** The status that a process told, and when it told one first. */
interface Told {
  readonly status: number;
  readonly at: number;
}

/** Takes in a status. What was printed may turn out to be lost after a better one was told. */
const telling = (told: Told | undefined, status: number): Told => ({
  status: told === undefined ? status : worst([told.status, status] as ReadonlyArray<ExitStatus>),
  at: told?.at ?? performance.now(),
});

const LOOK_MS = 100;

/** Watches a process to its end. */
const watch = (child: ChildProcess, maxMs: number | undefined): Promise<Ended> =>
  new Promise((resolve) => {
    const started = performance.now();
    let until = maxMs === undefined ? Infinity : started + maxMs;
    let slow: { readonly run: number; readonly since: number } | undefined;
    let told: Told | undefined;
    let source: string | undefined;
    let signal: { readonly name: NodeJS.Signals; readonly at: number; readonly isSecond: boolean } | undefined;
    let killed: Ended | undefined;
    const named = (): { readonly source?: string } => (source === undefined ? {} : { source });
    const pass = (name: NodeJS.Signals): void => {
      const at = performance.now();
      if (signal !== undefined && !isTyped(name) && at - signal.at < ONCE_MORE_S * 1000) return;
      signal = { name, at, isSecond: signal !== undefined };
      // A terminal sends it to the child, too.
      if (!isTyped(name)) child.kill(name);
    };
    const end = (as: Ended): void => {
      killed = as;
      child.kill('SIGKILL');
    };
    const look = (now: number): void => {
      if (told !== undefined && now - told.at >= GRACE_MS) end({ kind: 'ended', status: told.status, by: null });
      else if (signal !== undefined && now - signal.at >= (signal.isSecond ? GRACE_MS : ENDLESS_MS))
        end({ kind: 'stopped', by: signal.name, ...named() });
      if (slow === undefined || killed !== undefined || now - slow.since < GRACE_MS) return;
      if (signal !== undefined) end({ kind: 'stopped', by: signal.name, ...named() });
      else if (now - slow.since >= ENDLESS_MS || now >= until + GRACE_MS) end({ kind: 'endless', run: slow.run });
    };
    const timer = setInterval(() => {
      if (killed === undefined) look(performance.now());
    }, LOOK_MS);
    // If no descriptors are left, the child has no pipes.
    (child.stdio as ChildProcess['stdio'] | undefined)?.[PIPE_DESCRIPTOR]?.on(
      'data',
      messageReader((line) => {
        if (line.kind === 'run') slow = line.run === 0 ? undefined : { run: line.run, since: performance.now() };
        else if (line.kind === 'model') source = line.source;
        else if (line.kind === 'searched') until = Infinity;
        else told = telling(told, line.status);
      }),
    );
    onEndingSignals('on', pass);
    const over = (): void => {
      clearInterval(timer);
      onEndingSignals('off', pass);
    };
    // A child that was not started may never close.
    child.once('error', (error) => {
      over();
      resolve({ kind: 'unstarted', why: reasonOf(error) });
    });
    child.on('close', (code, by) => {
      over();
      // The child ended by the signal, since it had not begun to handle signals.
      const early = by !== null && by === signal?.name ? EXIT.interrupted : undefined;
      const status = told?.status ?? early ?? (source === undefined && code !== null ? code : undefined);
      resolve(killed ?? { kind: 'ended', status, by, ...named() });
    });
  });

// --- what is said --------------------------------------------------------------------------------------------------------------

/** The text of a stream of a process; empty where the process was not started. */
const textOf = async (stream: NodeJS.ReadableStream | null | undefined): Promise<string> => {
  let text = '';
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
};

const FAULT = /^bayou(?: \w+)?: .* does not come back.*$/m;
const RUN = /^The run that leads there:\n[^]*/m;

/** Repeats the way to a run that does not return. Gives the lines about that run; undefined where the repeat does not reach it. */
const found = async (run: number, maxMs: number): Promise<{ readonly fault: string; readonly steps: string } | undefined> => {
  const child = start('pipe', { [STOP_AT]: String(run) });
  const [out, err] = [textOf(child.stdout), textOf(child.stderr)];
  // The repeat may come to another run that does not end: a model may behave differently each time.
  const { kind } = await watch(child, maxMs);
  const fault = FAULT.exec(await err)?.[0];
  if (kind !== 'ended' || fault === undefined) return undefined;
  return { fault, steps: RUN.exec(await out)?.[0] ?? '' };
};

/** Says what does not return where it is not a function of the model: those have numbers below 0. */
const otherOf = (run: number): string | undefined => {
  if (run >= 0) return undefined;
  if (run === LOADING) return 'loading it';
  return run === MAKING ? 'its default export' : 'something that the model began beside its functions (a timer, a promise)';
};

const explain = async (blame: string, run: number, maxMs: number): Promise<void> => {
  const other = otherOf(run);
  if (other !== undefined) {
    say(`${blame}: ${other} does not come back`);
    return;
  }
  const there = await found(run, maxMs);
  process.stdout.write(there?.steps ?? '');
  say(there?.fault ?? `${blame}: a function of the model does not come back`);
};

/** The signals that ask a process to end, or tell it that its terminal is gone. */
const ASKED: ReadonlyArray<NodeJS.Signals> = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGPIPE'];

/** Reports a process that ended and told no status. Gives the exit status. */
const unexplained = (blame: string, { by, status }: Extract<Ended, { kind: 'ended' }>): number => {
  if (by === null) {
    if (status !== undefined) return status;
    say(`${blame}: the model ended the process (process.exit) while it was run: there is no verdict`);
    return EXIT.usage;
  }
  if (ASKED.includes(by)) {
    // The signal that ended the child was meant for this process too.
    process.kill(process.pid, by);
    return 128 + constants.signals[by];
  }
  const memory = by === 'SIGKILL' || by === 'SIGABRT' ? ', or memory ran out' : '';
  say(
    `${blame}: the process that ran the model was ended by ${by} (the model or somebody else did it${memory}): there is no verdict`,
  );
  return EXIT.usage;
};

/** Runs the command line of this process (`check` or `explore`, and its words) in another process, and watches that one. Resolves with the exit status. */
export const runWatched = async (words: ReadonlyArray<string>): Promise<number> => {
  const started = performance.now();
  const ended = await watch(start('inherit', {}), maxMsOf(words));
  if (ended.kind === 'ended' && ended.status !== undefined) return ended.status;
  const source = ('source' in ended ? ended.source : undefined) ?? words.filter(isModule).join(', ');
  const blame = `bayou ${words[0]!}: ${source}`;
  switch (ended.kind) {
    case 'ended':
      return unexplained(blame, ended);
    case 'unstarted':
      say(`${blame}: the process that would run it cannot be started: ${ended.why}`);
      return EXIT.usage;
    case 'endless':
      await explain(blame, ended.run, performance.now() - started);
      return EXIT.usage;
    case 'stopped':
      say(`${blame}: ended by ${ended.by} while a function of the model did not come back`);
      return EXIT.interrupted;
  }
};
