/** Audits the reductions of a component model and closes its symmetry before a search, by the rule of `reduction/reduction-audit.ts`. */
import { auditOf, trust } from '../contract/guard.js';
import type { ComponentModel, Permutation } from '../model.js';
import { toModel } from '../component-model/as-model.js';
import { internedWithReductions } from '../component-model/interned.js';
import type { Word } from '../reduction/orbits.js';
import { keyAudited } from '../reduction/key-audit.js';
import { isReducing, ReductionAudit } from '../reduction/reduction-audit.js';
import { withKnownEmptiness } from '../reduction/seen-by-audit.js';
import { unhurried } from '../limits.js';
import type { Report } from '../report.js';
import type { ComponentOptions } from '../options.js';
import type { Tuple } from '../component-model/apply.js';
import type { Components } from './store/interned-values.js';

/** Composes permutations, one after the other. */
const composed = (declared: ReadonlyArray<Permutation>, word: Word): Permutation => {
  const [first, ...rest] = word.map((which) => declared[which]!);
  return rest.reduce(
    (before, after): Permutation => ({
      name: `${before.name}, ${after.name}`,
      slotTo: before.slotTo.map((to) => after.slotTo[to]!),
      apply: (kind, local) => after.apply(kind, before.apply(kind, local) as never),
    }),
    first!,
  );
};

/** Gives the model a symmetry of these words of the declared one. */
export const withWords = (model: ComponentModel, words: ReadonlyArray<Word>): ComponentModel => {
  const declared = model.symmetry ?? [];
  if (words.length <= declared.length) return model;
  const closed = { ...model, symmetry: words.map((word) => composed(declared, word)) };
  const audit = auditOf(model);
  return audit === undefined ? closed : trust(closed, audit);
};

/** A model that may be searched. */
export interface ReadyComponentModel {
  readonly model: ComponentModel;
  readonly words: ReadonlyArray<Word>;
  /** Continues the audit once the search is over. `components` are its values, where one thread had them all. @throws CheckerError (`model`). */
  readonly after: (report: Report, components?: Components) => Promise<Report>;
}

/**
 * Audits the reductions that the options ask for, and closes the symmetry.
 *
 * @throws CheckerError (`model`) where a reduction does not keep the model's behaviour.
 */
export const reduced = async (model: ComponentModel, options: Omit<ComponentOptions, 'search'>): Promise<ReadyComponentModel> => {
  const audit = auditOf(model)!;
  const labels = model.interactions.map(({ label }) => label);
  const byKey = async (report: Report, components?: Components): Promise<Report> => {
    if (model.key === undefined) return report;
    const representative =
      components && ((state: Tuple): Tuple => state.map((local, at) => components.representative(model.slots[at]!.kind, local)));
    return unhurried(audit.aside(keyAudited(toModel(model), options, report, representative, labels)));
  };
  const keyed: ReadyComponentModel['after'] = async (report, components) =>
    withKnownEmptiness(await byKey(report, components), isReducing(model, options), options);
  if (!isReducing(model, options)) return { model, words: [], after: keyed };
  const names = model.symmetry?.map(({ name }, i) => `symmetry[${i}] (${name})`);
  const reduction = new ReductionAudit(internedWithReductions(model), options, names, labels);
  await unhurried(audit.aside(reduction.before()));
  const { words } = reduction;
  return {
    model: withWords(model, words),
    words,
    after: async (report, components) => keyed(await unhurried(audit.aside(reduction.after(report))), components),
  };
};
