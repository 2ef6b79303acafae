/** The event that no step of the model explains, and the events after it, for the explorer's page. */
import type { TraceEvent } from '#bayou/core/trace.js';
import type { RunShot, StepShot, WhyShot } from '#bayou/explorer/shape.js';
import { parseProcessName, processesOf, type ProcessName } from '../layer3-traces/read-traces.js';
import type { Rejection } from '../layer3-traces/rejection.js';
import { drawingOf, laneOf, type PlacedEvent } from './drawing.js';
import { rawOf, titleOf, type FollowedRun } from './following.js';
import { tellEvent } from './event-words.js';

/** An event that no step explains. From layer 2 only its process and its number `n` are known. */
export type UnexplainedEvent = Omit<Rejection, 'event'> & { readonly event?: Rejection['event'] };

// --- texts -----------------------------------------------------------------------------------------------------------------

const whyOf = (rejection: UnexplainedEvent, step: number, compared: WhyShot['compared']): WhyShot => ({
  headline: `No step of the model explains event ${rejection.n} of ${rejection.process}.`,
  ...(compared === undefined ? {} : { compared }),
  relation: rejection.why,
  story: [],
  steps: [step],
  parts: [],
  rules: [rejection.rule, ...Array.from(rejection.why.matchAll(/\bR\d+a?\b/g), ([rule]) => rule)].filter(
    (rule, i, all) => all.indexOf(rule) === i,
  ),
});

const FALLBACK_LANE: ProcessName = { role: 'master', id: 0, run: 1 };
const whoOf = (process: string): ProcessName => parseProcessName(process) ?? FALLBACK_LANE;

const stepOf = (event: TraceEvent): StepShot => ({
  label: { family: event.type, args: [event.p] },
  told: tellEvent(event, titleOf(whoOf(event.p))),
  changed: {},
  event: { process: event.p, n: event.n, raw: rawOf(event) },
});

const missingStep = ({ process, n }: UnexplainedEvent): StepShot => ({
  label: { family: 'missing', args: [process] },
  told: `event ${n} of ${process} is missing`,
  changed: {},
  event: { process, n, raw: 'missing' },
});

// --- the events after it ---------------------------------------------------------------------------------------------------

/** The name of the message that an event sends, as far as the event tells it. */
const messageSentBy = (e: TraceEvent): string | undefined =>
  e.type === 'asked'
    ? `${e.p} ${e.server}`
    : e.type === 'pullAsked'
      ? `? ${e.pull}`
      : e.type === 'pullAnswered'
        ? `! ${e.pull}`
        : undefined;

/** The name of the message that an event takes in. */
const messageReceivedBy = (e: TraceEvent, clients: ReadonlyMap<number, string>): string | undefined => {
  if (e.type === 'accept' || e.type === 'answer' || e.type === 'refuse') return `${clients.get(e.client) ?? ''} ${whoOf(e.p).id}`;
  return e.type === 'pullAnswered' ? `? ${e.pull}` : e.type === 'merged' ? `! ${e.pull}` : undefined;
};

/**
 * The events that were not followed, in a possible order: each process's own order is kept, a message is sent before it is taken in, and the processes go
 * on at about the same pace.
 */
export const eventsAfter = (events: ReadonlyArray<TraceEvent>, seen: ReadonlySet<TraceEvent>): ReadonlyArray<TraceEvent> => {
  const queues = processesOf(events.filter((event) => !seen.has(event))).map(({ events: all }) => ({ all, at: 0 }));
  const clients = new Map(events.flatMap((e) => (e.type === 'session' ? [[e.client, e.p] as const] : [])));
  const awaited = new Map<string, number>();
  for (const { all } of queues)
    for (const event of all) {
      const gives = messageSentBy(event);
      if (gives !== undefined) awaited.set(gives, (awaited.get(gives) ?? 0) + 1);
    }
  const given = new Map<string, number>();
  const isReady = (event: TraceEvent): boolean => {
    const needs = messageReceivedBy(event, clients);
    return needs === undefined || (given.get(needs) ?? 0) > 0 || (awaited.get(needs) ?? 0) === 0;
  };
  const ordered: TraceEvent[] = [];
  for (;;) {
    const open = queues.filter(({ all, at }) => at < all.length).sort((a, b) => a.at / a.all.length - b.at / b.all.length);
    const next = open.find(({ all, at }) => isReady(all[at]!)) ?? open[0];
    if (next === undefined) return ordered;
    const event = next.all[next.at++]!;
    const gives = messageSentBy(event);
    if (gives !== undefined) {
      given.set(gives, (given.get(gives) ?? 0) + 1);
      awaited.set(gives, awaited.get(gives)! - 1);
    }
    ordered.push(event);
  }
};

// --- the run ---------------------------------------------------------------------------------------------------------------

/** The most events that are shown after the one that no step explains. */
const MAX_AFTER = 2000;

/** The run with the unexplained event in red, and the later events as the processes wrote them. */
export const refusedIn = (
  events: ReadonlyArray<TraceEvent>,
  run: FollowedRun,
  rejection: UnexplainedEvent,
  comparedAt: (steps: number) => WhyShot['compared'],
): Omit<RunShot, 'title'> => {
  const { steps, placed, uses } = run;
  const base = { initial: {}, truth: [] };
  const known = steps.findIndex(({ event }) => event?.process === rejection.process && event.n === rejection.n);
  if (known >= 0) {
    // Layer 3 has explained every event, but layer 2 refuses the result of a command: the result's own event gets the mark.
    const marked = steps.map((step, i) => (i === known ? { ...step, isRefused: true } : step));
    const seen = placed.map((one, i) => (i === known ? { ...one, isBad: true as const } : one));
    const why = whyOf(rejection, known + 1, comparedAt(known));
    return { ...base, steps: marked, why, drawing: drawingOf(seen, uses) };
  }
  const at = steps.length + 1;
  const refused = rejection.event ?? events.find(({ p, n }) => p === rejection.process && n === rejection.n);
  const seen = new Set(placed.map(({ event }) => event));
  if (refused !== undefined) seen.add(refused);
  const after = eventsAfter(events, seen).slice(0, MAX_AFTER);
  const place = (event: TraceEvent, i: number): PlacedEvent => ({
    event,
    who: whoOf(event.p),
    at: at + i,
    isChange: false,
    ...(i === 0 ? { isBad: true } : {}),
  });
  const drawing = drawingOf(
    [...placed, ...(refused === undefined ? [] : [place(refused, 0)]), ...after.map((event, i) => place(event, i + 1))],
    uses,
  );
  const missing = { at, lane: laneOf(whoOf(rejection.process)), kind: 'other', label: 'missing', isBad: true } as const;
  return {
    ...base,
    steps: [
      ...steps,
      { ...(refused === undefined ? missingStep(rejection) : stepOf(refused)), isRefused: true },
      ...after.map(stepOf),
    ],
    why: whyOf(rejection, at, comparedAt(steps.length)),
    judgedTo: at,
    drawing: refused === undefined ? { ...drawing, marks: [...drawing.marks, missing].sort((a, b) => a.at - b.at) } : drawing,
  };
};
