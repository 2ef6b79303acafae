/**
 * Maps tuples of small integers to integers, as a trie. An edge `(node, id)` leads to a node, or at the last id to a value. Tuples with one
 * prefix share its nodes, so who looks up many of them pays for the prefix once. Each node has a small table of its own, so these look-ups stay
 * near each other in memory.
 */
import { placeOf } from '../../hash.js';
import { Ints } from '../../ints.js';
import { Arena, offsetInPage } from '../store/group-store.js';

/** What `meta` holds of a node: the place of its table, the bits of its size, the number of its edges. */
const META = 3;
/** Bits of the size of a new table. */
const FIRST_BITS = 2;
const MISSING = -1;

export class Trie {
  /** Pairs (id + 1, value) by open addressing; 0 is a free place. */
  private readonly arena = new Arena([]);
  private readonly meta = new Ints(1 << 12);
  private edgeCount = 0;

  /** Makes a root, to which no edge leads. */
  root(): number {
    const node = this.meta.length / META;
    this.meta.push(this.arena.alloc(2 << FIRST_BITS));
    this.meta.push(FIRST_BITS);
    this.meta.push(0);
    return node;
  }

  /** Gives the value of an edge, or -1. */
  get(node: number, id: number): number {
    const meta = this.meta.data;
    const offset = meta[node * META]!;
    const bits = meta[node * META + 1]!;
    const words = this.arena.page(offset);
    const base = offsetInPage(offset);
    const mask = (1 << bits) - 1;
    for (let i = placeOf(id, bits); ; i = (i + 1) & mask) {
      const at = base + i * 2;
      const owner = words[at]!;
      if (owner === id + 1) return words[at + 1]!;
      if (owner === 0) return MISSING;
    }
  }

  /** Adds an edge that is not there yet. */
  set(node: number, id: number, value: number): void {
    const meta = this.meta.data;
    const used = ++meta[node * META + 2]!;
    if (used * 4 > 3 << meta[node * META + 1]!) this.grow(node);
    this.edgeCount++;
    const offset = meta[node * META]!;
    place(this.arena.page(offset), offsetInPage(offset), meta[node * META + 1]!, id + 1, value);
  }

  /** Gives the node to which an edge leads. It makes the node where it is missing. */
  child(node: number, id: number): number {
    const found = this.get(node, id);
    if (found !== MISSING) return found;
    const made = this.root();
    this.set(node, id, made);
    return made;
  }

  /** Lists the edges of a node. */
  *edges(node: number): Generator<readonly [id: number, value: number]> {
    const offset = this.meta.at(node * META);
    const words = this.arena.page(offset);
    const base = offsetInPage(offset);
    for (let i = 0; i < 1 << this.meta.at(node * META + 1); i++) {
      if (words[base + i * 2] !== 0) yield [words[base + i * 2]! - 1, words[base + i * 2 + 1]!];
    }
  }

  get size(): number {
    return this.edgeCount;
  }

  private grow(node: number): void {
    const meta = this.meta.data;
    const from = meta[node * META]!;
    const bits = meta[node * META + 1]!;
    const to = this.arena.alloc(4 << bits);
    const old = this.arena.page(from);
    const words = this.arena.page(to);
    for (let i = 0, at = offsetInPage(from); i < 1 << bits; i++, at += 2) {
      if (old[at] !== 0) place(words, offsetInPage(to), bits + 1, old[at]!, old[at + 1]!);
    }
    this.arena.recycle(from, 2 << bits);
    meta[node * META] = to;
    meta[node * META + 1] = bits + 1;
  }
}

const place = (words: Int32Array, base: number, bits: number, owner: number, value: number): void => {
  const mask = (1 << bits) - 1;
  let i = placeOf(owner - 1, bits);
  while (words[base + i * 2] !== 0) i = (i + 1) & mask;
  words[base + i * 2] = owner;
  words[base + i * 2 + 1] = value;
};
