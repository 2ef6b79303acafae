/** Steps that their guards rule out, run all the same while guards are not believed yet. */
import type { Audit } from '../../contract/audit.js';
import type { Outcome } from '../../model.js';
import type { CompiledInteraction } from '../compile/compile.js';
import { Trie } from './trie.js';

type AnyStep = (...locals: ReadonlyArray<unknown>) => ReadonlyArray<Outcome<ReadonlyArray<never>>>;

export class RuledOut {
  private readonly audit: Audit | undefined;
  /** For which ids a step was run. */
  private readonly seen = new Trie();
  private readonly roots: Int32Array;

  constructor(interactions: number, audit: Audit | undefined) {
    this.audit = audit;
    this.roots = Int32Array.from({ length: interactions }, () => this.seen.root());
  }

  /** Whether a guard that says no is not believed yet: then {@link isDue} is to be asked. */
  get doubts(): boolean {
    return this.audit?.isOpen === true;
  }

  /** Whether a step is to be run for this input although its guard rules it out: once, while the audit wants it. */
  isDue(interaction: CompiledInteraction, tuple: Int32Array, local: number): boolean {
    const { seen } = this;
    let node = this.roots[interaction.index]!;
    for (const place of interaction.groupPlaces) node = seen.child(node, tuple[place]!);
    if (seen.get(node, local + 1) !== -1) return false;
    seen.set(node, local + 1, 1);
    return this.audit?.due() === true;
  }

  /** Has the step run on these values; it must not be enabled. */
  mustRefuse(interaction: CompiledInteraction, values: ReadonlyArray<unknown>, fault: () => Error): void {
    this.audit?.take(() => {
      if ((interaction.source.step as unknown as AnyStep)(...values).length > 0) throw fault();
    }, undefined);
  }
}
