/** Keeps a run that diverges: its trace, a page of the explorer, and the path that `bayou check --replay` explains. */
import { writeFileSync } from 'node:fs';
import { htmlOf } from '#bayou/explorer/data/page-file.js';
import { explorationOfRun } from '#bayou/explorer/data/run-exploration.js';
import { followEvents } from './explored-run.js';
import { basename, join } from 'node:path';
import type { TraceEvent } from '#bayou/core/trace.js';
import { makeFolder } from '#bayou/files/folder.js';
import { mustBeReplaceable, PAGE, PATH, TRACE, type FileKind } from '#bayou/command-line/replace.js';
import { placeAndReasonOf } from '#bayou/command-line/say.js';
import type { Rejection } from '../layer3-traces/rejection.js';
import { pathOf, type PathOptions } from '../path-of-a-run/build-path.js';

/** Lines for the report that name the written files. */
export type FileLines = ReadonlyArray<string>;

const write = (file: string, kind: FileKind, text: string): void => {
  mustBeReplaceable(file, kind);
  writeFileSync(file, text);
};

/** The stem of the names of a run's files: `tie` for `a-dir/tie.script`, `run-3-of-seed-1` for `run 3 of seed 1`. */
export const stemOf = (name: string): string =>
  basename(name)
    .replace(/\.(script|ndjson|json)$/, '')
    .replaceAll(/[^\w.-]+/g, '-')
    .slice(0, 100);

/** Writes the explorer's page of a run. Returns a line that names the page, or says why there is none. */
const keepPage = async (
  page: string,
  name: string,
  events: ReadonlyArray<TraceEvent>,
  rejection: Omit<Rejection, 'event'>,
  repeat: string,
): Promise<string> => {
  try {
    write(page, PAGE, htmlOf(await explorationOfRun(await followEvents(name, events, rejection), repeat)));
    return `see it: ${page}`;
  } catch (error) {
    return `no page to see it on: ${placeAndReasonOf(error)}`;
  }
};

const traceText = (events: ReadonlyArray<TraceEvent>): string => events.map((e) => `${JSON.stringify(e)}\n`).join('');

/**
 * Keeps runs on one data folder, of which the last one is wrong: it began with the logs that the others have left, so it can only be followed after them. The trace of each is written; the
 * lines have the command that follows them all. One run that layer 3 refuses is kept as {@link keepRun} does. A page and a path show a run that begins with nothing, and are left out.
 */
export const keepRuns = async (
  dir: string,
  runs: ReadonlyArray<ReadonlyArray<TraceEvent>>,
  rejection: Omit<Rejection, 'event'> | undefined,
  options: PathOptions & { readonly withTrace: boolean },
): Promise<FileLines> => {
  const [only, ...others] = runs;
  if (only !== undefined && others.length === 0 && rejection !== undefined) return keepRun(dir, only, rejection, options);
  const none = 'no page and no path of the model: they begin with empty folders, and this run with the logs of the runs before';
  const why = others.length === 0 || rejection === undefined ? [] : [none];
  if (!options.withTrace) return why;
  const stem = join(dir, stemOf(options.name));
  const files = runs.map((_, i) => (runs.length === 1 ? `${stem}.ndjson` : `${stem}-day-${i + 1}.ndjson`));
  try {
    makeFolder(dir);
    for (const [i, events] of runs.entries()) write(files[i]!, TRACE, traceText(events));
    return [`its trace${files.length === 1 ? '' : 's'}: bayou conform --trace ${files.join(' ')}`, ...why];
  } catch (error) {
    return [`not kept: ${placeAndReasonOf(error)}`];
  }
};

/**
 * Writes a run's page and path, and its trace unless a file has it already. A line of the result says what could not be written. Without a rejection
 * nothing is written.
 */
export const keepRun = async (
  dir: string,
  events: ReadonlyArray<TraceEvent>,
  rejection: Omit<Rejection, 'event'> | undefined,
  options: PathOptions & { readonly withTrace: boolean },
): Promise<FileLines> => {
  if (rejection === undefined) return [];
  const file = join(dir, stemOf(options.name));
  try {
    makeFolder(dir);
    const trace = `${file}.ndjson`;
    if (options.withTrace) write(trace, TRACE, traceText(events));
    const repeat = `npx bayou explore ${options.withTrace ? trace : options.name}`;
    const page = await keepPage(`${file}.html`, options.name, events, rejection, repeat);
    const kept = [...(options.withTrace ? [`its trace: ${trace}`] : []), page];
    const built = pathOf(events, rejection, options);
    if (built.kind === 'none') return [...kept, `no path of the model: ${built.why}`];
    const path = `${file}.path.json`;
    write(path, PATH, `${JSON.stringify(built.path, null, 1)}\n`);
    const variants = (built.path.variants ?? []).map(
      (variant) => `, and with the fault: bayou check --replay ${path} --variant ${variant}`,
    );
    return [...kept, `explain it: bayou check --replay ${path}${variants.join('')}`];
  } catch (error) {
    return [`not kept: ${placeAndReasonOf(error)}`];
  }
};
