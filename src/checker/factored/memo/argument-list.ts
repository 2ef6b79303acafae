/** The arguments of one run of a model's function: the ids of its slots, and their values. */
import type { Reads } from '../compile/compile.js';
import type { Components } from '../store/interned-values.js';

export class ArgumentList {
  /** In the order of the arguments. */
  readonly ids: number[] = [];
  readonly values: unknown[] = [];
  private readonly components: Components;

  constructor(components: Components) {
    this.components = components;
  }

  /** Reads the ids of one argument list and their values. It is a plain loop, because it runs before every call of the model. */
  read(reads: Reads, tuple: Int32Array, locals: ArrayLike<number>): void {
    const { ids, values, components } = this;
    const { groupArgs, groupPlaces, localArgs, localPositions, kinds } = reads;
    // Setting the length costs as much where it stays the same.
    if (values.length !== kinds.length) values.length = kinds.length;
    for (let i = 0; i < groupArgs.length; i++) ids[groupArgs[i]!] = tuple[groupPlaces[i]!]!;
    for (let i = 0; i < localArgs.length; i++) ids[localArgs[i]!] = locals[localPositions[i]!]!;
    for (let arg = 0; arg < kinds.length; arg++) values[arg] = components.value(kinds[arg]!, ids[arg]!);
  }
}
