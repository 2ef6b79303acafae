/** Writes counterexamples as ShiViz logs: events with vector clocks, from which ShiViz draws the space-time diagram. */
import { A_RUN, mustTake } from '../contract/argument-checks.js';
import { showLabel, type Counterexample, type TraceStep } from '../report.js';
import { participants, partiesOf, uniqueNames } from './parties.js';

/** For each host the number of its events that are known. */
type Clock = ReadonlyMap<string, number>;
type Clocks = ReadonlyMap<string, Clock>;

/** ShiViz wants the parser's expression on the first line, and a delimiter of executions (none) on the second. */
const HEADER = String.raw`(?<event>.*)\n(?<host>\S*) (?<clock>{.*})`;

const NONE: Clock = new Map();

const merge = (left: Clock, right: Clock): Clock => {
  const all = new Set([...left.keys(), ...right.keys()]);
  return new Map(Array.from(all, (host) => [host, Math.max(left.get(host) ?? 0, right.get(host) ?? 0)]));
};

/** Adds an event at `host`, which has heard of all that `heard` knows. */
const tick = (clocks: Clocks, host: string, heard: Clock): Clocks => {
  const known = merge(clocks.get(host) ?? NONE, heard);
  return new Map(clocks).set(host, new Map(known).set(host, (known.get(host) ?? 0) + 1));
};

/**
 * An event is one line, and not an empty one: ShiViz cuts the ends of its log off. The space before a brace would make a clock of what follows, and
 * a host of the word before it, so it becomes a no-break space.
 */
const eventText = (event: string): string =>
  event
    .replace(/[\n\r\u2028\u2029]/g, ' ')
    .trim()
    .replace(/^(\S*) (?=\{)/u, '$1\u00a0') || '(no name)';

const entry = (clocks: Clocks, host: string, event: string): ReadonlyArray<string> => [
  eventText(event),
  `${host} ${JSON.stringify(Object.fromEntries(clocks.get(host) ?? NONE))}`,
];

/** Writes the events of a step. A step between two is a request, its receipt, and the answer, after which the asker has heard of the other. */
const stepEvents = (
  clocks: Clocks,
  step: TraceStep,
  [actor, ...others]: readonly [string, ...string[]],
): readonly [Clocks, ReadonlyArray<string>] => {
  const name = showLabel(step.label);
  let now = tick(clocks, actor, NONE);
  const lines = [...entry(now, actor, others.length === 0 && step.note !== undefined ? `${name}: ${step.note}` : name)];
  for (const other of others) {
    now = tick(now, other, now.get(actor) ?? NONE);
    lines.push(...entry(now, other, `${name} at ${other}`));
    now = tick(now, actor, now.get(other) ?? NONE);
    lines.push(...entry(now, actor, `${name}: ${step.note ?? 'done'}`));
  }
  return [now, lines];
};

/**
 * A host's name has no white space, and no backslash at its end: V8 13.6 (Node 24, and the Chrome of its time), once it has read a clock with the key `a\`, takes
 * the key `a"` of another one for it.
 */
const hostName = (name: string): string => name.replace(/\s/gu, '_').replace(/\\$/, '$&_') || 'unnamed';

/** The trace as a file that ShiViz opens. A host's name has no white space there. */
export const toShiViz = (trace: Counterexample): string => {
  mustTake('toShiViz', 'trace', A_RUN, trace);
  const all = participants(trace);
  const names = uniqueNames(all, hostName);
  const hostsOf = (step: TraceStep): readonly [string, ...string[]] =>
    partiesOf(step, all).map((name) => names.get(name)!) as unknown as readonly [string, ...string[]];
  let clocks: Clocks = new Map();
  const lines = [...names.values()].flatMap((host) => {
    clocks = tick(clocks, host, NONE);
    return entry(clocks, host, `${host} begins`);
  });
  for (const step of trace.steps) {
    const [after, events] = stepEvents(clocks, step, hostsOf(step));
    clocks = after;
    lines.push(...events);
  }
  return [HEADER, '', ...lines, ''].join('\n');
};
