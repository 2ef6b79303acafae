/**
 * The set of states that a plain search has found, each with a dense index. Exact: keys are compared whole, never by a hash.
 *
 * {@link collapsedStore} is the fast one: it takes a state apart into its fields (or items), gives each distinct field value a small
 * integer, and keeps the state as a row of integers. A field that the model passed on untouched is recognised by identity and
 * costs nothing to encode, so the work of a step follows what the step changed. Nobody holds the state objects: a state is put
 * together again from its row when it is expanded. {@link keyedStore} compares texts and keeps the objects; it serves models
 * with a key of their own, with symmetry or with a quotient.
 */
import { Ints } from '../ints.js';
import { encode, sortedKeys } from './encode.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A growing, exact set of states. */
export interface StateStore<S> {
  /** How many states it has; their indices are `0 … size - 1` in the order of arrival. */
  readonly size: () => number;
  /** The index of the state, which is added if it is new (its index is then the size before). */
  readonly add: (state: S) => number;
  readonly get: (index: number) => S;
  /** Like `get`, for a state that is about to be expanded: states added next are compared with it field by field first. */
  readonly focus: (index: number) => S;
}

/** How states of one outline are taken apart: an object by its sorted keys, an array by its items, anything else not at all. */
interface Shape {
  readonly id: number;
  readonly kind: 'object' | 'array' | 'whole';
  readonly keys: ReadonlyArray<string>;
  readonly width: number;
}

// --- keyed -----------------------------------------------------------------------------------------------------------------

/** A store that compares states by a text. */
export const keyedStore = <S>(key: (state: S) => string): StateStore<S> => {
  const indexOf = new Map<string, number>();
  const states: S[] = [];
  const add = (state: S): number => {
    const name = key(state);
    const known = indexOf.get(name);
    if (known !== undefined) return known;
    indexOf.set(name, states.length);
    return states.push(state) - 1;
  };
  const get = (index: number): S => states[index]!;
  return { size: () => states.length, add, get, focus: get };
};

// --- field values ----------------------------------------------------------------------------------------------------------

/** Distinct values, each with a small integer; equal in structure, equal in number. */
class Values {
  readonly list: unknown[] = [];
  readonly #primitives = new Map<unknown, number>();
  readonly #objects = new Map<string, number>();

  id(value: unknown): number {
    const simple = typeof value !== 'object' || value === null;
    if (simple) {
      const known = this.#primitives.get(value);
      if (known !== undefined) return known;
      encode(value); // throws for a function or a symbol
      this.#primitives.set(value, this.list.length);
      return this.list.push(value) - 1;
    }
    const name = encode(value);
    const known = this.#objects.get(name);
    if (known !== undefined) return known;
    this.#objects.set(name, this.list.length);
    return this.list.push(value) - 1;
  }
}

// --- shapes ----------------------------------------------------------------------------------------------------------------

const sameKeys = (left: ReadonlyArray<string>, right: ReadonlyArray<string>): boolean => {
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
};

class Shapes {
  readonly list: Shape[] = [];
  readonly #byName = new Map<string, Shape>();
  #lastKeys: ReadonlyArray<string> = [];
  #lastShape: Shape | undefined;

  of(state: unknown): Shape {
    if (typeof state !== 'object' || state === null) return this.#named('whole', 'whole', [], 1);
    if (Array.isArray(state)) return this.#named(`array ${state.length}`, 'array', [], state.length);
    const prototype: unknown = Object.getPrototypeOf(state);
    if (prototype === Object.prototype || prototype === null) return this.#ofObject(state);
    return this.#named('whole', 'whole', [], 1);
  }

  /** Successors nearly always have the keys of the state before, in the same order: look there first. */
  #ofObject(state: object): Shape {
    const keys = Object.keys(state);
    if (this.#lastShape !== undefined && sameKeys(keys, this.#lastKeys)) return this.#lastShape;
    const sorted = sortedKeys(state);
    this.#lastKeys = keys;
    this.#lastShape = this.#named(`object ${encode(sorted)}`, 'object', sorted, sorted.length);
    return this.#lastShape;
  }

  #named(name: string, kind: Shape['kind'], keys: ReadonlyArray<string>, width: number): Shape {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const shape: Shape = { id: this.list.length, kind, keys, width };
    this.list.push(shape);
    this.#byName.set(name, shape);
    return shape;
  }
}

// --- rows ------------------------------------------------------------------------------------------------------------------

/** An exact set of rows of integers of any width, in one arena, found by open addressing. */
class Rows {
  readonly #arena = new Ints(1 << 16);
  readonly #starts = new Ints(1 << 12);
  #table = new Int32Array(1 << 13);

  constructor() {
    this.#starts.push(0);
  }

  size(): number {
    return this.#starts.length - 1;
  }

  start(index: number): number {
    return this.#starts.at(index);
  }

  at(position: number): number {
    return this.#arena.at(position);
  }

  /** Appends a number to the row being written. */
  write(value: number): void {
    this.#arena.push(value);
  }

  /** Ends the row being written: its index, known or new. */
  commit(): number {
    const from = this.#starts.at(this.size());
    const to = this.#arena.length;
    const mask = this.#table.length - 1;
    let at = this.#hash(from, to) & mask;
    for (let entry = this.#table[at]!; entry !== 0; entry = this.#table[at]!) {
      if (this.#same(entry - 1, from, to)) {
        this.#arena.length = from;
        return entry - 1;
      }
      at = (at + 1) & mask;
    }
    this.#starts.push(to);
    this.#table[at] = this.size();
    if (this.size() * 2 > this.#table.length) this.#grow();
    return this.size() - 1;
  }

  #hash(from: number, to: number): number {
    const data = this.#arena.data;
    let hash = 0x9e3779b9;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ data[i]!, 0x85ebca6b) ^ (hash >>> 13);
    hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35);
    return hash ^ (hash >>> 15);
  }

  #same(index: number, from: number, to: number): boolean {
    const start = this.#starts.at(index);
    const width = to - from;
    if (this.#starts.at(index + 1) - start !== width) return false;
    const data = this.#arena.data;
    for (let i = 0; i < width; i++) if (data[start + i] !== data[from + i]) return false;
    return true;
  }

  #grow(): void {
    const table = new Int32Array(this.#table.length * 2);
    const mask = table.length - 1;
    for (let index = 0; index < this.size(); index++) {
      let at = this.#hash(this.start(index), this.start(index + 1)) & mask;
      while (table[at] !== 0) at = (at + 1) & mask;
      table[at] = index + 1;
    }
    this.#table = table;
  }
}

// --- collapsed -------------------------------------------------------------------------------------------------------------

class Collapsed<S> implements StateStore<S> {
  readonly #values = new Values();
  readonly #shapes = new Shapes();
  readonly #rows = new Rows();
  /** The state being expanded, part by part, and where its row is. */
  #focus: Readonly<Record<string | number, unknown>> = {};
  #focusShape: Shape | undefined;
  #focusStart = 0;

  readonly size = (): number => this.#rows.size();

  readonly add = (state: S): number => {
    const shape = this.#shapes.of(state);
    this.#rows.write(shape.id);
    if (shape.kind === 'whole') this.#rows.write(this.#values.id(state));
    else this.#writeParts(state as Readonly<Record<string | number, unknown>>, shape);
    return this.#rows.commit();
  };

  readonly get = (index: number): S => {
    const start = this.#rows.start(index);
    const shape = this.#shapes.list[this.#rows.at(start)]!;
    const value = (part: number): unknown => this.#values.list[this.#rows.at(start + 1 + part)];
    if (shape.kind === 'whole') return value(0) as S;
    if (shape.kind === 'array') return Array.from({ length: shape.width }, (_, part) => value(part)) as S;
    const state: Record<string, unknown> = {};
    for (let part = 0; part < shape.width; part++) state[shape.keys[part]!] = value(part);
    return state as S;
  };

  readonly focus = (index: number): S => {
    const state = this.get(index);
    this.#focusStart = this.#rows.start(index);
    const shape = this.#shapes.list[this.#rows.at(this.#focusStart)]!;
    this.#focusShape = shape.kind === 'whole' ? undefined : shape;
    this.#focus = state as Readonly<Record<string | number, unknown>>;
    return state;
  };

  #writeParts(state: Readonly<Record<string | number, unknown>>, shape: Shape): void {
    const near = shape === this.#focusShape;
    for (let part = 0; part < shape.width; part++) {
      const name = shape.kind === 'array' ? part : shape.keys[part]!;
      const value = state[name];
      const untouched = near && value === this.#focus[name];
      this.#rows.write(untouched ? this.#rows.at(this.#focusStart + 1 + part) : this.#values.id(value));
    }
  }
}

/** The fast exact store for states that are plain immutable values. */
export const collapsedStore = <S>(): StateStore<S> => new Collapsed<S>();
