/** Makes a plain model ready for a search: the model and the options are checked, and reductions are audited. */
import type { Audit } from '../contract/audit.js';
import { trust } from '../contract/guard.js';
import { merges, mergingOf } from '../contract/merging.js';
import { mustBeOptions } from '../contract/checked-options.js';
import { contracted } from '../contract/validate.js';
import type { Model } from '../model.js';
import type { CheckOptions } from '../options.js';
import type { Report } from '../report.js';
import { keyAudited } from '../reduction/key-audit.js';
import { composed } from '../reduction/orbits.js';
import { isReducing, ReductionAudit } from '../reduction/reduction-audit.js';
import { withKnownEmptiness } from '../reduction/seen-by-audit.js';

export interface ReadyModel<S, A> {
  /** The model with its guards, and with all maps of the closed symmetry. */
  readonly model: Model<S, A>;
  readonly audit: Audit;
  /** Continues the audit once the search is over. @throws CheckerError (`model`). */
  readonly after: (report: Report) => Generator<void, Report>;
}

/**
 * Makes a model ready for a search. It yields now and then during the audit.
 *
 * @throws CheckerError (`model`) for what is no model, and for a reduction that does not keep the model's behaviour; (`option`) for options that
 * make no sense.
 */
export function* readied<S, A>(given: Model<S, A>, options: CheckOptions): Generator<void, ReadyModel<S, A>> {
  const { model, audit } = contracted(given, options);
  mustBeOptions('plain', options, model.properties);
  function* keyed(report: Report): Generator<void, Report> {
    return withKnownEmptiness(yield* audit.aside(keyAudited(model, options, report)), isReducing(model, options), options);
  }
  if (!isReducing(model, options)) return { model, audit, after: keyed };
  const reduction = new ReductionAudit(model, options);
  yield* audit.aside(reduction.before());
  const declared = model.symmetry ?? [];
  const { words } = reduction;
  const closed = words.length <= declared.length ? model : { ...model, symmetry: words.map((word) => composed(declared, word)) };
  function* after(report: Report): Generator<void, Report> {
    return yield* keyed(yield* audit.aside(reduction.after(report)));
  }
  const merging = mergingOf(model);
  // Each search has its own record of what it saw of the key: another search of the same model begins anew.
  return { model: trust(merging === undefined ? closed : merges({ ...closed }, merging), audit), audit, after };
}
