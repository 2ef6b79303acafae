/**
 * The set of states that a plain search has found, each with a dense index. Exact, but for {@link hashedStore} and
 * {@link hashedKeyStore}: keys are compared whole, never by a hash.
 *
 * {@link collapsedStore} is the fast one: it takes a state apart into its fields (or items), gives each distinct field value an
 * integer, and keeps the state as a row of integers. A field that the model passed on untouched is recognised by identity and
 * costs nothing, so the work of a step follows what the step changed. Nobody holds the state objects: a state is put
 * together again from its row when it is expanded. {@link keyedStore} compares texts and keeps the objects; it serves models
 * with a key of their own, with symmetry or with a quotient.
 */
import { refuse, type Reader, type Writer } from '../checkpoint/file.js';
import { readValues, writeValues } from '../checkpoint/kept-values.js';
import { oneForm } from '../values/one-form.js';
import { incomparableHere, incomparableIn, HOLES, isHole, incomparableFault } from '../values/incomparable.js';
import { Fingerprints } from '../fingerprints.js';
import { hashText, newHash } from '../hash.js';
import { LargeMap } from '../large-map.js';
import { isTooDeep } from '../memory.js';
import { HashedRows, Rows, type RowSet } from './state-rows.js';
import type { ValueShape } from './value-shapes.js';
import { hasSoMany, isSame, Values } from './value-table.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A growing, exact set of states. */
export interface StateStore<S> {
  /** The number of states. Their indices are `0 … size - 1` in the order of arrival. */
  readonly size: () => number;
  /** Gives the index of a state, and adds the state if it is new: its index is then the size before. */
  readonly add: (state: S) => number;
  /** Whether the state that was added last is not in its one form (`values/one-form.ts`). The store keeps the one form. */
  readonly isOtherForm: () => boolean;
  readonly get: (index: number) => S;
  /** Does `get` for a state that is about to be expanded. States that are added next are first compared with it field by field. */
  readonly focus: (index: number) => S;
  /** Gives the state that `focus` gave as it was, where somebody has changed it since and the store can tell. */
  readonly beforeChange: (state: S) => S | undefined;
  /** Gives a kept value that somebody has changed, where the store can tell. */
  readonly damaged: () => unknown;
  /** The store frees states before the end. There is no way back to such a state, and its depth is that of the way which was taken. */
  readonly forgets?: true;
  /** The hashes, in a store that compares by them. */
  readonly fingerprints?: Fingerprints | undefined;
  /** Writes the store to a checkpoint. @throws CheckerError (`checkpoint`) for a state that would not come back equal. */
  readonly save: (to: Writer) => void;
  /** Takes the store, which is empty, from a checkpoint. */
  readonly restore: (from: Reader) => void;
}

const none = (): undefined => undefined;

// --- keyed -----------------------------------------------------------------------------------------------------------------

/**
 * How a store compares states by a text: `isOwn` where the text is the model's own, which decides about order too; else it is that of a state's
 * structure.
 */
export interface KeyOf<S> {
  readonly key: (state: S) => string;
  readonly isOwn: boolean;
}

/** Gives a state in the form in which it is kept. */
const kept = <S>(state: S, isOwn: boolean): S => (isOwn ? state : oneForm(state));

/** Makes a store that compares states by a text. */
export const keyedStore = <S>({ key, isOwn }: KeyOf<S>): StateStore<S> => {
  const indexOf = new LargeMap<string, number>();
  const states: S[] = [];
  const add = (state: S): number => {
    const name = key(state);
    const known = indexOf.get(name);
    if (known !== undefined) return known;
    indexOf.add(name, states.length);
    return states.push(kept(state, isOwn)) - 1;
  };
  const get = (index: number): S => states[index]!;
  const damaged = (): unknown => states.find((state, index) => indexOf.get(key(state)) !== index);
  const save = (to: Writer): void => writeValues(to, 'states', states, sameKey(key));
  const restore = (from: Reader): void => {
    for (const state of readValues(from)) {
      const index = states.length;
      if (add(state as S) !== index) throw refuse(from.path, 'the model tells its states apart in another way now');
    }
  };
  return {
    size: () => states.length,
    add,
    isOtherForm: () => !isOwn,
    get,
    focus: get,
    beforeChange: none,
    damaged,
    save,
    restore,
  };
};

/** Tells whether the model's key, too, takes a copy for the same state. */
const sameKey =
  (key: (state: never) => string) =>
  (state: unknown, copy: unknown): boolean =>
    key(state as never) === key(copy as never);

// --- collapsed -------------------------------------------------------------------------------------------------------------

type Parts = Readonly<Record<string | number, unknown>>;

/**
 * Says for which new states the outermost object is examined for what is incomparable: for all while they are few, and then for some. (The parts
 * of a state are all examined.)
 */
const isExamined = (index: number): boolean => index < 20_000 || (index & 15) === 0;

class Collapsed<S> implements StateStore<S> {
  readonly #values = new Values();
  readonly #rows: RowSet;
  /** The row of the state being expanded, its parts, and its shape (if it has parts). */
  #focusRow: ReadonlyArray<number> = [];
  #focus: ReadonlyArray<unknown> = [];
  #focusShape: ValueShape | undefined;
  /** The number of parts in another form before the state that was added last. */
  #otherFormsBefore = 0;

  constructor(rows: RowSet) {
    this.#rows = rows;
  }

  get fingerprints(): Fingerprints | undefined {
    return this.#rows.fingerprints;
  }

  readonly size = (): number => this.#rows.size();

  readonly isOtherForm = (): boolean => this.#values.otherForms > this.#otherFormsBefore;

  readonly add = (state: S): number => {
    this.#otherFormsBefore = this.#values.otherForms;
    try {
      const shape = this.#values.shapes.of(state);
      this.#rows.write(shape.id);
      if (shape.kind === 'whole') this.#rows.write(this.#values.id(state));
      else if (shape.kind === 'array') this.#writeItems(state as ReadonlyArray<unknown>, shape);
      else this.#writeFields(state as Parts, shape);
      const known = this.#rows.size();
      const index = this.#rows.commit();
      if (index === known && shape.kind !== 'whole' && isExamined(index) && incomparableHere(state) !== undefined)
        throw incomparableFault(incomparableIn(state)!);
      return index;
    } catch (error) {
      this.#rows.drop();
      // A part that is incomparable has a path in the state. A state that contains itself, or is deeper than the stack, ends the recursion.
      const blind = incomparableIn(state) ?? (isTooDeep(error) ? 'values in values, too deep' : undefined);
      throw blind === undefined ? error : incomparableFault(blind);
    }
  };

  readonly get = (index: number): S => {
    const row = this.#rows.row(index);
    return this.#values.shapes.build(row[0]!, this.#partsOf(row)) as S;
  };

  readonly focus = (index: number): S => {
    const row = this.#rows.take(index);
    const shape = this.#values.shapes.list[row[0]!]!;
    this.#focusRow = row;
    this.#focus = this.#partsOf(row);
    this.#focusShape = shape.kind === 'whole' ? undefined : shape;
    return this.#values.shapes.build(row[0]!, this.#focus) as S;
  };

  readonly damaged = (): unknown => this.#values.damaged();

  readonly beforeChange = (state: S): S | undefined =>
    this.#isIntact(state) ? undefined : (this.#values.shapes.build(this.#focusShape!.id, this.#focus) as S);

  readonly save = (to: Writer): void => {
    this.#values.save(to);
    this.#rows.save(to);
  };

  readonly restore = (from: Reader): void => {
    this.#values.restore(from);
    this.#rows.restore(from);
  };

  #isIntact(state: S): boolean {
    const shape = this.#focusShape;
    if (shape === undefined) return true;
    const parts = this.#focus;
    if (!hasSoMany(state as object, shape.kind, parts.length)) return false;
    if (shape.kind === 'array') return parts.every((part, at) => Object.is((state as ReadonlyArray<unknown>)[at], part));
    const { keys } = shape;
    for (let at = 0; at < keys.length; at++) if (!Object.is((state as Parts)[keys[at]!], parts[at])) return false;
    return true;
  }

  #partsOf(row: ReadonlyArray<number>): ReadonlyArray<unknown> {
    return row.slice(1).map((id) => this.#values.at(id));
  }

  #writeItems(state: ReadonlyArray<unknown>, shape: ValueShape): void {
    const near = shape === this.#focusShape && state.length === this.#focus.length;
    for (let at = 0; at < state.length; at++) {
      if (isHole(state, at)) throw incomparableFault(HOLES);
      this.#rows.write(near ? this.#partId(state[at], this.#focus[at], at) : this.#values.id(state[at]));
    }
  }

  #writeFields(state: Parts, shape: ValueShape): void {
    const near = shape === this.#focusShape;
    for (let at = 0; at < shape.keys.length; at++) {
      const key = shape.keys[at]!;
      this.#rows.write(near ? this.#partId(state[key], this.#focus[at], at) : this.#values.id(state[key]));
    }
  }

  /** Numbers a part of a state, which may be the same part of the state in focus, or resemble it. */
  #partId(value: unknown, before: unknown, at: number): number {
    const id = this.#focusRow[1 + at]!;
    return isSame(value, before) ? id : this.#values.id(value, id);
  }
}

/** Makes the fast exact store, for states that are plain immutable values. */
export const collapsedStore = <S>(): StateStore<S> => new Collapsed<S>(new Rows());

// --- hash compaction -------------------------------------------------------------------------------------------------------

/** Makes a store that compares hashes of `bits` bits. It keeps a whole state only while the state waits to be expanded. The parts of states stay. */
export const hashedStore = <S>(bits: number): StateStore<S> => new Collapsed<S>(new HashedRows(bits));

/** Makes such a store for the texts of states. */
export const hashedKeyStore = <S>({ key, isOwn }: KeyOf<S>, bits: number): StateStore<S> => {
  const fingerprints = new Fingerprints(bits, true);
  const waiting = new LargeMap<number, S>();
  const hash = newHash();
  const add = (state: S): number => {
    const before = fingerprints.size;
    hashText(hash, key(state));
    const index = fingerprints.add(hash);
    if (fingerprints.size > before) waiting.add(index, kept(state, isOwn));
    return index;
  };
  const focus = (index: number): S => {
    const state = waiting.get(index)!;
    waiting.delete(index);
    return state;
  };
  const save = (to: Writer): void => {
    fingerprints.save(to);
    const entries = [...waiting];
    to.words(Int32Array.from(entries, ([index]) => index));
    writeValues(
      to,
      'states',
      entries.map(([, state]) => state),
      sameKey(key),
    );
  };
  const restore = (from: Reader): void => {
    fingerprints.restore(from);
    const indices = from.words();
    let at = 0;
    for (const state of readValues(from)) waiting.add(indices[at++]!, state as S);
  };
  return {
    size: () => fingerprints.size,
    add,
    isOtherForm: () => !isOwn,
    beforeChange: none,
    damaged: none,
    get: (index) => waiting.get(index)!,
    focus,
    fingerprints,
    save,
    restore,
  };
};
