/** Remembers predicates: each runs once for each distinct tuple of component ids. */
import type { CompiledPredicate } from '../compile/compile.js';
import type { Components } from '../store/interned-values.js';
import { ArgumentList } from './argument-list.js';
import { Trie } from './trie.js';

type AnyHolds = (...locals: ReadonlyArray<unknown>) => boolean;

const NO_LOCALS: ReadonlyArray<number> = [];

export class PredicateMemo {
  private readonly trie = new Trie();
  private readonly roots = new Map<CompiledPredicate, number>();
  private readonly given: ArgumentList;

  constructor(components: Components) {
    this.given = new ArgumentList(components);
  }

  /** Evaluates an interaction's guard on a tuple. */
  allows(guard: CompiledPredicate, tuple: Int32Array): boolean {
    return this.holds(guard, tuple, NO_LOCALS);
  }

  /** Evaluates a predicate on a group tuple and, by position, on local ids. It runs once for each input. */
  holds(predicate: CompiledPredicate, tuple: Int32Array, locals: ArrayLike<number>): boolean {
    const { trie } = this;
    const { groupPlaces, localPositions } = predicate;
    const groups = groupPlaces.length;
    const last = groups + localPositions.length - 1;
    let node = this.rootOf(predicate);
    let id = 0;
    for (let i = 0; i <= last; i++) {
      id = i < groups ? tuple[groupPlaces[i]!]! : locals[localPositions[i - groups]!]!;
      if (i < last) node = trie.child(node, id);
    }
    const known = trie.get(node, id);
    return known === -1 ? this.decide(predicate, node, id, tuple, locals) : known === 1;
  }

  private decide(predicate: CompiledPredicate, node: number, id: number, tuple: Int32Array, locals: ArrayLike<number>): boolean {
    const truth = this.test(predicate, tuple, locals);
    this.trie.set(node, id, truth ? 1 : 0);
    return truth;
  }

  /** Runs a predicate and remembers nothing. */
  test(predicate: CompiledPredicate, tuple: Int32Array, locals: ArrayLike<number>): boolean {
    this.given.read(predicate, tuple, locals);
    return (predicate.source.holds as AnyHolds)(...this.given.values);
  }

  private rootOf(predicate: CompiledPredicate): number {
    const known = this.roots.get(predicate);
    if (known !== undefined) return known;
    const root = this.trie.root();
    this.roots.set(predicate, root);
    return root;
  }
}
