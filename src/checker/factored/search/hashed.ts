/** Searches by depth with hash compaction, one state at a time. */
import type { Fingerprints } from '../../fingerprints.js';
import { Ints } from '../../ints.js';
import type { Layer } from '../store/group-store.js';
import type { Space } from '../space.js';
import { frontierOf, type FrontierState, type SearchRun, type RunStart } from './search-run.js';
import { Finder, initialOf } from './state-steps.js';

/** A breadth-first search with hash compaction. It keeps whole states only of the depth that is expanded and of the next. */
export class HashedBreadthFirst implements SearchRun {
  readonly tellsNoRuns = true;
  readonly tellsShortest = false;
  private readonly finder: Finder;
  private readonly tally: Space['tally'];
  private readonly maxDepth: number;
  private readonly width: number;
  private current = new Ints();
  private next = new Ints();
  private at = 0;
  private taken = 0;

  constructor(space: Space, maxDepth: number, hashBits: number, start: RunStart = 'initial') {
    this.finder = new Finder(space, hashBits);
    this.tally = space.tally;
    this.maxDepth = maxDepth;
    const roots = initialOf(space);
    this.width = roots[0]!.length;
    if (start === 'resume') return;
    space.tally.generated += roots.length;
    for (const root of roots) this.meet(root, -1);
    if (maxDepth > 0) this.swap();
  }

  step(): boolean {
    if (this.taken === this.current.length && !this.advance()) return false;
    const { steps } = this.finder;
    steps.state.set(this.current.data.subarray(this.taken, this.taken + this.width));
    this.taken += this.width;
    this.tally.queue--;
    if (this.finder.open()) this.expand();
    else this.tally.cut++;
    return true;
  }

  depth(): number {
    return this.next.length > 0 ? this.at + 1 : this.at;
  }

  completeDepth(): number {
    return this.taken === this.current.length && this.taken > 0 ? this.at : this.at - 1;
  }

  isCutShort(): boolean {
    return this.next.length > 0 && this.at + 1 >= this.maxDepth;
  }

  layers(): Iterable<Layer> {
    return [];
  }

  /** Gives no path: of earlier states only the hashes are kept. */
  pathTo(): undefined {
    return undefined;
  }

  get fingerprints(): Fingerprints | undefined {
    return this.finder.visited.fingerprints;
  }

  frontier(): FrontierState {
    return { order: 'hashed', expanding: this.at, taken: this.taken };
  }

  lists(): ReadonlyArray<Int32Array> {
    return [this.current.view(), this.next.view()];
  }

  resume(frontier: FrontierState, _layers: ReadonlyArray<Layer>, [current, next]: ReadonlyArray<Int32Array>): void {
    ({ expanding: this.at, taken: this.taken } = frontierOf('hashed', frontier));
    this.current.fill(current!);
    this.next.fill(next!);
  }

  private expand(): void {
    const { finder } = this;
    let alive = false;
    for (let changes = finder.steps.take(); changes !== undefined; changes = finder.steps.take()) {
      alive = true;
      finder.count();
      if (changes) this.meet(finder.found(), finder.steps.family);
    }
    if (!alive) finder.stuck();
  }

  private meet(state: Int32Array, family: number): void {
    const { finder } = this;
    if (!finder.visited.add(state, 1)) return;
    finder.welcome(state, family);
    for (const id of state) this.next.push(id);
  }

  private advance(): boolean {
    if (this.next.length === 0 || this.at + 1 >= this.maxDepth) return false;
    this.at++;
    this.swap();
    return true;
  }

  private swap(): void {
    [this.current, this.next] = [this.next, this.current];
    this.next.length = this.taken = 0;
  }
}
