/**
 * Logs, by pino. pino is loaded at the first line that is logged: a process that logs nothing starts faster.
 */

import { dirname } from 'node:path';
import { makeFolder } from '../files/folder.js';

/** Levels, from most to least. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

/** The logger of the network layer. A logger of pino's has these functions. */
export interface Logger {
  readonly debug: (text: string) => void;
  readonly info: (text: string) => void;
  readonly warn: (text: string) => void;
  readonly error: (text: string) => void;
}

/** Where a logger writes, and from which level on. */
export interface LogOptions {
  readonly name: string;
  readonly level: string;
  /** A file to append to; null: standard error. */
  readonly file: string | null;
}

/** The most bytes that wait in memory while the log cannot be written. Lines beyond them are dropped. */
const MAX_BEHIND_BYTES = 1024 * 1024;

type LogLine = readonly ['debug' | 'info' | 'warn' | 'error', string];

/** Loads pino. The logger is wrapped in an object: pino's type has every field, so also a `then`, and `await` would take the logger for a promise. */
const pinoOf = async (o: LogOptions): Promise<{ readonly loaded: Logger }> => {
  const { pino } = await import('pino');
  if (o.file !== null) makeFolder(dirname(o.file));
  const to = pino.destination({ dest: o.file ?? 2, sync: true, maxLength: MAX_BEHIND_BYTES });
  // If a line cannot be written (a full disk, a standard error that nobody reads), the process goes on, and a later write includes the line.
  to.on('error', () => undefined);
  return { loaded: pino({ name: o.name, level: o.level }, to) };
};

/** A logger for when pino cannot be loaded or cannot open its file (no descriptor may be left): it writes to standard error. */
const plainLogger = ({ name }: LogOptions): Logger => {
  process.stderr.on('error', () => undefined);
  const say = (level: LogLine[0]) => (msg: string) => {
    process.stderr.write(`${JSON.stringify({ level, name, msg })}\n`);
  };
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
};

/** A logger that loads pino at its first line at or above the level. */
export const makeLogger = (o: LogOptions): Logger => {
  const rank = (level: string): number => LOG_LEVELS.indexOf(level as (typeof LOG_LEVELS)[number]);
  const queue: LogLine[] = [];
  let real: Logger | undefined;

  const load = async (): Promise<void> => {
    const { loaded } = await pinoOf(o).catch(() => ({ loaded: plainLogger(o) }));
    real = loaded;
    for (const [level, text] of queue.splice(0)) loaded[level](text);
  };

  const log = (level: LogLine[0]) => (text: string) => {
    if (rank(level) < rank(o.level)) return;
    if (real !== undefined) {
      real[level](text);
      return;
    }
    if (queue.push([level, text]) === 1) void load();
  };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
};
