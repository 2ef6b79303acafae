/** The states that an audit has met, each with where it came from. */
import { Ints } from '../ints.js';
import type { StateStore } from '../explicit/state-store.js';

/** The role of a state in the audit: met as the end of a step, made by a map, or reached by the model's own steps. */
export const Role = { met: 0, image: 1, reached: 2 } as const;

export class MetStates<S> {
  readonly store: StateStore<S>;
  readonly roles = new Ints();
  /** By state: the state from which it was met. */
  readonly parents = new Ints();
  /** By state: the map that made it from its parent; -1: a step did. */
  readonly madeBy = new Ints();
  /**
   * By state: the earlier state from which it was first made; -1 for an initial state. `parents` would not do, because a map may turn an image back into
   * its own parent.
   */
  private readonly origins = new Ints();
  /** By state: the role in which it was examined; -1: it was not examined yet. */
  readonly done = new Ints();
  /** The states to examine, in the order in which they were found. */
  readonly queue = new Ints();

  constructor(store: StateStore<S>) {
    this.store = store;
  }

  get(index: number): S {
    return this.store.get(index);
  }

  /** Meets a state in a role, and gives its index. @throws what the store throws, for a state that cannot be compared. */
  meet(state: S, role: number, parent: number, maker: number): number {
    const size = this.store.size();
    const index = this.store.add(state);
    if (index === size) {
      for (const [list, value] of [
        [this.roles, -1],
        [this.parents, parent],
        [this.madeBy, maker],
        [this.origins, parent],
        [this.done, -1],
      ] as const)
        list.push(value);
    }
    this.promote(index, role, parent, maker);
    return index;
  }

  /** Gives a state a greater role, if it has a lesser one. */
  promote(index: number, role: number, parent: number, maker: number): void {
    if (this.roles.at(index) >= role) return;
    this.roles.data[index] = role;
    this.parents.data[index] = parent;
    this.madeBy.data[index] = maker;
    if (role !== Role.met) this.queue.push(index);
  }

  /** Gives the reached state from which this one was made by steps and maps. */
  reachedBefore(index: number): number {
    let at = index;
    while (this.roles.at(at) !== Role.reached) at = this.origins.at(at);
    return at;
  }

  isInitial(index: number): boolean {
    return this.roles.at(index) === Role.reached && this.parents.at(index) === -1;
  }

  /** Gives the states of a run to a reached state, from an initial one on. */
  pathTo(index: number): ReadonlyArray<number> {
    const path: number[] = [];
    for (let at = index; at >= 0; at = this.parents.at(at)) path.push(at);
    return path.reverse();
  }
}
