/** Keeping a run that diverges: its trace, and the path that `bayou check --replay` explains. */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TraceEvent } from '#bayou/core/trace.js';
import { makeFolder } from '#bayou/impl/folder.js';
import type { OracleVerdict } from '../oracle/oracle.js';
import type { Rejection } from '../trace/rejection.js';
import { pathOf, type PathOptions } from './build.js';

/** What was written, as lines for the report. */
export type Kept = ReadonlyArray<string>;

/** A run's name as a file's: `a-dir/tie.script` is `tie`, `run 3 of seed 1` is `run-3-of-seed-1`. */
const fileName = (name: string): string =>
  basename(name)
    .replace(/\.(script|ndjson)$/, '')
    .replaceAll(/[^\w.-]+/g, '-')
    .slice(0, 100);

/** What layer 2 refuses, as an event that no step explains: the result of the command. */
export const rejectionOf = (
  events: ReadonlyArray<TraceEvent>,
  oracle: Extract<OracleVerdict, { verdict: 'diverges' }>,
): Omit<Rejection, 'event'> => {
  const result = events.find((e) => e.type === 'result' && e.line === oracle.line);
  const allowed = oracle.allowed.length === 0 ? 'nothing' : oracle.allowed.join('  |  ');
  return {
    process: 'master',
    n: result?.n ?? 0,
    rule: 'section 5',
    why: `${oracle.command}: seen was ${oracle.seen}; the model allows ${allowed}`,
  };
};

/** Writes a run's path, and its trace where it is not in a file already. What cannot be written is said. */
export const keepRun = (
  dir: string,
  events: ReadonlyArray<TraceEvent>,
  rejection: Omit<Rejection, 'event'>,
  options: PathOptions & { readonly withTrace: boolean },
): Kept => {
  const file = join(dir, fileName(options.name));
  try {
    makeFolder(dir);
    const trace = `${file}.ndjson`;
    if (options.withTrace) writeFileSync(trace, events.map((e) => `${JSON.stringify(e)}\n`).join(''));
    const kept = options.withTrace ? [`its trace: ${trace}`] : [];
    const built = pathOf(events, rejection, options);
    if (built.kind === 'none') return [...kept, `no path of the model: ${built.why}`];
    const path = `${file}.path.json`;
    writeFileSync(path, `${JSON.stringify(built.path, null, 1)}\n`);
    const variants = (built.path.variants ?? []).map(
      (variant) => `, and with the fault: bayou check --replay ${path} --variant ${variant}`,
    );
    return [...kept, `explain it: bayou check --replay ${path}${variants.join('')}`];
  } catch (error) {
    return [`not kept: ${error instanceof Error ? error.message : String(error)}`];
  }
};
