/** One round of an audit of a symmetry, a normal form or a key. It refuses the model if two states that a search would take for one are not alike. */
import type { Label, Model } from '../model.js';
import { oneForm } from '../values/one-form.js';
import { incomparableIn, incomparableFault } from '../values/incomparable.js';
import { isFaultWithoutRun, withRun } from '../contract/fault-location.js';
import { fault } from '../contract/model-faults.js';
import type { CheckerError } from '../error.js';
import { brokenIn, differenceOf, namesTellingApart, observe, recordOf, labelsOf, triggeredIn } from './observation.js';
import { labelKey } from '../verdict/never-enabled.js';
import type { AuditedModel, StateObservation } from './observation.js';
import { encode } from '../values/encode.js';
import { composed, orbitOf, type StateMap, type Word } from './orbits.js';
import { isOneStructure, reducerOf, storeOf, type FirstOfClass, type NamedMap, type AuditedKey } from './round-input.js';
import { MetStates, Role } from './met-states.js';
import { StateClasses } from './state-classes.js';
import { textOf, textsOf } from './state-texts.js';
import { showRun } from '../shown/shown-run.js';
import type { Counterexample } from '../report.js';
import { runDeciding, runTo } from './audit-run.js';

/**
 * Goes through the states of a model. A round for a symmetry takes the words (compositions of declared maps) for the whole group. A round for a
 * key tells states apart by their values. States with one key must be alike, and each must be like its representative: the state that the search
 * puts in its place.
 */
export class Round<S, A> {
  /** States that show that the symmetry has more words. */
  open: ReadonlyArray<S> = [];
  audited = 0;
  /** Whether the search takes two different reached states for one. Two forms of one state do not count. */
  isMerging = false;
  /** By name of a reached witness or a broken property: the first state that decides it, or from which a step decides it. */
  readonly decided = new Map<string, number>();
  /** Names of the witnesses and properties of liveness that tell states of one class apart. */
  readonly unkept = new Set<string>();
  /** The labels of the steps from reached states, by their keys. */
  readonly enabled = new Map<string, Label>();
  /** Names of the `leadsTo` properties whose trigger `from` is true of a reached state. */
  readonly triggered = new Set<string>();
  private readonly model: Model<S, A>;
  private readonly asked: AuditedModel<S, A>;
  private readonly maps: ReadonlyArray<NamedMap<S>>;
  readonly normalize: StateMap<S> | undefined;
  private readonly classes: StateClasses<S>;
  private readonly key: (state: S) => string;
  readonly ofKey: AuditedKey<S> | undefined;
  private readonly states: MetStates<S>;
  /** By class: its first state, with the record of that state. */
  private readonly firsts: FirstOfClass[] = [];
  /** By map and image: the state of which the map made the image. */
  private readonly sources: ReadonlyArray<Map<number, number>>;
  private readonly initial: ReadonlyArray<number>;
  private taken = 0;
  /** How many calls of the model's functions the round made, besides those for classes. */
  private ownCalls = 0;

  constructor(
    model: Model<S, A>,
    asked: AuditedModel<S, A>,
    maps: ReadonlyArray<NamedMap<S>>,
    words: ReadonlyArray<Word>,
    normalize?: StateMap<S>,
    ofKey?: AuditedKey<S>,
  ) {
    this.model = model;
    this.asked = asked;
    this.maps = maps;
    this.normalize = normalize;
    const made = maps.map(({ map }) => map);
    this.key = model.key ?? encode;
    this.classes = new StateClasses(
      words.map((word) => composed(made, word)),
      normalize,
      this.key,
    );
    this.ofKey = ofKey;
    this.states = new MetStates(storeOf(model.key, ofKey));
    this.sources = maps.map(() => new Map<number, number>());
    this.initial = model.initial.map((state) => this.states.meet(state, Role.reached, -1, -1));
  }

  /** Under a symmetry each step has an image of its own. A quotient or a key may make one step of several. */
  private get isMultiset(): boolean {
    return this.normalize === undefined && this.ofKey === undefined;
  }

  /** How many calls of the model's functions the round made. */
  get calls(): number {
    return this.ownCalls + this.classes.calls;
  }

  /** Whether every state of the queue was examined. */
  get isOver(): boolean {
    return this.taken === this.states.queue.length;
  }

  /** Examines the next state of the queue, and puts the states to which its steps lead in the queue. */
  step(): void {
    const index = this.states.queue.at(this.taken++);
    if (this.states.done.at(index) >= this.states.roles.at(index)) return;
    const seen = this.examine(index);
    if (this.states.roles.at(index) === Role.reached)
      for (const { target } of seen.steps) this.states.promote(target, Role.reached, index, -1);
  }

  /** Examines the states on a random walk of `length` steps, and their images. */
  walk(pick: (bound: number) => number, length: number): void {
    if (this.initial.length === 0) return;
    let index = this.initial[pick(this.initial.length)]!;
    for (let n = 0; n < length; n++) {
      const from = this.states.queue.length;
      const { steps } = this.examine(index);
      for (let image = from; image < this.states.queue.length && this.open.length === 0; image++)
        this.examine(this.states.queue.at(image));
      if (steps.length === 0 || this.open.length > 0) return;
      const next = steps[pick(steps.length)]!.target;
      this.states.promote(next, Role.reached, index, -1);
      index = next;
    }
  }

  // --- states --------------------------------------------------------------------------------------------------------------

  /** Gives the number of the class to which a search would count a state. */
  private classOf(index: number): number {
    return this.classes.numberOf(index, this.states.get(index));
  }

  // --- looking -------------------------------------------------------------------------------------------------------------

  private examine(index: number): StateObservation<A> {
    try {
      return this.examined(index);
    } catch (error) {
      throw isFaultWithoutRun(error) ? this.wrong(index, `${error.message}${this.ofImage(index)}`) : error;
    }
  }

  private examined(index: number): StateObservation<A> {
    const state = this.states.get(index);
    this.mapAll(index);
    if (this.normalize !== undefined) this.bringToNormal(index, state, this.normalize);
    const representative = this.ofKey?.representative?.(state);
    if (representative !== undefined) this.states.meet(representative, Role.image, index, -1);
    const seen = this.observeState(index);
    if (this.open.length > 0) return seen;
    if (this.states.roles.at(index) === Role.reached && this.states.done.at(index) !== Role.reached) {
      this.audited++;
      for (const name of [...seen.reached, ...brokenIn(this.asked, seen)])
        if (!this.decided.has(name)) this.decided.set(name, index);
      for (const name of triggeredIn(this.asked, seen)) this.triggered.add(name);
      for (const label of labelsOf(this.asked, seen)) this.enabled.set(labelKey(label), label);
    }
    this.states.done.data[index] = this.states.roles.at(index);
    const record = recordOf(seen, (target) => this.classOf(target), this.isMultiset);
    const first = (this.firsts[this.classOf(index)] ??= { index, record, reached: seen.reached, predicates: seen.predicates });
    for (const name of namesTellingApart(this.asked, first, seen)) this.unkept.add(name);
    if (this.ofKey !== undefined && this.states.roles.at(index) === Role.reached) {
      const known = (first.firstReached ??= index);
      // Forms of one state have one structure. So only a different structure shows that the key merges states.
      if (known !== index && !this.isMerging) this.isMerging = !isOneStructure(this.states.get(known), state);
    }
    if (first.record !== record) this.mustBeAlike(index, first.index);
    return seen;
  }

  private observeState(index: number): StateObservation<A> {
    const seen = observe(this.asked, this.states.get(index), (next) => this.states.meet(next, Role.met, index, -1));
    this.ownCalls += 2 + 2 * seen.steps.length + seen.truths.length + seen.predicates.length;
    return seen;
  }

  private mapAll(index: number): void {
    for (let which = 0; which < this.maps.length && this.open.length === 0; which++)
      this.map(index, this.states.get(index), which);
  }

  /** Tests a map at a state: it must be a bijection and keep the initial states. */
  private map(index: number, state: S, which: number): void {
    const { name, map } = this.maps[which]!;
    const image = this.made(name, index, which, map(state));
    this.ownCalls++;
    const source = this.sources[which]!.get(image) ?? index;
    this.sources[which]!.set(image, source);
    if (source !== index)
      throw this.wrongAt(
        index,
        [image, source, index],
        (at) => `${name} is no bijection: it makes ${at[0]} of ${at[1]} and of ${at[2]}`,
      );
    if (this.states.isInitial(index) && !this.states.isInitial(image))
      throw this.wrongAt(
        index,
        [index, image],
        (at) => `${name} does not keep the initial states: of ${at[0]} it makes ${at[1]}, which is none`,
      );
    if (!this.classes.haveSameImages(index, state, image, this.states.get(image))) this.mustLeadBack(index, image, which);
  }

  /** Maps must lead from an image back to its state. If they do, the round is `open`, and more words close the symmetry. */
  private mustLeadBack(index: number, image: number, which: number): void {
    const maps = this.maps.map(({ map }) => map);
    const states = [this.states.get(index), this.states.get(image)];
    const [orbit, other] = states.map((state) => orbitOf(maps, this.key, state));
    if (orbit!.size !== other!.size)
      throw this.wrongAt(
        index,
        [index, image],
        (at) => `${this.maps[which]!.name} has no inverse: of ${at[0]} it makes ${at[1]}, from which none of them leads back`,
      );
    this.open = states;
  }

  private bringToNormal(index: number, state: S, normalize: StateMap<S>): void {
    const which = this.maps.length;
    const normal = this.made('normalize', index, which, normalize(state));
    const again = this.made('normalize', normal, which, normalize(this.states.get(normal)));
    this.ownCalls += 2;
    if (again !== normal)
      throw this.wrongAt(
        index,
        [index, normal, again],
        (at) => `normalize is not idempotent: of ${at[0]} it makes ${at[1]}, and of that ${at[2]}`,
      );
    if (this.open.length === 0 && this.classOf(normal) !== this.classOf(index) && this.isClosedOn([normal]))
      throw this.wrongAt(
        index,
        [index, normal],
        (at) =>
          `symmetry and normalize do not go together: images of ${at[0]} and of its normal form ${at[1]} have other normal forms`,
      );
  }

  /** Tests that the words make all images of these states. If they do not, the audit needs a round with more words. */
  private isClosedOn(indices: ReadonlyArray<number>): boolean {
    for (const index of indices) this.mapAll(index);
    return this.open.length === 0;
  }

  /** Gives the index of the image `state`. @throws CheckerError (`model`) where the image is no state. */
  private made(name: string, from: number, which: number, state: S): number {
    const blind = this.model.key === undefined ? incomparableIn(state) : undefined;
    if (blind !== undefined) throw this.wrong(from, `what ${name} gives is no state: ${incomparableFault(blind).message}`);
    // An image may have its sets and maps in any order. The model is asked about one form.
    return this.states.meet(this.model.key === undefined ? oneForm(state) : state, Role.image, from, which);
  }

  // --- faults --------------------------------------------------------------------------------------------------------------

  private readonly text = (index: number): string => textOf(this.model, this.states.get(index));

  /** Refuses two states of one class that are not alike. If words are missing, they may be alike in the next round. */
  private mustBeAlike(index: number, first: number): void {
    const steps = [index, first].flatMap((state) => this.observeState(state).steps);
    if (this.isClosedOn([first, ...steps.map(({ target }) => target)])) throw this.unlike(index, first);
  }

  private unlike(index: number, first: number): CheckerError {
    const maker = this.states.roles.at(index) === Role.image ? this.states.madeBy.at(index) : -1;
    const other = maker === -1 ? first : this.states.parents.at(index);
    const name = this.maps[maker]?.name ?? 'normalize';
    const difference = differenceOf(this.asked, this.observeState(other), this.observeState(index), {
      classOf: (target) => this.classOf(target),
      text: this.text,
      isMultiset: this.isMultiset,
    });
    return this.wrongAt(index, [other, index], ([one, two]) => {
      const told = maker === -1 ? `${one} and ${two} are one state to the ${reducerOf(this)}` : `of ${one} ${name} makes ${two}`;
      return `${told}, and the two are not alike: ${difference}`;
    });
  }

  /** Makes a fault that names states. Each state has a text of its own. */
  private wrongAt(index: number, indices: ReadonlyArray<number>, say: (texts: ReadonlyArray<string>) => string): CheckerError {
    return this.wrong(index, say(textsOf(this.model, this.states, indices)));
  }

  /** Says that a fault came up at an image, and not at the state to which the run leads. */
  private ofImage(index: number): string {
    return this.states.roles.at(index) === Role.reached ? '' : `, at the image ${this.text(index)} of a state that is reached`;
  }

  /** Makes a fault with the run to the state, or to the reached state of which maps made it. */
  private wrong(index: number, what: string): CheckerError {
    const run = runTo(this.model, this.states, this.states.reachedBefore(index));
    return run === undefined ? fault(what) : withRun(fault(what), showRun(this.model, run, false));
  }

  /** Gives the run that decides a property. Undefined where the round did not decide it, or the key takes states of the run for others. */
  runOf(name: string): Counterexample | undefined {
    const index = this.decided.get(name);
    const property = [...this.asked.properties, ...this.asked.witnesses].find((one) => one.name === name);
    if (index === undefined || property === undefined) return undefined;
    const run = runDeciding(this.model, this.states, index, property);
    return run && showRun(this.model, run, false);
  }
}
