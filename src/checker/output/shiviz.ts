/** Counterexamples as ShiViz logs: events with vector clocks, from which ShiViz draws the space-time diagram. */
import { showLabel, type Counterexample, type TraceStep } from '../report.js';
import { participants, partiesOf } from './parties.js';

type Clock = Readonly<Record<string, number>>;
type Clocks = Readonly<Record<string, Clock>>;

/** ShiViz wants the parser's expression on the first line, and a delimiter of executions (none) on the second. */
const HEADER = String.raw`(?<event>.*)\n(?<host>\S*) (?<clock>{.*})`;

const merge = (left: Clock, right: Clock): Clock => {
  const all = new Set([...Object.keys(left), ...Object.keys(right)]);
  return Object.fromEntries([...all].map((host) => [host, Math.max(left[host] ?? 0, right[host] ?? 0)]));
};

/** An event at `host`, which has heard of all that `heard` knows. */
const tick = (clocks: Clocks, host: string, heard: Clock): Clocks => {
  const known = merge(clocks[host] ?? {}, heard);
  return { ...clocks, [host]: { ...known, [host]: (known[host] ?? 0) + 1 } };
};

const entry = (clocks: Clocks, host: string, event: string): ReadonlyArray<string> => [
  event.replace(/\n/g, ' '),
  `${host} ${JSON.stringify(clocks[host])}`,
];

/** One step between two is a request, its receipt, and the answer: who asked has heard of the other afterwards. */
const stepEvents = (clocks: Clocks, step: TraceStep, all: ReadonlyArray<string>): readonly [Clocks, ReadonlyArray<string>] => {
  const [actor = 'model', ...others] = partiesOf(step, all);
  const name = showLabel(step.label);
  let now = tick(clocks, actor, {});
  const lines = [...entry(now, actor, others.length === 0 && step.note !== undefined ? `${name}: ${step.note}` : name)];
  for (const other of others) {
    now = tick(now, other, now[actor] ?? {});
    lines.push(...entry(now, other, `${name} at ${other}`));
    now = tick(now, actor, now[other] ?? {});
    lines.push(...entry(now, actor, `${name}: ${step.note ?? 'done'}`));
  }
  return [now, lines];
};

/** The trace as a file that ShiViz opens. */
export const toShiViz = (trace: Counterexample): string => {
  const all = participants(trace);
  let clocks: Clocks = {};
  const lines = all.flatMap((host) => {
    clocks = tick(clocks, host, {});
    return entry(clocks, host, `${host} begins`);
  });
  for (const step of trace.steps) {
    const [after, events] = stepEvents(clocks, step, all);
    clocks = after;
    lines.push(...events);
  }
  return [HEADER, '', ...lines, ''].join('\n');
};
