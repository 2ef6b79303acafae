/** Simulates a model by random walks through a space that is too large to be exhausted. It can refute and witness, never prove. */
import type { Model } from '../model.js';
import type { Audit } from '../contract/audit.js';
import { mustBeOptions } from '../contract/checked-options.js';
import { optionsNow } from '../contract/options-now.js';
import { forOneSearch } from '../contract/guard.js';
import { contracted } from '../contract/validate.js';
import { random, type Random } from '../random.js';
import type { CheckOptions, CheckpointOptions } from '../options.js';
import { isLiveness, type AuditReport, type PropertyReport, type Report, type Stop } from '../report.js';
import { pauses, watch, type Watch } from '../limits.js';
import { withinBoundary } from '../verdict/reasons.js';
import { concluded, judgedReport, sentenceOf, wantsTrace } from '../verdict/conclude.js';
import { judge, type ExplicitJudge } from './explicit-judge.js';
import { collapsedStore, keyedStore, type StateStore } from './state-store.js';
import { cover, coverageList, neverEnabled, type FamilyCounts } from './coverage.js';
import { many } from '../counted.js';
import { BY_NUMBERS, RANDOM } from '../verdict/reasons.js';
import { Likes } from '../values/like.js';
import { isNumbered, mayHaveMerged, mergingOf, type KeyWatch } from '../contract/merging.js';
import { onRun } from '../shown/fault-on-run.js';
import { showRun, type Run } from '../shown/shown-run.js';
import { stepsOf, type Step } from '../runs/decides.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** What a simulation takes besides the options of every search. */
export interface SimulateOptions extends Omit<
  CheckOptions,
  'search' | 'symmetry' | 'normalize' | 'hashBits' | keyof CheckpointOptions
> {
  /** Default 1. The same seed, model and options give the same walks. */
  readonly seed?: number;
  /** The number of walks. Default 1,000. */
  readonly traces?: number;
  /** Greatest number of steps of a walk. Default 100. */
  readonly traceLength?: number;
}

interface Simulation<S, A> {
  readonly model: Model<S, A>;
  readonly audit: Audit;
  readonly options: SimulateOptions;
  readonly pick: Random;
  readonly judge: ExplicitJudge<S, A>;
  readonly watch: Watch;
  /** Says after which steps the limits and the signal are asked for. */
  readonly isPause: () => boolean;
  readonly store: StateStore<S>;
  /** Notices whether the model's key merges states. */
  readonly merging: KeyWatch | undefined;
  readonly likes: Likes;
  readonly coverage: FamilyCounts;
  /** For each property that was decided, the walk that did it. */
  readonly runs: Map<string, Run<S, A>>;
  generated: number;
  depth: number;
  walks: number;
  /** How many states beyond the model's boundary were seen. */
  cut: number;
  /** The walk at hand. */
  run: Run<S, A> | undefined;
}

// --- constructors ----------------------------------------------------------------------------------------------------------

/** A simulation that has not begun. */
export const simulation = <S, A>(given: Model<S, A>, asked: SimulateOptions): Simulation<S, A> => {
  const { model, audit } = contracted(forOneSearch(given), asked);
  const options = optionsNow(asked);
  mustBeOptions('simulate', options, model.properties);
  return {
    model,
    audit,
    options,
    pick: random(options.seed ?? 1),
    judge: judge(
      model.properties.filter(({ name }) => options.properties?.includes(name) ?? true),
      audit,
    ),
    watch: watch(options, false),
    isPause: pauses(),
    store: model.key === undefined ? collapsedStore() : keyedStore({ key: model.key, isOwn: true }),
    merging: mergingOf(model),
    likes: new Likes(audit.isOfAll),
    coverage: new Map((model.families ?? []).map((family) => [family, { steps: 0, fresh: 0 }])),
    runs: new Map(),
    generated: 0,
    depth: 0,
    walks: 0,
    cut: 0,
    run: undefined,
  };
};

// --- one walk --------------------------------------------------------------------------------------------------------------

/** Where on a walk a call was made. The walk is not copied: a long one has many calls. */
interface Place<S, A> extends Run<S, A> {
  readonly taken: number;
}

const tracesOf = ({ traces }: SimulateOptions): number => traces ?? 1000;

/** Keeps the walk so far for each property that has just been decided. */
const keepRuns = <S, A>(found: Simulation<S, A>, run: Run<S, A>): void => {
  for (const { property, place } of found.judge.all) {
    if (place !== undefined && !found.runs.has(property.name)) found.runs.set(property.name, { ...run, steps: [...run.steps] });
  }
};

/** Judges a state that is seen for the first time, and says whether it is. */
const meet = <S, A>(found: Simulation<S, A>, state: S): boolean => {
  const size = found.store.size();
  const index = found.store.add(state);
  found.generated++;
  if (index < size) {
    if (found.model.key !== undefined) found.merging?.compare(found.store.get(index), state, found.likes);
    return false;
  }
  if (found.model.boundary?.(state) === false) found.cut++;
  found.judge.state(state, index);
  return true;
};

/** Says why to stop now, or undefined. It reports progress when that is due. */
const poll = <S, A>({ watch: watcher, store, options, generated, depth, walks, run }: Simulation<S, A>): Stop | undefined =>
  watcher.poll({
    generated,
    depth: Math.max(depth, run?.steps.length ?? 0),
    distinct: store.size(),
    queue: tracesOf(options) - walks,
  });

/** Takes one walk. A walk may be long, so it yields now and then, and gives the stop that ended it early. */
function* walk<S, A>(found: Simulation<S, A>): Generator<void, Stop | undefined> {
  const { model, pick } = found;
  if (model.initial.length === 0) return undefined;
  const initial = model.initial[pick(model.initial.length)] as S;
  const steps: Step<S, A>[] = [];
  let state: S = initial;
  let stop: Stop | undefined;
  found.run = { initial, steps };
  found.audit.place = (): Place<S, A> => ({ initial, steps, taken: steps.length });
  meet(found, state);
  keepRuns(found, { initial, steps });
  while (stop === undefined && steps.length < (found.options.traceLength ?? 100) && model.boundary?.(state) !== false) {
    const choices = stepsOf(model, state);
    const step = choices[pick(choices.length)];
    if (step === undefined) found.judge.stuck(state, found.store.add(state));
    else takeStep(found, state, step, steps);
    keepRuns(found, { initial, steps });
    if (step === undefined || isOver(found) || isFull(found)) break;
    state = step.next;
    if (!found.isPause()) continue;
    yield;
    stop = poll(found);
  }
  found.depth = Math.max(found.depth, steps.length);
  return stop;
}

const takeStep = <S, A>(found: Simulation<S, A>, state: S, step: Step<S, A>, steps: Step<S, A>[]): void => {
  steps.push(step);
  const fresh = meet(found, step.next);
  cover(found.coverage, found.model.label(step.action).family, fresh);
  found.judge.step(state, found.store.add(state), step.action, step.next);
};

const isOver = <S, A>({ judge: { violated, allDecided }, options }: Simulation<S, A>): boolean =>
  violated() && (options.keepGoing !== true || allDecided());

const isFull = <S, A>({ store, options: { maxStates = Infinity } }: Simulation<S, A>): boolean => store.size() >= maxStates;

// --- the simulation --------------------------------------------------------------------------------------------------------

/** Walks until the number of walks or a limit is reached. It yields between walks, and within long ones. */
export function* wander<S, A>(found: Simulation<S, A>): Generator<void, Stop> {
  const traces = tracesOf(found.options);
  while (found.walks < traces) {
    const interruption = found.watch.interruption();
    if (interruption !== undefined) return interruption;
    let cut: Stop | undefined;
    try {
      cut = yield* walk(found);
    } catch (error) {
      found.audit.mustBeIntact();
      throw onRun(found.model, found.run, error);
    }
    found.walks++;
    if (isOver(found)) return { kind: 'violation', ...(found.options.keepGoing === true ? { all: true } : {}) };
    if (found.options.maxStates !== undefined && isFull(found)) return { kind: 'states', limit: found.options.maxStates };
    const stop = cut ?? poll(found);
    if (stop !== undefined) return stop;
    yield;
  }
  return { kind: 'traces', limit: traces };
}

// --- the report ------------------------------------------------------------------------------------------------------------

/** Ends the audit. A fault that comes up in it is told with the walk on which the call was made. */
const auditedOf = <S, A>(found: Simulation<S, A>): AuditReport => {
  let walked: Run<S, A> | undefined;
  try {
    return found.audit.finish(found.watch.elapsedMs(), (place) => {
      const at = place as Place<S, A> | undefined;
      walked = at && { initial: at.initial, steps: at.steps.slice(0, at.taken) };
    });
  } catch (error) {
    throw onRun(found.model, walked, error);
  }
};

const propertiesOf = <S, A>(found: Simulation<S, A>): ReadonlyArray<PropertyReport> =>
  found.judge.all.map(({ property, place }) => {
    if (isLiveness(property.kind))
      return { ...sentenceOf(property), verdict: 'unknown', why: 'random walks cannot judge liveness' };
    const report = judgedReport(property, place !== undefined, RANDOM);
    if (place !== undefined && isNumbered(found.model)) return { ...sentenceOf(property), verdict: 'unknown', why: BY_NUMBERS };
    const run = found.runs.get(property.name);
    if (run === undefined || !wantsTrace(report, found.options)) return report;
    return { ...report, trace: showRun(found.model, run, false) };
  });

/** The report of a simulation. */
export const simulationReport = <S, A>(found: Simulation<S, A>, stop: Stop): Report => {
  const { options, coverage } = found;
  const properties = propertiesOf(found);
  return concluded(
    {
      model: found.model.name,
      stop,
      search: 'simulate',
      bounds: [
        ...(options.bounds ?? []),
        ...withinBoundary(found.cut),
        `${many(found.walks, 'random walk')} of at most ${options.traceLength ?? 100} steps, seed ${options.seed ?? 1}`,
      ],
      counts: {
        generated: found.generated,
        distinct: found.store.size(),
        depth: found.depth,
        completeDepth: 0,
        queue: 0,
        cut: found.cut,
      },
      properties,
      coverage: coverageList(coverage, found.model.families),
      neverEnabled: neverEnabled(coverage),
      audited: auditedOf(found),
      statistics: {
        elapsedMs: found.watch.elapsedMs(),
        peakBytes: found.watch.peakBytes(),
        workers: 1,
        engine: 'plain',
        ...(mayHaveMerged(found.merging) ? { byKey: true } : {}),
      },
      seed: options.seed ?? 1,
    },
    options,
  );
};
