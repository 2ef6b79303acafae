/**
 * A map from tuples of small integers to integers, as a trie in one open-addressing table: an edge `(node, id)` leads to a node, or
 * at the last place to a value. Tuples that share a prefix share its nodes, so whoever looks up many tuples with one prefix pays
 * for the prefix once.
 */
const EMPTY = -1;
/** Words of one slot: node, id, value. */
const WORDS = 3;

export class Trie {
  private table = new Int32Array(1024 * WORDS).fill(EMPTY);
  private mask = 1023;
  private used = 0;
  private nodes = 0;

  /** A root that nothing leads to. */
  root(): number {
    return this.nodes++;
  }

  /** The value of an edge, or -1. */
  get(node: number, id: number): number {
    const { table, mask } = this;
    for (let i = hash(node, id) & mask; ; i = (i + 1) & mask) {
      const at = i * WORDS;
      const owner = table[at]!;
      if (owner === node && table[at + 1] === id) return table[at + 2]!;
      if (owner === EMPTY) return EMPTY;
    }
  }

  /** Adds an edge that is not there yet. */
  set(node: number, id: number, value: number): void {
    if ((this.used + 1) * 3 > (this.mask + 1) * 2) this.grow();
    this.place(node, id, value);
    this.used++;
  }

  /** The node to which an edge leads; it is made where it is missing. */
  child(node: number, id: number): number {
    const found = this.get(node, id);
    if (found !== EMPTY) return found;
    const made = this.nodes++;
    this.set(node, id, made);
    return made;
  }

  /** All edges. */
  *edges(): Generator<readonly [node: number, id: number, value: number]> {
    const { table } = this;
    for (let at = 0; at < table.length; at += WORDS) if (table[at] !== EMPTY) yield [table[at]!, table[at + 1]!, table[at + 2]!];
  }

  get size(): number {
    return this.used;
  }

  get bytes(): number {
    return this.table.byteLength;
  }

  /** How many bytes more the next growth takes, if it is near; 0 otherwise. */
  get looming(): number {
    return this.used * 4 > (this.mask + 1) * 2 ? this.table.byteLength * 2 : 0;
  }

  private place(node: number, id: number, value: number): void {
    const { table, mask } = this;
    let i = hash(node, id) & mask;
    while (table[i * WORDS] !== EMPTY) i = (i + 1) & mask;
    table[i * WORDS] = node;
    table[i * WORDS + 1] = id;
    table[i * WORDS + 2] = value;
  }

  private grow(): void {
    const old = this.table;
    this.mask = this.mask * 2 + 1;
    this.table = new Int32Array((this.mask + 1) * WORDS).fill(EMPTY);
    for (let at = 0; at < old.length; at += WORDS) {
      if (old[at] !== EMPTY) this.place(old[at]!, old[at + 1]!, old[at + 2]!);
    }
  }
}

const hash = (node: number, id: number): number => {
  let h = Math.imul(node, 0x9e3779b1) ^ Math.imul(id + 0x7f4a7c15, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
};
