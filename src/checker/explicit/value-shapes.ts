/** The shapes of values: how each is taken apart into its parts, and put together again. */
import type { Reader, Writer } from '../checkpoint/file.js';
import { LargeMap } from '../large-map.js';
import { encode } from '../values/encode.js';
import { incomparableFault, incomparableIn } from '../values/incomparable.js';

/**
 * How values with one outline are taken apart: an object by its keys, in the order first seen (`bare`: one without a prototype), an array by its
 * items, any other value not at all.
 */
export interface ValueShape {
  readonly id: number;
  readonly kind: 'object' | 'array' | 'whole' | 'bare';
  readonly keys: ReadonlyArray<string>;
}

const ARRAY: ValueShape = { id: 0, kind: 'array', keys: [] };
const WHOLE: ValueShape = { id: 1, kind: 'whole', keys: [] };

type ObjectKind = 'object' | 'bare';

/** A node of the trie of keys, in the order in which objects have them. */
interface KeyNode {
  readonly next: Map<string, KeyNode>;
  shape: ValueShape | undefined;
}

const keyNode = (): KeyNode => ({ next: new Map(), shape: undefined });

/** The shapes seen so far. Objects with the same keys have the same shape, in whatever order the keys were set. */
export class Shapes {
  readonly list: ValueShape[] = [ARRAY, WHOLE];
  readonly #root = keyNode();
  readonly #bareRoot = keyNode();
  readonly #named = new LargeMap<string, ValueShape>();

  of(value: unknown): ValueShape {
    if (typeof value !== 'object' || value === null) return WHOLE;
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.#ofObject(value, 'object');
    if (prototype === Array.prototype) return ARRAY;
    return prototype === null ? this.#ofObject(value, 'bare') : WHOLE;
  }

  /** Builds the value of a shape from its parts. A value that is not taken apart is its own only part. */
  build(id: number, parts: ReadonlyArray<unknown>): unknown {
    const { kind, keys } = this.list[id]!;
    if (kind === 'whole') return parts[0];
    // The array is a copy, because the parts are the caller's.
    if (kind === 'array') return [...parts];
    const value = (kind === 'bare' ? Object.create(null) : {}) as Record<string, unknown>;
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at]!;
      if (key === '__proto__') Object.defineProperty(value, key, { value: parts[at], enumerable: true });
      else value[key] = parts[at];
    }
    return value;
  }

  /** Writes the shapes to a checkpoint, because rows hold their numbers. */
  save(to: Writer): void {
    to.json(this.list.slice(2).map(({ kind, keys }) => [kind, keys]));
  }

  restore(from: Reader): void {
    for (const [kind, keys] of from.json() as ReadonlyArray<readonly [ObjectKind, ReadonlyArray<string>]>)
      this.#withKeys(kind, keys);
  }

  #ofObject(value: object, kind: ObjectKind): ValueShape {
    // This is tested for each object, not only for a new row: without its symbol field the object may equal a known one.
    if (Object.getOwnPropertySymbols(value).length > 0) throw incomparableFault(incomparableIn(value)!);
    let node = kind === 'object' ? this.#root : this.#bareRoot;
    for (const key of Object.keys(value)) {
      let next = node.next.get(key);
      if (next === undefined) node.next.set(key, (next = keyNode()));
      node = next;
    }
    return (node.shape ??= this.#withKeys(kind, Object.keys(value)));
  }

  #withKeys(kind: ObjectKind, keys: ReadonlyArray<string>): ValueShape {
    const name = encode([kind, ...keys.toSorted()]);
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    const shape: ValueShape = { id: this.list.length, kind, keys };
    this.list.push(shape);
    this.#named.add(name, shape);
    return shape;
  }
}
