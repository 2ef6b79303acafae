/**
 * A real run for the explorer's page: its events in an order in which the model can take them, the model's state beside each, and the first that
 * no step explains, with what would have been allowed.
 */
import { basename, extname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { UsageError } from '#bayou/cli/exit.js';
import { explorePathOf, whyRefused } from '#bayou/cli/explore/path.js';
import type { Followed } from '#bayou/cli/explore/real.js';
import { plainValue, type PlainValue } from '#bayou/checker/shown/value.js';
import { parseScript } from '#bayou/core/script.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import type { PartShot, RunShot, StepShot, Why } from '#bayou/explorer/shape.js';
import { replayPath } from '#bayou/cli/check/replay.js';
import { rejectionOf } from '../path/refused-result.js';
import { pathOf } from '../path/build.js';
import { findScripts, judgeScript } from '../run/scripts.js';
import { readRuns, type ProcessName } from '../trace/read.js';
import type { Rejection } from '../trace/rejection.js';
import { serverState, type Scene } from '../trace/scene.js';
import { validateTrace, type TraceVerdict } from '../trace/validate.js';
import { drawingOf, laneOf, type Placed } from './drawing.js';
import { serverShot, sessionShot, slim, type Length } from './states.js';
import { asideOf, tellEvent } from './words.js';

// --- following -------------------------------------------------------------------------------------------------------------

/** A run with more events is shown with shorter stores. */
const LONG = 2000;
/** An event whose JSON is longer is not shown whole. */
const MOST_RAW = 2000;

/** What was followed of a run. */
interface Run {
  readonly verdict: TraceVerdict;
  readonly steps: ReadonlyArray<StepShot>;
  readonly placed: ReadonlyArray<Placed>;
  readonly uses: ReadonlyMap<TraceEvent, TraceEvent>;
}

const titleOf = ({ role, id }: ProcessName): string => (role === 'master' ? 'the master' : `${role} ${id}`);

/** The event without what stands beside it anyway. */
const rawOf = ({ p: _p, n: _n, ...event }: TraceEvent): PlainValue => {
  const json = JSON.stringify(event);
  return json.length > MOST_RAW ? `${json.slice(0, MOST_RAW)}…` : plainValue(event);
};

/** Events after which a process may have another state. */
const CHANGING: ReadonlySet<TraceEvent['type']> = new Set([
  'start',
  'renewed',
  'accept',
  'merged',
  'session',
  'putDone',
  'getDone',
]);

/** The part of the state that an event may have changed, as the scene has it now. */
const partAfter = (scene: Scene, event: TraceEvent, who: ProcessName, length: Length): PartShot | undefined => {
  if (!CHANGING.has(event.type)) return undefined;
  if (who.role === 'client') {
    const session = scene.sessions.get(who.id);
    return session === undefined ? undefined : sessionShot(session, length);
  }
  const process = scene.timeline.processes.get(event.p);
  const replica = process === undefined ? undefined : serverState(scene, process).replica;
  return replica === undefined ? undefined : serverShot(replica, true, length);
};

/** The server that a kill ended, as it was, but down. */
const killed = (known: PartShot | undefined): PartShot | undefined => {
  if (known?.view?.kind !== 'fields') return undefined;
  const fields = known.view.fields.map((field) =>
    field[0] === 'replica' ? (['replica', { kind: 'badge', text: 'down', tone: 'bad' }] as const) : field,
  );
  const value = { ...(known.value as Readonly<Record<string, PlainValue>>), up: false };
  return { text: `DOWN  ${known.text}`, value, view: { kind: 'fields', fields } };
};

const same = (a: PartShot | undefined, b: PartShot): boolean => a?.text === b.text;

/** Commands of the master after which sessions have other servers. */
const OF_LINKS = /^\s*(joinClient|joinServer|createConnection|breakConnection)\s/;

/** Sessions that a command about links has changed. */
const sessionsNow = (scene: Scene, length: Length): ReadonlyArray<readonly [part: string, shot: PartShot]> =>
  Array.from(scene.sessions, ([id, session]) => [`c${id}`, sessionShot(session, length)] as const);

/** Follows a run and keeps what there is to see. */
const follow = (events: ReadonlyArray<TraceEvent>): Run => {
  const length: Length = events.length > LONG ? 'long' : 'short';
  const holder: { scene?: Scene } = {};
  const [steps, placed]: [StepShot[], Placed[]] = [[], []];
  const known = new Map<string, PartShot>();
  const uses = new Map<TraceEvent, TraceEvent>();
  let command = '';
  const changedBy = (event: TraceEvent, who: ProcessName): ReadonlyArray<readonly [part: string, shot: PartShot]> => {
    if (event.type === 'command') command = event.text;
    if (event.type === 'result') return OF_LINKS.test(command) ? sessionsNow(holder.scene!, length) : [];
    const part = event.type === 'kill' ? `s${event.server}` : laneOf(who);
    const after = event.type === 'kill' ? killed(known.get(part)) : partAfter(holder.scene!, event, who, length);
    return after === undefined ? [] : [[part, after]];
  };
  const keep = (event: TraceEvent, who: ProcessName): void => {
    const at = steps.length + 1;
    const changed = changedBy(event, who).filter(([part, after]) => !same(known.get(part), after));
    for (const [part, after] of changed) known.set(part, after);
    const aside = asideOf(event, titleOf(who), at);
    steps.push({
      label: { family: event.type, args: [event.p] },
      told: tellEvent(event, titleOf(who)),
      changed: Object.fromEntries(length === 'short' ? changed : changed.map(([part, shot]) => [part, slim(shot)])),
      event: { process: event.p, n: event.n, raw: rawOf(event) },
      ...(aside === undefined ? {} : { aside }),
    });
    placed.push({ event, who, at, isChange: changed.length > 0 });
  };
  const nobody = (): void => undefined;
  const verdict = validateTrace(events, {
    listener: {
      onScene: (scene) => (holder.scene = scene),
      onFollowed: ({ who }, event) => keep(event, who),
      onUse: (by, used) => uses.set(by, used),
      onMet: nobody,
      onLost: nobody,
    },
  });
  return { verdict, steps, placed, uses };
};

// --- what no step explains -------------------------------------------------------------------------------------------------

/** What the model would have allowed in place of what is not explained, where a path says it. */
const allowedOf = (events: ReadonlyArray<TraceEvent>, rejection: Omit<Rejection, 'event'>, name: string) => {
  const built = pathOf(events, rejection, { name });
  if (built.kind === 'none') return undefined;
  const { refusal } = replayPath(built.path);
  return { path: built.path, refusal };
};

const whyOf = (rejection: Omit<Rejection, 'event'>, step: number, compared: Why['compared']): Why => ({
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

/** The event that is not explained, in red, after all that are. */
const refusedStep = (rejection: Omit<Rejection, 'event'> & { readonly event?: TraceEvent | null }): StepShot => {
  const { event, process, n } = rejection;
  const who = process.replace('-', ' ').replace(/#\d+$/, '');
  return {
    label: { family: event?.type ?? 'missing', args: [process] },
    told:
      event === undefined || event === null ? `event ${n} of ${process} is missing, or is not explained` : tellEvent(event, who),
    changed: {},
    isRefused: true,
    event: { process, n, raw: event === undefined || event === null ? 'missing' : rawOf(event) },
  };
};

const laneOfProcess = (process: string): string => process.replace(/^server-(\d+).*$/, 's$1').replace(/^client-(\d+).*$/, 'c$1');

// --- the run ---------------------------------------------------------------------------------------------------------------

const shotOf = (title: string, run: Run, refusal: { readonly step: StepShot; readonly why: Why } | undefined): RunShot => {
  const drawing = drawingOf(run.placed, run.uses);
  const shot: RunShot = { title, initial: {}, steps: run.steps, truth: [], drawing };
  if (refusal === undefined) return shot;
  const { step, why } = refusal;
  const at = run.steps.length + 1;
  const mark = {
    at,
    lane: laneOfProcess(step.event?.process ?? ''),
    kind: 'other',
    label: step.label.family,
    isBad: true,
  } as const;
  return { ...shot, steps: [...run.steps, step], why, drawing: { ...drawing, marks: [...drawing.marks, mark] } };
};

/** A run whose trace is here: its own shot, and, where it diverges, the model's steps up to there. */
const followed = async (
  name: string,
  events: ReadonlyArray<TraceEvent>,
  beside?: Omit<Rejection, 'event'>,
): Promise<Followed> => {
  const run = follow(events);
  const { verdict } = run;
  const rejection = verdict.rejection ?? beside;
  const title = basename(name);
  if (rejection === undefined) {
    const said =
      verdict.verdict === 'conforms'
        ? ({ tone: 'good', text: `conforms: the model explains all ${verdict.events} events` } as const)
        : ({ tone: 'plain', text: `undecided: ${verdict.why ?? ''}` } as const);
    return { title, verdict: said, runs: [shotOf('the run of the cluster', run, undefined)], properties: [] };
  }
  const allowed = allowedOf(events, rejection, title);
  const step = run.steps.length + 1;
  const compared = allowed?.refusal === undefined ? undefined : whyRefused(allowed.refusal, undefined, run.steps.length).compared;
  const shot = shotOf('the run of the cluster', run, { step: refusedStep(rejection), why: whyOf(rejection, step, compared) });
  const model = allowed === undefined ? undefined : (await explorePathOf(name, allowed.path, '')).exploration;
  return {
    title,
    verdict: { tone: 'bad', text: 'diverges from the model' },
    runs: [shot, ...(model?.runs.map((one) => ({ ...one, title: `on the model: ${one.title}` })) ?? [])],
    properties: model?.properties ?? [],
    ...(model?.names === undefined ? {} : { names: model.names }),
  };
};

/** Why there is nothing to run in a script: one line; undefined where there is a command. */
const nothingIn = (text: string): string | undefined => {
  const all = parseScript(text);
  const end = all.findIndex((line) => E.isRight(line) && line.right?.type === 'done');
  const lines = end < 0 ? all : all.slice(0, end);
  if (lines.some((line) => E.isRight(line) && line.right !== undefined)) return undefined;
  const at = lines.findIndex(E.isLeft);
  const wrong = lines[at];
  const why = wrong !== undefined && E.isLeft(wrong) ? `line ${at + 1}: ${wrong.left}` : 'there is no command in it';
  return `nothing in it can be run: ${why} (docs/master.md has the commands)`;
};

/** What the explorer asks of conformance (see `Follower`). */
export const followRun = async (
  files: ReadonlyArray<string>,
  { flags, signal }: { readonly flags?: ReadonlyArray<string>; readonly signal: AbortSignal },
): Promise<Followed> => {
  const [first = '', ...others] = files;
  if (extname(first) === '.script') {
    if (others.length > 0) throw new UsageError('explore one script at a time');
    const scripts = findScripts([first], flags);
    if (E.isLeft(scripts)) throw new UsageError(scripts.left);
    const nothing = nothingIn(scripts.right[0]!.text);
    if (nothing !== undefined) throw new UsageError(`${first}: ${nothing}`);
    const judged = await judgeScript(scripts.right[0]!, { signal });
    if (E.isLeft(judged)) throw new UsageError(judged.left);
    const { events, oracle } = judged.right;
    return followed(first, events, oracle.verdict === 'diverges' ? rejectionOf(events, oracle) : undefined);
  }
  const runs = readRuns(files);
  if (E.isLeft(runs)) throw new UsageError(runs.left);
  if (runs.right.length > 1) throw new UsageError('explore the trace of one run at a time: several files are the parts of one');
  const [events = []] = runs.right;
  if (events.length === 0) throw new UsageError(`${first}: it has no events: bayou master --trace FILE writes a trace`);
  return followed(first, events);
};

/** The same for a run of which the events are at hand. */
export const followEvents = followed;
