/** Numbers the fairness classes of a model, in the order of appearance. */
import { fault } from '../contract/model-faults.js';
import type { Fairness } from '../model.js';
import { isStrong, nameOf } from './fairness.js';

/** A class, as a checkpoint keeps it. */
export interface FairClass {
  readonly name: string;
  readonly strong: boolean;
}

export class FairClasses {
  readonly #numbers = new Map<string, number>();
  readonly #list: FairClass[] = [];

  get size(): number {
    return this.#list.length;
  }

  /**
   * Gives the number of the class of a step, -1 for none. @throws CheckerError (`model`) for a class that is weakly fair here and strongly there.
   */
  number(fairness: Fairness | undefined): number {
    if (fairness === undefined) return -1;
    const name = nameOf(fairness);
    const strong = isStrong(fairness);
    const known = this.#numbers.get(name);
    if (known === undefined) {
      this.#numbers.set(name, this.#list.length);
      return this.#list.push({ name, strong }) - 1;
    }
    if (this.#list[known]!.strong !== strong)
      throw fault(
        `the fairness class "${name}" is weakly fair for one step and strongly fair for another: give one of them another name`,
      );
    return known;
  }

  /** All classes, by number. */
  list(): ReadonlyArray<FairClass> {
    return this.#list;
  }
}
