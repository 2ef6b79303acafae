/**
 * Audits reductions: what a model says of its symmetry and of its normal form. The audit goes through the states as they are, not reduced, and
 * sees whether those that a search would take for one are alike: in every property, in the boundary, and in where their steps lead. Then what the
 * search leaves out holds nothing that the search does not see. It examines all of a small space, and a sample of a large one.
 */
import type { Label, Model, Property } from '../model.js';
import { fault } from '../contract/model-faults.js';
import { random } from '../random.js';
import { optional } from '../optional.js';
import { isNumbered } from '../contract/merging.js';
import type { CheckOptions } from '../options.js';
import { isLiveness, isWitness, type Report } from '../report.js';
import { watch, type Watch } from '../limits.js';
import type { AuditedModel } from './observation.js';
import { Round } from './audit-round.js';
import { AFTER_WHOLE_SEARCH, AFTER_PARTIAL_SEARCH, SAMPLE_SHARE, WALK_LENGTH, type AuditBounds } from './extent.js';
import type { NamedMap } from './round-input.js';
import { withWhatWasSeen } from './seen-by-audit.js';
import { encode } from '../values/encode.js';
import { closing, singles, type Word } from './orbits.js';

// --- what is audited -------------------------------------------------------------------------------------------------------

export type ReductionOptions = Pick<
  CheckOptions,
  | 'symmetry'
  | 'normalize'
  | 'properties'
  | 'audit'
  | 'requireWitnesses'
  | 'witnessTraces'
  | 'hashBits'
  | 'maxMs'
  | 'maxMemoryBytes'
  | 'signal'
>;

// --- the audit -------------------------------------------------------------------------------------------------------------

export const askedOf = <S, A>(model: Model<S, A>, options: ReductionOptions): AuditedModel<S, A> => ({
  model,
  ...byUse(model.properties.filter(({ name }) => options.properties?.includes(name) ?? true)),
  ...(isReducing(model, options) && keepsGraph(model, options) ? {} : { liveness: [] }),
});

const byUse = <S, A>(asked: ReadonlyArray<Property<S, A>>): Omit<AuditedModel<S, A>, 'model'> => ({
  properties: asked.filter(({ kind }) => !isWitness(kind) && !isLiveness(kind)),
  witnesses: asked.filter(({ kind }) => isWitness(kind)),
  liveness: asked.filter(({ kind }) => isLiveness(kind)),
});

/** Tests that a search with these options takes states for one. */
export const isReducing = (
  { symmetry, normalize }: { readonly symmetry?: ReadonlyArray<unknown>; readonly normalize?: unknown },
  options: ReductionOptions,
): boolean =>
  (options.symmetry === true && (symmetry?.length ?? 0) > 0) || (options.normalize === true && normalize !== undefined);

/** Tests that no two states are taken for one, by a key, a hash or a reduction. */
export const comparesWhole = <S, A>(model: Model<S, A>, options: ReductionOptions & Pick<CheckOptions, 'hashBits'>): boolean =>
  model.key === undefined && options.hashBits === undefined && !isReducing(model, options);

/** Tests that the graph of states is worth keeping: whole, or reduced by a symmetry alone. A key under symmetry may merge any states. */
export const keepsGraph = <S, A>(model: Model<S, A>, options: ReductionOptions): boolean =>
  !isReducing(model, options) || (model.key === undefined && !(options.normalize === true && model.normalize !== undefined));

/** Before the search, while the size of the space is not known. */
const BEFORE: AuditBounds = { calls: 2_000, ms: 5_000 };
/** The most states of a small space. */
const SMALL = 20_000;

const WHOLE: AuditBounds = { calls: Infinity, ms: Infinity };

/** The audit of the reductions that the options of one search ask for. */
export class ReductionAudit<S, A> {
  /** The maps of the symmetry, closed so far, each as a word of the declared ones. */
  words: ReadonlyArray<Word>;
  /** How many of these words the search has. */
  private searched = 0;
  private readonly model: Model<S, A>;
  private readonly options: ReductionOptions;
  private readonly limits: Watch;
  /** The watch before the search, without the limit of memory. */
  private readonly early: Watch;
  private readonly maps: ReadonlyArray<NamedMap<S>>;
  /** States at which words were found to be missing, by key. */
  private readonly open = new Map<string, S>();
  private round: Round<S, A>;

  private readonly labels: ReadonlyArray<Label> | undefined;

  /** `names` are the names of the maps, `labels` those of all steps, where the model declares steps one by one. */
  constructor(model: Model<S, A>, options: ReductionOptions, names: ReadonlyArray<string> = [], labels?: ReadonlyArray<Label>) {
    const declared = options.symmetry === true ? (model.symmetry ?? []) : [];
    this.model = model;
    this.options = options;
    this.labels = labels;
    const { maxMs, maxMemoryBytes, signal } = options;
    const early = { ...optional('maxMs', maxMs), ...optional('signal', signal) };
    this.early = watch(early, false);
    this.limits = watch({ ...early, ...optional('maxMemoryBytes', maxMemoryBytes) }, false);
    this.maps = declared.map((map, which) => ({ map, name: names[which] ?? `symmetry[${which}]` }));
    this.words = singles(declared);
    this.round = this.newRound();
  }

  /**
   * Closes the symmetry, and examines the first states, or all of them where the options ask for that.
   *
   * @throws CheckerError (`model`) where states that a search would take for one are not alike, with the run to the first such state.
   */
  *before(): Generator<void, void> {
    // So few calls take little memory, so there is no limit on it. A search that comes to its end then always has the symmetry that these calls
    // close, and its counts are the same.
    yield* this.go(BEFORE, this.early);
    if (this.options.audit === true) yield* this.go(WHOLE);
    this.searched = this.words.length;
  }

  /** Continues once the search is over, and adds to the report how far the audit came. @throws CheckerError (`model`). */
  *after(report: Report): Generator<void, Report> {
    const { stop, counts, statistics, audited } = report;
    const isComplete = stop.kind === 'complete';
    const isSmall = counts.distinct * (1 + this.words.length) <= SMALL;
    // A search that did not come to its end claims of nothing that it holds. But it may claim that a run is a shortest one, or that a witness is reached.
    const isClaiming = stop.kind === 'violation' || report.properties.some(({ verdict }) => verdict === 'reached');
    if (isSmall && isComplete) yield* this.go(AFTER_WHOLE_SEARCH);
    else if (isSmall && isClaiming) yield* this.go(AFTER_PARTIAL_SEARCH);
    // The result of a sample depends on the time. So it may refuse a model, but it decides no property.
    const knowsAll = this.round.isOver && statistics.byKey !== true;
    const told = withWhatWasSeen(report, this.round, this.options, {
      what: 'reduction',
      knowsAll,
      numbered: isNumbered(this.model) ? 'audit' : undefined,
      labels: this.labels,
    });
    if (isComplete && !this.round.isOver) yield* this.sample(statistics.elapsedMs * SAMPLE_SHARE);
    const isOpen = this.words.length > this.searched;
    const reduction = { states: this.round.audited, whole: this.round.isOver, ...(isOpen ? { open: true as const } : {}) };
    return audited === undefined ? told : { ...told, audited: { ...audited, reduction } };
  }

  /** Tests for a limit or a signal. */
  private mustStop(limits = this.limits): boolean {
    return limits.poll({ generated: 0, distinct: 0, queue: 0, depth: 0 }) !== undefined;
  }

  private newRound(): Round<S, A> {
    const { model, options } = this;
    return new Round(
      model,
      askedOf(model, options),
      this.maps,
      this.words,
      options.normalize === true ? model.normalize : undefined,
    );
  }

  /** Continues the audit. It starts a new round where more words turn out to be needed. */
  private *go({ calls, ms }: AuditBounds, limits = this.limits): Generator<void, void> {
    const until = performance.now() + ms;
    for (let turn = 1; !this.round.isOver; turn++) {
      this.round.step();
      if (this.round.open.length > 0) this.close();
      if (turn % 16 !== 0) continue;
      if (this.mustStop(limits) || this.round.calls > calls || performance.now() > until) return;
      yield;
    }
  }

  private *sample(ms: number): Generator<void, void> {
    const until = performance.now() + ms;
    const pick = random(1);
    while (performance.now() < until && !this.mustStop()) {
      this.round.walk(pick, WALK_LENGTH);
      if (this.round.open.length > 0) this.close();
      yield;
    }
  }

  /** Starts a new round with all the words that the states so far need. */
  private close(): void {
    const key = this.model.key ?? encode;
    const known = this.open.size;
    for (const state of this.round.open) this.open.set(key(state), state);
    // The last round had the words of these states, so they were closed.
    if (this.open.size === known) throw fault('symmetry: of one state the maps make now this, now that');
    const maps = this.maps.map(({ map }) => map);
    this.words = closing(maps, key, [...this.open.values()]);
    this.round = this.newRound();
  }
}
