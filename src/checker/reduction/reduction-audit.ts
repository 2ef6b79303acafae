/**
 * An audit of reductions: of what a model says of its symmetry and of its normal form. It goes through the states as they are, not reduced, and
 * looks whether those that a search would take for one are alike: in every property, in the boundary, and in where their steps lead.
 * Then what the search leaves out can hold nothing that it does not see. While the space is small all of it is looked at, and a sample beyond.
 */
import type { Model, Property } from '../model.js';
import { oneForm } from '../values/one-form.js';
import { blindIn, unseen } from '../values/seen.js';
import { withRun } from '../contract/where.js';
import { fault, shortened } from '../contract/words.js';
import type { CheckerError } from '../error.js';
import { Ints } from '../ints.js';
import { random } from '../random.js';
import { isLiveness, verdictOf, type CheckOptions, type PropertyReport, type Report } from '../report.js';
import { showState } from '../shown/state.js';
import { watch, type Watch } from '../limits.js';
import { differenceOf, lookOf, recordOf, type Asked, type Look } from './alike.js';
import { encode } from '../values/encode.js';
import { closing, composed, orbitOf, singles, type Mapping, type Word } from './orbits.js';
import { collapsedStore, keyedStore, type StateStore } from '../explicit/state-store.js';
import { showRun } from '../shown/run.js';

// --- what is audited -------------------------------------------------------------------------------------------------------

export type ReductionOptions = Pick<
  CheckOptions,
  'symmetry' | 'normalize' | 'properties' | 'audit' | 'requireWitnesses' | 'maxMs' | 'maxMemoryBytes' | 'signal'
>;

/** Of a witness that the search did not come to, and the audit did. */
const NOT_KEPT = 'seen where the reduction was audited: it does not keep this, so that the search alone would have missed it';

/** Of a witness that the search came to, and the model does not. */
const NOT_THERE = 'true of states alone that the reduction makes, and none of those can be reached';

/** A map that a model declares, and how it is called. */
interface Named<S> {
  readonly name: string;
  readonly map: Mapping<S>;
}

/** What a state is to the audit: met as the end of a step, made by a map, or reached by the model's own steps. */
const Role = { met: 0, image: 1, reached: 2 } as const;

// --- one round -------------------------------------------------------------------------------------------------------------

/** A state that cannot be seen into: what a key takes for one cannot be told apart then. */
export class Unseeable extends Error {}

/**
 * Goes through the states with a symmetry of certain words; or, where the key is what is audited, through states that are told apart by what they
 * are, of which those with one key should be alike.
 */
export class Round<S, A> {
  /** States that show that the words are not all. */
  open: ReadonlyArray<S> = [];
  audited = 0;
  /** Whether two of the states looked at are one to the search. */
  isMerging = false;
  /** Names of the witnesses that were reached. */
  readonly reached = new Set<string>();
  /** Names of those that are not the same of all states that are taken for one. */
  readonly unkept = new Set<string>();
  private readonly model: Model<S, A>;
  private readonly asked: Asked<S, A>;
  private readonly maps: ReadonlyArray<Named<S>>;
  private readonly normalize: Mapping<S> | undefined;
  private readonly images: ReadonlyArray<Mapping<S>>;
  private readonly key: (state: S) => string;
  private readonly isOfKey: boolean;
  private readonly store: StateStore<S>;
  private readonly roles = new Ints();
  /** By state: from which it was met, and by which map (-1: by a step). */
  private readonly parents = new Ints();
  private readonly makers = new Ints();
  private readonly classes = new Ints();
  /** As what each was looked at; -1: not yet. */
  private readonly done = new Ints();
  private readonly numbers = new Map<string, number>();
  /** By class: the first state, and what was found of it. */
  private readonly firsts: { readonly index: number; readonly record: string; readonly reached: ReadonlyArray<string> }[] = [];
  /** By map: of which state it made which. */
  private readonly sources: ReadonlyArray<Map<number, number>>;
  private readonly queue = new Ints();
  private readonly initial: ReadonlyArray<number>;
  private taken = 0;
  /** How often the model was asked something. */
  calls = 0;

  constructor(
    model: Model<S, A>,
    asked: Asked<S, A>,
    maps: ReadonlyArray<Named<S>>,
    words: ReadonlyArray<Word>,
    normalize?: Mapping<S>,
    isOfKey = false,
  ) {
    this.model = model;
    this.asked = asked;
    this.maps = maps;
    this.normalize = normalize;
    this.images = words.map((word) =>
      composed(
        maps.map(({ map }) => map),
        word,
      ),
    );
    this.key = model.key ?? encode;
    this.isOfKey = isOfKey;
    this.store = model.key === undefined || isOfKey ? collapsedStore() : keyedStore({ key: model.key, isOwn: true });
    this.sources = maps.map(() => new Map<number, number>());
    this.initial = model.initial.map((state) => this.meet(state, Role.reached, -1, -1));
  }

  /** Under a symmetry each step has an image of its own; a quotient or a key may make one of several. */
  private get isMultiset(): boolean {
    return this.normalize === undefined && !this.isOfKey;
  }

  /** What takes states for one. */
  private get reducer(): string {
    if (this.isOfKey) return 'key';
    return this.normalize === undefined ? 'symmetry' : 'quotient';
  }

  /** Whether there is more to look at. */
  get isOver(): boolean {
    return this.taken === this.queue.length;
  }

  /** Looks at the next state, and puts those that follow from it in the queue. */
  step(): void {
    const index = this.queue.at(this.taken++);
    if (this.done.at(index) >= this.roles.at(index)) return;
    const look = this.look(index);
    if (this.roles.at(index) !== Role.reached) return;
    for (const { target } of look.steps) this.rise(target, Role.reached, index, -1);
  }

  /** Looks at the states on a walk at random, of so many steps, and at their images. */
  walk(pick: (bound: number) => number, length: number): void {
    if (this.initial.length === 0) return;
    let index = this.initial[pick(this.initial.length)]!;
    for (let n = 0; n < length; n++) {
      const from = this.queue.length;
      const { steps } = this.look(index);
      for (let image = from; image < this.queue.length && this.open.length === 0; image++) this.look(this.queue.at(image));
      if (steps.length === 0 || this.open.length > 0) return;
      const next = steps[pick(steps.length)]!.target;
      this.rise(next, Role.reached, index, -1);
      index = next;
    }
  }

  // --- states --------------------------------------------------------------------------------------------------------------

  private meet(state: S, role: number, parent: number, maker: number): number {
    if (this.isOfKey && blindIn(state) !== undefined) throw new Unseeable();
    const size = this.store.size();
    const index = this.store.add(state);
    if (index === size) {
      for (const [list, value] of [
        [this.roles, -1],
        [this.parents, parent],
        [this.makers, maker],
        [this.classes, -1],
        [this.done, -1],
      ] as const)
        list.push(value);
    }
    this.rise(index, role, parent, maker);
    return index;
  }

  private rise(index: number, role: number, parent: number, maker: number): void {
    if (this.roles.at(index) >= role) return;
    this.roles.data[index] = role;
    this.parents.data[index] = parent;
    this.makers.data[index] = maker;
    if (role !== Role.met) this.queue.push(index);
  }

  /** The number of the class in which a search would have a state. */
  private classOf(index: number): number {
    const known = this.classes.at(index);
    if (known >= 0) return known;
    const state = this.store.get(index);
    const normal = this.normalize ?? ((same: S): S => same);
    let least = this.key(normal(state));
    for (const image of this.images) {
      const key = this.key(normal(image(state)));
      if (key < least) least = key;
    }
    this.calls += 1 + this.images.length;
    const number = this.numbers.get(least) ?? this.numbers.size;
    this.numbers.set(least, number);
    this.classes.data[index] = number;
    return number;
  }

  // --- looking -------------------------------------------------------------------------------------------------------------

  private look(index: number): Look<A> {
    const state = this.store.get(index);
    for (let which = 0; which < this.maps.length && this.open.length === 0; which++) this.map(index, state, which);
    if (this.normalize !== undefined) this.bringToNormal(index, state, this.normalize);
    const look = this.lookAt(index);
    if (this.open.length > 0) return look;
    if (this.roles.at(index) === Role.reached && this.done.at(index) !== Role.reached) {
      this.audited++;
      for (const name of look.reached) this.reached.add(name);
    }
    this.done.data[index] = this.roles.at(index);
    const record = recordOf(look, (target) => this.classOf(target), this.isMultiset);
    const first = (this.firsts[this.classOf(index)] ??= { index, record, reached: look.reached });
    this.compare(first.reached, look.reached);
    if (first.index !== index) this.isMerging = true;
    if (first.record !== record) this.mustBeAlike(index, first.index);
    return look;
  }

  /** Takes note of the witnesses that only one of two states has. */
  private compare(one: ReadonlyArray<string>, other: ReadonlyArray<string>): void {
    for (const name of one) if (!other.includes(name)) this.unkept.add(name);
    for (const name of other) if (!one.includes(name)) this.unkept.add(name);
  }

  private lookAt(index: number): Look<A> {
    const look = lookOf(this.asked, this.store.get(index), (next) => this.meet(next, Role.met, index, -1));
    this.calls += 2 + 2 * look.steps.length + look.truths.length;
    return look;
  }

  /** Looks at what a map makes of a state. */
  private map(index: number, state: S, which: number): void {
    const { name, map } = this.maps[which]!;
    const image = this.made(name, index, which, map(state));
    this.calls++;
    const source = this.sources[which]!.get(image) ?? index;
    this.sources[which]!.set(image, source);
    if (source !== index)
      throw this.wrong(
        index,
        `${name} is no bijection: it makes ${this.text(image)} of ${this.text(source)} and of ${this.text(index)}`,
      );
    if (this.isInitial(index) && !this.isInitial(image))
      throw this.wrong(
        index,
        `${name} does not keep the initial states: of ${this.text(index)} it makes ${this.text(image)}, which is none`,
      );
    if (this.classOf(image) !== this.classOf(index)) this.mustLeadBack(index, image, which);
  }

  private isInitial(index: number): boolean {
    return this.roles.at(index) === Role.reached && this.parents.at(index) === -1;
  }

  /** What a map makes of a state must lead back to it: then more words close the symmetry. */
  private mustLeadBack(index: number, image: number, which: number): void {
    const maps = this.maps.map(({ map }) => map);
    const states = [this.store.get(index), this.store.get(image)];
    const [orbit, other] = states.map((state) => orbitOf(maps, this.key, state));
    const { name } = this.maps[which]!;
    if (orbit!.size !== other!.size)
      throw this.wrong(
        index,
        `${name} has no inverse: of ${this.text(index)} it makes ${this.text(image)}, from which none of them leads back`,
      );
    this.open = states;
  }

  private bringToNormal(index: number, state: S, normalize: Mapping<S>): void {
    const which = this.maps.length;
    const normal = this.made('normalize', index, which, normalize(state));
    const again = this.made('normalize', normal, which, normalize(this.store.get(normal)));
    this.calls += 2;
    if (again !== normal)
      throw this.wrong(
        index,
        `normalize is not idempotent: of ${this.text(index)} it makes ${this.text(normal)}, and of that ${this.text(again)}`,
      );
    if (this.open.length === 0 && this.classOf(normal) !== this.classOf(index) && this.isClosedOn([normal]))
      throw this.wrong(
        index,
        `symmetry and normalize do not go together: images of ${this.text(index)} and of its normal form ${this.text(normal)} have other normal forms`,
      );
  }

  /** Whether the words make all images of these states; where they do not, a round with more words is needed. */
  private isClosedOn(indices: ReadonlyArray<number>): boolean {
    for (const index of indices) {
      for (let which = 0; which < this.maps.length && this.open.length === 0; which++)
        this.map(index, this.store.get(index), which);
    }
    return this.open.length === 0;
  }

  /** The index of what a map made. @throws CheckerError (`model`) where it is no state. */
  private made(name: string, from: number, which: number, state: S): number {
    const blind = this.model.key === undefined ? blindIn(state) : undefined;
    if (blind !== undefined) throw this.wrong(from, `what ${name} gives is no state: ${unseen(blind).message}`);
    // What the maps make comes in whatever order; what the model is asked about has one.
    return this.meet(this.model.key === undefined ? oneForm(state) : state, Role.image, from, which);
  }

  // --- faults --------------------------------------------------------------------------------------------------------------

  private text(index: number): string {
    const shown = showState(this.model, this.store.get(index));
    return shortened(
      `{${Object.entries(shown)
        .map(([part, value]) => `${part}: ${value}`)
        .join(', ')}}`,
    );
  }

  /** Two states of one class are not alike, unless that is for want of words. */
  private mustBeAlike(index: number, first: number): void {
    const ends = [index, first].flatMap((state) => this.lookAt(state).steps.map(({ target }) => target));
    if (this.isClosedOn([first, ...ends])) throw this.unlike(index, first);
  }

  private unlike(index: number, first: number): CheckerError {
    const maker = this.roles.at(index) === Role.image ? this.makers.at(index) : -1;
    const other = maker === -1 ? first : this.parents.at(index);
    const name = this.maps[maker]?.name ?? 'normalize';
    const [a, b] = [other, index].map((state) => this.lookAt(state));
    const difference = differenceOf(this.asked, a!, b!, {
      classOf: (target) => this.classOf(target),
      text: (target) => this.text(target),
      isMultiset: this.isMultiset,
    });
    const told =
      maker === -1
        ? `${this.text(other)} and ${this.text(index)} are one state to the ${this.reducer}`
        : `of ${this.text(other)} ${name} makes ${this.text(index)}`;
    return this.wrong(index, `${told}, and the two are not alike: ${difference}`);
  }

  /** A fault with the run to the state, or to the one of which maps made it. */
  private wrong(index: number, what: string): CheckerError {
    let at = index;
    while (this.roles.at(at) !== Role.reached) at = this.parents.at(at);
    const path: number[] = [];
    for (; at >= 0; at = this.parents.at(at)) path.push(at);
    path.reverse();
    const initial = this.store.get(path[0]!);
    let before = initial;
    const steps: { action: A; next: S }[] = [];
    for (const index_ of path.slice(1)) {
      const step = this.stepTo(before, index_);
      if (step === undefined) return fault(what);
      steps.push(step);
      before = step.next;
    }
    return withRun(fault(what), showRun(this.model, { initial, steps }, false));
  }

  private stepTo(from: S, to: number): { readonly action: A; readonly next: S } | undefined {
    for (const action of this.model.actions(from)) {
      const next = this.model.next(from, action);
      if (next !== undefined && this.store.add(next) === to) return { action, next };
    }
    return undefined;
  }
}

// --- the audit -------------------------------------------------------------------------------------------------------------

export const askedOf = <S, A>(model: Model<S, A>, { properties }: ReductionOptions): Asked<S, A> => ({
  model,
  // Liveness is not judged under a reduction, and what is not judged need not be alike.
  ...byUse(model.properties.filter(({ name, kind }) => !isLiveness(kind) && (properties?.includes(name) ?? true))),
});

const byUse = <S, A>(asked: ReadonlyArray<Property<S, A>>): Omit<Asked<S, A>, 'model'> => {
  const isWitness = ({ kind }: Property<S, A>): boolean => kind === 'sometimes' || kind === 'sometimesStep';
  return { properties: asked.filter((property) => !isWitness(property)), witnesses: asked.filter(isWitness) };
};

/** Whether a search with these options takes states for one. */
export const isReducing = (
  { symmetry, normalize }: { readonly symmetry?: ReadonlyArray<unknown>; readonly normalize?: unknown },
  options: ReductionOptions,
): boolean =>
  (options.symmetry === true && (symmetry?.length ?? 0) > 0) || (options.normalize === true && normalize !== undefined);

/** Whether the graph of states is worth keeping: whole, or up to a symmetry alone. A key under symmetry may merge what it likes. */
export const keepsGraph = <S, A>(model: Model<S, A>, options: ReductionOptions): boolean =>
  !isReducing(model, options) || (model.key === undefined && !(options.normalize === true && model.normalize !== undefined));

const optional = <K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> =>
  (value === undefined ? {} : { [key]: value }) as Partial<Record<K, V>>;

/** How far an audit goes: so many calls, and no longer than so many milliseconds. */
interface Extent {
  readonly calls: number;
  readonly ms: number;
}

/** Before the search, when nobody knows how large the space is. */
const BEFORE: Extent = { calls: 1_000, ms: 1_000 };
/** After it, of a space that is small: one with so many states at most. */
const AFTER: Extent = { calls: 200_000, ms: 1_000 };
const SMALL = 20_000;
/** After one that found a violation, and does not know how large the space is. */
const FOUND: Extent = { calls: 10_000, ms: 200 };
/** Of one that is large, walks at random of so many steps, in this share of the time that the search took. */
const LENGTH = 48;
const SHARE = 0.02;

const WHOLE: Extent = { calls: Infinity, ms: Infinity };

/** The audit of the reductions that the options of one search ask for. */
export class ReductionAudit<S, A> {
  /** The maps of the symmetry, closed so far, each as a word of the declared ones. */
  words: ReadonlyArray<Word>;
  private readonly model: Model<S, A>;
  private readonly options: ReductionOptions;
  private readonly limits: Watch;
  private readonly maps: ReadonlyArray<Named<S>>;
  /** States that the words were found to be lacking at, by key. */
  private readonly open = new Map<string, S>();
  private round: Round<S, A>;

  /** `names`: how the maps are called. */
  constructor(model: Model<S, A>, options: ReductionOptions, names: ReadonlyArray<string> = []) {
    const declared = options.symmetry === true ? (model.symmetry ?? []) : [];
    this.model = model;
    this.options = options;
    const { maxMs, maxMemoryBytes, signal } = options;
    const limits = { ...optional('maxMs', maxMs), ...optional('maxMemoryBytes', maxMemoryBytes), ...optional('signal', signal) };
    this.limits = watch(limits, false);
    this.maps = declared.map((map, which) => ({ map, name: names[which] ?? `symmetry[${which}]` }));
    this.words = singles(declared);
    this.round = this.newRound();
  }

  /**
   * Closes the symmetry, and looks at the first states, or at all where that is asked for.
   *
   * @throws CheckerError (`model`) where states that a search would take for one are not alike, with the run to the first such state.
   */
  *before(): Generator<void, void> {
    yield* this.go(this.options.audit === true ? WHOLE : BEFORE);
  }

  /** Goes on once the search is over, and adds to its report how far it came. @throws CheckerError (`model`). */
  *after(report: Report): Generator<void, Report> {
    const { stop, counts, statistics, audited } = report;
    const isComplete = stop.kind === 'complete';
    const isSmall = counts.distinct * (1 + this.words.length) <= SMALL;
    // A search that did not come to its end says of nothing that it holds; but of a run perhaps that it is a shortest one.
    if (isSmall && isComplete) yield* this.go(AFTER);
    else if (isSmall && stop.kind === 'violation') yield* this.go(FOUND);
    // What a sample comes to depends on the time: it may refuse, and decides nothing.
    const told = this.withWitnesses(report);
    if (isComplete && !this.round.isOver) yield* this.sample(statistics.elapsedMs * SHARE);
    const reduction = { states: this.round.audited, whole: this.round.isOver };
    return audited === undefined ? told : { ...told, audited: { ...audited, reduction } };
  }

  /**
   * What the audit saw is reached, though the search took the states where it is for others. And where it saw all states as they are, what it did
   * not see is not reached, though the search did see it in a normal form; a key that takes different states for one keeps it from knowing. The
   * run to a witness that a reduction does not keep may have passed by a shorter one.
   */
  private withWitnesses(report: Report): Report {
    const { stop, statistics } = report;
    const knowsAll = this.round.isOver && statistics.byKey !== true;
    const right = (property: PropertyReport): PropertyReport => {
      const { name, rule, kind, verdict, trace } = property;
      const isSeen = this.round.reached.has(name);
      if (verdict === 'not reached' && isSeen && stop.kind === 'complete')
        return { ...property, verdict: 'reached', why: NOT_KEPT };
      if (verdict === 'reached' && !isSeen && knowsAll)
        return { name, ...optional('rule', rule), kind, verdict: 'not reached', why: NOT_THERE };
      if (trace?.shortest === true && this.round.unkept.has(name)) return { ...property, trace: { ...trace, shortest: false } };
      return property;
    };
    const properties = report.properties.map(right);
    if (properties.every((property, i) => property === report.properties[i])) return report;
    const unreached = properties.filter(({ verdict }) => verdict === 'not reached').map(({ name }) => name);
    const vacuity = { ...report.vacuity, unreached };
    const verdict = verdictOf(properties, stop, vacuity, this.options.requireWitnesses === true);
    return { ...report, properties, vacuity, verdict };
  }

  /** Whether a limit or a signal came. */
  private mustStop(): boolean {
    return this.limits.look({ generated: 0, distinct: 0, queue: 0, depth: 0 }) !== undefined;
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

  /** Goes on, with more words where those that there are turn out not to be all. */
  private *go({ calls, ms }: Extent): Generator<void, void> {
    const until = performance.now() + ms;
    for (let turn = 1; !this.round.isOver; turn++) {
      this.round.step();
      if (this.round.open.length > 0) this.close();
      if (turn % 16 !== 0) continue;
      if (this.mustStop() || this.round.calls > calls || performance.now() > until) return;
      yield;
    }
  }

  private *sample(ms: number): Generator<void, void> {
    const until = performance.now() + ms;
    const pick = random(1);
    while (performance.now() < until && !this.mustStop()) {
      this.round.walk(pick, LENGTH);
      if (this.round.open.length > 0) this.close();
      yield;
    }
  }

  /** Begins anew with all the words that the states seen so far need. */
  private close(): void {
    const key = this.model.key ?? encode;
    const known = this.open.size;
    for (const state of this.round.open) this.open.set(key(state), state);
    // With their words these states were closed: once is enough.
    if (this.open.size === known) throw fault('symmetry: of one state the maps make now this, now that');
    const maps = this.maps.map(({ map }) => map);
    this.words = closing(maps, key, [...this.open.values()]);
    this.round = this.newRound();
  }
}
