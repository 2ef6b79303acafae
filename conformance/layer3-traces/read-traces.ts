/** Reads traces: NDJSON files into events, and events into processes. */
import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts/lib/index.js';
import { type TraceEvent, TraceEventC } from '#bayou/core/trace.js';
import { readText } from '#bayou/command-line/named-files.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** One process of a run and its events, in the order of the process's own count. */
export interface ProcessTrace {
  readonly name: string;
  readonly events: ReadonlyArray<TraceEvent>;
}

/** The name of a process, taken apart: `server-3#2` is the second process that ran as server 3. */
export interface ProcessName {
  readonly role: 'master' | 'server' | 'client';
  readonly id: number;
  readonly run: number;
}

// --- reading ---------------------------------------------------------------------------------------------------------------

/** One decoder for each type of event: trying all members of the union for each line costs ten times as much. */
const DECODERS: ReadonlyMap<unknown, t.Decoder<unknown, TraceEvent>> = new Map(
  TraceEventC.types.map((codec) => [codec.type.type.props.type.value, codec] as const),
);

const parseLine = (line: string): TraceEvent | undefined => {
  try {
    const json = JSON.parse(line) as unknown;
    const decoder = DECODERS.get(typeof json === 'object' && json !== null && 'type' in json ? json.type : undefined);
    const decoded = decoder?.decode(json);
    return decoded !== undefined && E.isRight(decoded) ? decoded.right : undefined;
  } catch {
    return undefined;
  }
};

/** The events in a trace's text. Left: one line that says which line is no event. `name`: the file's name, for that message. */
export const parseTrace = (text: string, name = 'trace'): E.Either<string, ReadonlyArray<TraceEvent>> => {
  const events: TraceEvent[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const event = parseLine(line);
    if (event === undefined)
      return E.left(`${name}:${i + 1}: this line is not a trace event: ${line.slice(0, 80)}; was the file cut or edited?`);
    events.push(event);
  }
  return E.right(events);
};

/**
 * The runs in several files, in the order of the files. A file begins another run where it has an event that an earlier file has, too: the same process
 * and the same count. Any other file is a part of the run before it (each process may have a file of its own).
 */
export const readRuns = (files: ReadonlyArray<string>): E.Either<string, ReadonlyArray<ReadonlyArray<TraceEvent>>> => {
  const runs: TraceEvent[][] = [];
  let known = new Set<string>();
  for (const file of files) {
    const events = readTrace(file);
    if (E.isLeft(events)) return events;
    const names = events.right.map((e) => `${e.p} ${e.n}`);
    const last = runs.at(-1);
    if (last === undefined || names.some((name) => known.has(name))) {
      known = new Set(names);
      runs.push([...events.right]);
    } else {
      for (const name of names) known.add(name);
      for (const event of events.right) last.push(event);
    }
  }
  return E.right(runs);
};

/** The longest file of a trace, in bytes: a string of Node is not longer. */
const MAX_TRACE_BYTES = 500 * 1024 * 1024;

/** The events of one file. */
export const readTrace = (file: string): E.Either<string, ReadonlyArray<TraceEvent>> => {
  const text = readText(file, MAX_TRACE_BYTES);
  return E.isLeft(text) ? E.left(`${file}: ${text.left}`) : parseTrace(text.right, file);
};

/** The processes of a run, each with its events in the order of their count. */
export const processesOf = (events: ReadonlyArray<TraceEvent>): ReadonlyArray<ProcessTrace> => {
  const byName = new Map<string, TraceEvent[]>();
  for (const event of events) {
    const list = byName.get(event.p);
    if (list === undefined) byName.set(event.p, [event]);
    else list.push(event);
  }
  return [...byName].map(([name, list]) => ({ name, events: list.sort((a, b) => a.n - b.n) }));
};

const NAME = /^(server|client)-(\d+)(?:#(\d+))?$/;

/** Takes the name of a process apart; undefined where no process of a run has such a name. */
export const parseProcessName = (name: string): ProcessName | undefined => {
  if (name === 'master') return { role: 'master', id: 0, run: 1 };
  const [, role, id, run] = NAME.exec(name) ?? [];
  return role === undefined ? undefined : { role: role as 'server' | 'client', id: Number(id), run: Number(run ?? 1) };
};
