/** A plain model that may be searched: it is one, its options make sense, and its reductions are audited. */
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

export interface Ready<S, A> {
  /** With its guards, and with all maps that its symmetry comes to. */
  readonly model: Model<S, A>;
  readonly audit: Audit;
  /** Goes on with the audit once the search is over. @throws CheckerError (`model`). */
  readonly after: (report: Report) => Generator<void, Report>;
}

/**
 * Makes a model ready for a search; yields now and then while it is audited.
 *
 * @throws CheckerError (`model`) for what is no model, and for reductions that are none; (`option`) for options that make no sense.
 */
export function* readied<S, A>(given: Model<S, A>, options: CheckOptions): Generator<void, Ready<S, A>> {
  const { model, audit } = contracted(given, options);
  mustBeOptions('plain', options, model.properties);
  const keyed = (report: Report): Generator<void, Report> => audit.aside(keyAudited(model, options, report));
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
  // What this search sees of the key is its own: another search of the same model begins anew.
  return { model: trust(merging === undefined ? closed : merges({ ...closed }, merging), audit), audit, after };
}
