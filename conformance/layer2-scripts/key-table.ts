/**
 * Persistent tables by key. A changed table shares all unchanged branches with the table before, and equal tables are the same object. So a command costs as much as it changes, and
 * comparing two states costs nothing, however many keys there are. A table is a tree over the numbers of the keys, with 32 branches at each level.
 */
import type { Bytes } from '#bayou/core/bytes.js';
import type { ReplicaId } from '#bayou/core/ids.js';
import type { Stamp, VectorEntries } from '#bayou/core/write.js';

const BITS = 5;
const BRANCHES = 2 ** BITS;
const LEVELS = 4;
/** The most keys of a table. */
export const MAX_KEYS = BRANCHES ** LEVELS;

/** The greatest accept time of each replica, below a branch. */
type Tops = ReadonlyMap<ReplicaId, number>;

/** A branch of a table. Only a branch at the lowest level has a `value`. */
export interface Branch<V> {
  /** The branch's number; no other branch of these tables has it. */
  readonly id: number;
  readonly tops: Tops;
  readonly below: ReadonlyArray<Table<V>>;
  readonly value: V | undefined;
}
/** A table, or the part of one below a branch, by its topmost branch; undefined: the empty table. */
export type Table<V> = Branch<V> | undefined;

/** The functions of a kind of values: a text, which is equal for equal values, and the stamps in a value. */
export interface ValueKind<V> {
  readonly textOf: (value: V) => string;
  readonly stampsOf: (value: V) => ReadonlyArray<Stamp>;
}

/** Numbers keys in the order in which they come. Fails beyond {@link MAX_KEYS}. */
export type KeyNumbers = (key: Bytes) => number;

/** Numbers keys. `onTooMany` must throw. */
export const numbering = (onTooMany: () => never): KeyNumbers => {
  const numbers = new Map<Bytes, number>();
  return (key) => {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    if (numbers.size >= MAX_KEYS) onTooMany();
    numbers.set(key, numbers.size);
    return numbers.size - 1;
  };
};

const highest = (all: ReadonlyArray<Tops>): Tops => {
  const tops = new Map<ReplicaId, number>();
  for (const some of all) for (const [r, t] of some) if ((tops.get(r) ?? 0) < t) tops.set(r, t);
  return tops;
};

const NOTHING: ReadonlyArray<undefined> = Array.from({ length: BRANCHES }, () => undefined);

/** Tables of one kind. `onWork` is told how many branches and values were made or looked at. */
export class Tables<V> {
  readonly #branches = new Map<string, Branch<V>>();
  readonly #kind: ValueKind<V>;
  readonly #numbers: KeyNumbers;
  readonly #onWork: (steps: number) => void;
  #ids = 0;

  constructor(kind: ValueKind<V>, numbers: KeyNumbers, onWork: (steps: number) => void) {
    this.#kind = kind;
    this.#numbers = numbers;
    this.#onWork = onWork;
  }

  /** The value at a key. */
  at(table: Table<V>, key: Bytes): V | undefined {
    const number = this.#numbers(key);
    this.#onWork(1);
    let branch = table;
    for (let level = LEVELS - 1; level >= 0; level--) branch = branch?.below[(number >> (BITS * level)) % BRANCHES];
    return branch?.value;
  }

  /** The table with this value at a key. */
  with(table: Table<V>, key: Bytes, value: V): Branch<V> {
    this.#onWork(LEVELS);
    return this.#with(table, this.#numbers(key), LEVELS - 1, value);
  }

  #with(table: Table<V>, number: number, level: number, value: V): Branch<V> {
    if (level < 0) return this.#leaf(value);
    const below: Table<V>[] = [...(table?.below ?? NOTHING)];
    const at = (number >> (BITS * level)) % BRANCHES;
    below[at] = this.#with(below[at], number, level - 1, value);
    return this.#known(`${level} ${below.map((b) => b?.id ?? '').join()}`, () => ({
      tops: highest(below.flatMap((b) => (b === undefined ? [] : [b.tops]))),
      below,
      value: undefined,
    }));
  }

  #leaf(value: V): Branch<V> {
    return this.#known(`=${this.#kind.textOf(value)}`, () => ({
      tops: highest(this.#kind.stampsOf(value).map(({ t, r }) => new Map([[r, t]]))),
      below: [],
      value,
    }));
  }

  #known(text: string, make: () => Omit<Branch<V>, 'id'>): Branch<V> {
    const known = this.#branches.get(text);
    if (known !== undefined) return known;
    const branch = { id: this.#ids++, ...make() };
    this.#branches.set(text, branch);
    return branch;
  }

  /** The values that have a stamp which this vector lacks. The cost is in proportion to the values found. */
  *lackedBy(table: Table<V>, vv: VectorEntries): Generator<V> {
    const has = new Map(vv);
    yield* this.#where(table, ({ tops }) => [...tops].some(([r, t]) => t > (has.get(r) ?? 0)));
  }

  /** All values. */
  *values(table: Table<V>): Generator<V> {
    yield* this.#where(table, () => true);
  }

  *#where(table: Table<V>, is: (branch: Branch<V>) => boolean): Generator<V> {
    this.#onWork(1);
    if (table === undefined || !is(table)) return;
    if (table.value !== undefined) yield table.value;
    for (const branch of table.below) if (branch !== undefined) yield* this.#where(branch, is);
  }
}
