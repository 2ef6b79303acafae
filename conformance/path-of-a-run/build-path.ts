/**
 * Makes a path of the model from a run of the cluster that diverges: the steps up to the event that no step explains. Where a model with one of the
 * contract's faults explains the whole run, the path goes on to the first property that the fault breaks.
 */
import { replayPath } from '#bayou/checked-model/replay-path.js';
import type { RecordedPath, RecordedStep } from '#bayou/checked-model/path-file.js';
import type { NodeId } from '#bayou/core/ids.js';
import type { Guarantees } from '#bayou/core/guarantees.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import { DEFAULTS, type Config } from '#bayou/model/checking/config.js';
import { VARIANTS, type Variant } from '#bayou/model/protocol/rules.js';
import { MASTERS_CLIENTS } from '../common/masters-clients.js';
import type { Rejection } from '../layer3-traces/rejection.js';
import { namesOf, type Names } from './path-names.js';
import { inOrder, neededFor } from './path-order.js';
import { record, type RunRecord } from './recording.js';
import type { Grain, StepNode } from './path-parts.js';
import { contextOf, nodesOf, refusedNode } from './steps.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A path, or the reason why there is none. */
export type BuiltPath = { readonly kind: 'path'; readonly path: RecordedPath } | { readonly kind: 'none'; readonly why: string };

/** Steps in an order, and the grain of their pulls at which such an order exists. */
interface Ordered {
  readonly nodes: ReadonlyArray<StepNode>;
  readonly grain: Grain;
}

/** The most steps of a path: a longer one helps no reader. */
const MAX_STEPS = 50_000;

// --- the model's fault -----------------------------------------------------------------------------------------------------

const FAULTS = (Object.keys(VARIANTS) as ReadonlyArray<Variant>).filter((variant) => variant !== 'FIXED');

/** Follows the run by models with a fault; returns the recording of the first model that explains all of it. */
const explained = (events: ReadonlyArray<TraceEvent>): RunRecord | undefined => {
  for (const variant of FAULTS) {
    const recording = record(events, variant);
    if (recording.verdict.verdict === 'conforms') return recording;
  }
  return undefined;
};

// --- links -----------------------------------------------------------------------------------------------------------------

/** The links between servers that are cut at the end of the followed run, as at least one end tells. */
const cutLinks = ({ followed }: RunRecord): ReadonlyArray<readonly [NodeId, NodeId]> => {
  const cut = new Map<NodeId, Set<NodeId>>();
  const servers = new Set(followed.flatMap(({ who }) => (who.role === 'server' ? [who.id] : [])));
  for (const { event, who } of followed) {
    if (event.type === 'start') cut.set(who.id, new Set());
    if (event.type === 'link' && event.up) cut.get(who.id)?.delete(event.peer);
    if (event.type === 'link' && !event.up) cut.get(who.id)?.add(event.peer);
  }
  const pairs = [...cut].flatMap(([a, peers]) =>
    [...peers].filter((b) => servers.has(b)).map((b): readonly [NodeId, NodeId] => (a < b ? [a, b] : [b, a])),
  );
  return pairs.filter(([a, b], i) => pairs.findIndex(([x, y]) => x === a && y === b) === i);
};

/** How far before the last step its cuts stand. All other places are whole or half numbers, so the cuts come after the steps before the last one. */
const JUST_BEFORE = 0.25;

/** The steps that cut links, for the path. Such steps matter only before a stabilize, and before a pull over a link that is cut. */
const cutsBefore = (recording: RunRecord, names: Names, last: StepNode | undefined, rule: string): ReadonlyArray<StepNode> => {
  if (rule !== 'section 5' || last?.label === undefined) return [];
  const at = Math.max(...last.accesses.map((a) => a.at)) - JUST_BEFORE;
  const mine = last.label.args.map(String);
  return cutLinks(recording).flatMap(([a, b]): ReadonlyArray<StepNode> => {
    const ends = [names.server(a), names.server(b)];
    if (last.label?.family === 'Pull' && !ends.every((end) => mine.includes(end))) return [];
    return [
      {
        label: { family: 'ChangeLink', args: [ends.join('-')] },
        note: 'cut',
        accesses: ends.map((part) => ({ part, at, writes: true })),
      },
    ];
  });
};

// --- the configuration -----------------------------------------------------------------------------------------------------

const guaranteesIn = ({ followed }: RunRecord, client: NodeId): Guarantees => {
  const session = followed.find(({ event }) => event.type === 'session' && event.client === client)?.event;
  return session?.type === 'session' ? session.guarantees : MASTERS_CLIENTS;
};

/** The smallest configuration in which the steps are possible. */
const configOf = (recording: RunRecord, names: Names, { nodes, grain }: Ordered, name: string): Config => {
  const count = (...families: ReadonlyArray<string>): number =>
    nodes.filter(({ label }) => label !== undefined && families.includes(label.family)).length;
  const isUnanswered = count('PutUnanswered', 'PutDelayed', 'RepeatPut', 'GiveUp') > 0;
  return {
    ...DEFAULTS,
    name,
    about: 'a run of the cluster',
    servers: names.servers,
    clients: names.clients.length,
    keys: names.keys,
    sessionKeys: names.keys,
    puts: count('Put', 'PutUnanswered', 'PutDelayed'),
    links: 'full',
    linkChanges: count('ChangeLink'),
    kills: count('Kill'),
    blankRestarts: count('RestartBlank'),
    grain,
    inFlight: grain === 'messages' ? Math.max(1, count('Request')) : 0,
    lostAnswers: isUnanswered ? Math.max(1, count('PutUnanswered', 'PutDelayed')) : 0,
    latePuts: count('PutDelayed'),
    sessions: names.clients.map((client) => guaranteesIn(recording, client)),
    stabilize: count('Stabilize') > 0,
    rounds: 0,
    pruning: 'live',
    properties: ['SAFETY', 'LATER'],
  };
};

const stepOf = ({ label, note, seen, event }: StepNode): RecordedStep => ({
  ...(label === undefined ? {} : { label }),
  ...(note === undefined ? {} : { note }),
  ...(seen === undefined ? {} : { seen }),
  ...(event === undefined ? {} : { event }),
});

// --- the path --------------------------------------------------------------------------------------------------------------

/** The steps in an order: whole pulls where they have one, and otherwise each pull as its three steps. */
const ordered = (nodesAt: (grain: Grain) => ReadonlyArray<StepNode>): Ordered | undefined => {
  for (const grain of ['pull', 'messages'] as const) {
    const nodes = inOrder(nodesAt(grain));
    if (nodes !== undefined) return { nodes, grain };
  }
  return undefined;
};

/** The path with the legend of its own names alone; a run may have many more. */
const namedIn = (path: RecordedPath): RecordedPath => {
  const text = JSON.stringify([path.steps, replayPath(path).trace]);
  const stands = (name: string): boolean => new RegExp(`(?<![\\w#])${name}(?!\\w)`).test(text);
  return { ...path, names: Object.fromEntries(Object.entries(path.names ?? {}).filter(([name]) => stands(name))) };
};

/** Makes a path of these steps, for the protocol without a fault. */
type Make = (steps: Ordered) => RecordedPath;

/** The steps that the path must reach: the step that the protocol refuses, and the step at which the fault first breaks a property. */
const targetsIn = (steps: Ordered, make: Make, fault: Variant, refused: StepNode | undefined): ReadonlyArray<StepNode> => {
  const path = make(steps);
  const { refusal } = replayPath(path);
  const targets = [refusal === undefined ? refused : steps.nodes[refusal.step]];
  if (fault !== 'FIXED') {
    const { broken, from } = replayPath({ ...path, config: { ...path.config, variant: fault } });
    const first = Math.min(...broken.map(({ after }) => after));
    if (Number.isFinite(first) && first > 0) targets.push(steps.nodes[from[first - 1]!]);
  }
  return targets.flatMap((node) => node ?? []);
};

const isRefused = (path: RecordedPath): boolean => replayPath(path).refusal !== undefined;

/** The name of a step, equal at both grains: a whole pull and a receipt belong to one event. */
const nameOf = ({ event, label, accesses }: StepNode): string =>
  event === undefined ? `${label?.family ?? ''} ${accesses[0]?.at ?? ''}` : `${event.process} ${event.n}`;

/** The steps that the targets need, in order; with whole pulls where the pulls that are left do not cross each other. */
const fewer = (steps: Ordered, targets: ReadonlyArray<StepNode>, whole: () => ReadonlyArray<StepNode>): Ordered => {
  const nodes = neededFor(steps.nodes, targets);
  if (steps.grain === 'pull') return { ...steps, nodes };
  const kept = new Set(nodes.map(nameOf));
  const pulls = inOrder(whole().filter((node) => kept.has(nameOf(node))));
  return pulls === undefined ? { ...steps, nodes } : { nodes: pulls, grain: 'pull' };
};

/** The fewest steps that still show the divergence; all steps where fewer do not show it. */
const shortened = (
  steps: Ordered,
  make: Make,
  fault: Variant,
  refused: StepNode | undefined,
  whole: () => ReadonlyArray<StepNode>,
): RecordedPath => {
  const targets = targetsIn(steps, make, fault, refused);
  if (targets.length === 0) return make(steps);
  const less = fewer(steps, targets, whole);
  if (!isRefused(make(less)) && isRefused(make(steps))) return make(steps);
  return less.nodes.length < steps.nodes.length ? shortened(less, make, fault, refused, whole) : make(less);
};

/** The options of a path. */
export interface PathOptions {
  /** The path's name, such as the script's. */
  readonly name: string;
  /** Do servers keep their logs? Then a server that comes back without its log has lost it (R10). Default false: it may be a new replica (R7). */
  readonly keepsLog?: boolean;
}

const NO_ORDER = 'its steps have no order in which the model could take them';

const tooLong = (count: number): BuiltPath => ({
  kind: 'none',
  why: `it has ${count} steps, and a path ${MAX_STEPS} at most; use a shorter script`,
});

/** The path of a whole run that the protocol explains. */
export const pathOfAll = (events: ReadonlyArray<TraceEvent>, options: PathOptions): BuiltPath => {
  const recording = record(events, 'FIXED');
  const names = namesOf(recording);
  if (typeof names === 'string') return { kind: 'none', why: names };
  const context = contextOf(recording, names, options.keepsLog ?? false);
  const steps = ordered((grain) => nodesOf(context, grain));
  if (steps === undefined) return { kind: 'none', why: NO_ORDER };
  if (steps.nodes.length > MAX_STEPS) return tooLong(steps.nodes.length);
  const config = configOf(recording, names, steps, options.name);
  return {
    kind: 'path',
    path: namedIn({ model: options.name, config, steps: steps.nodes.map(stepOf), names: names.legend, variants: [] }),
  };
};

/** The path of a run that diverges: at an event that layer 3 refuses, or at the result of a command that layer 2 refuses. */
export const pathOf = (
  events: ReadonlyArray<TraceEvent>,
  rejection: Omit<Rejection, 'event'>,
  options: PathOptions,
): BuiltPath => {
  const plain = record(events, 'FIXED');
  const fault = plain.verdict.verdict === 'diverges' ? explained(events) : undefined;
  const recording = fault ?? plain;
  const names = namesOf(recording);
  if (typeof names === 'string') return { kind: 'none', why: names };
  const context = contextOf(recording, names, options.keepsLog ?? false);
  const { process, n, rule, why } = rejection;
  const isIt = (event: RecordedStep['event']): boolean => event?.process === process && event.n === n;
  const last = refusedNode(context, plain.verdict.rejection);
  const end =
    plain.verdict.verdict === 'diverges'
      ? Infinity
      : recording.followed.findIndex(({ event: e }) => e.p === process && e.n === n);
  const nodesAt = (grain: Grain): ReadonlyArray<StepNode> => {
    const nodes = nodesOf(context, grain).filter(({ accesses }) => accesses.some(({ at }) => at <= end));
    if (last === undefined || nodes.some(({ event }) => isIt(event))) return nodes;
    return [...nodes, ...cutsBefore(recording, names, last, rule), last];
  };
  const steps = ordered(nodesAt);
  if (steps === undefined) return { kind: 'none', why: NO_ORDER };
  if (steps.nodes.length > MAX_STEPS) return tooLong(steps.nodes.length);
  const make: Make = (some) => ({
    model: options.name,
    config: configOf(recording, names, some, options.name),
    steps: some.nodes.map(stepOf),
    rejection: { process, n, rule, why },
    names: names.legend,
    variants: fault === undefined ? [] : [fault.variant],
  });
  return { kind: 'path', path: namedIn(shortened(steps, make, recording.variant, last, () => nodesAt('pull'))) };
};
