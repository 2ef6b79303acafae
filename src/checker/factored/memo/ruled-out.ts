/** Tests guards: while the audit notes every call, it runs steps that their guards rule out. */
import type { Audit } from '../../contract/audit.js';
import type { Outcome } from '../../model.js';
import type { CompiledInteraction } from '../compile/compile.js';
import { Trie } from './trie.js';

/** A step of values whose types only the model knows. */
export type AnyStep = (...locals: ReadonlyArray<unknown>) => ReadonlyArray<Outcome<ReadonlyArray<never>>>;

export class GuardTest {
  private readonly audit: Audit | undefined;
  /** The ids for which a step was run. */
  private readonly seen = new Trie();
  private readonly roots: Int32Array;

  constructor(interactions: number, audit: Audit | undefined) {
    this.audit = audit;
    this.roots = Int32Array.from({ length: interactions }, () => this.seen.root());
  }

  /** Whether guards that say no are still tested. Then the caller must ask {@link isDue}. */
  get doubts(): boolean {
    return this.audit?.isOpen === true;
  }

  /** Says whether to run a step that its guard rules out: once for each input, while the audit wants it. */
  isDue(interaction: CompiledInteraction, tuple: Int32Array, local: number): boolean {
    const { seen } = this;
    let node = this.roots[interaction.index]!;
    for (const place of interaction.groupPlaces) node = seen.child(node, tuple[place]!);
    if (seen.get(node, local + 1) !== -1) return false;
    seen.set(node, local + 1, 1);
    return this.audit?.due() === true;
  }

  /** Runs the step on these values. It must not be enabled. */
  mustRefuse(interaction: CompiledInteraction, values: ReadonlyArray<unknown>, fault: () => Error): void {
    this.audit?.take(() => {
      if ((interaction.source.step as unknown as AnyStep)(...values).length > 0) throw fault();
    }, undefined);
  }
}
