/** Checking a model in one way, with the checker as it is built. */
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { check, checkSync, simulate, simulateSync } from '#bayou/checker/check.js';
import { checkComponentsNear } from '#bayou/checker/factored/check-components.js';
import { checkInParallel } from '#bayou/checker/factored/parallel/check-in-parallel.js';
import type { ComponentModel, Model } from '#bayou/checker/model.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import type { CheckOptions } from '#bayou/checker/options.js';
import type { Report } from '#bayou/checker/report.js';
import { Audit } from '#bayou/checker/contract/audit.js';
import { guardedComponents } from '#bayou/checker/contract/guard-components.js';
import { guardedModel } from '#bayou/checker/contract/guard.js';
import { oncePer } from '../oracle/once.js';
import type { BuiltModel, Recipe } from '../recipe/recipe.js';
import type { Way } from './way.js';

/** The result of a search: an error, or the report of each part (one part, or two where the search was stopped and resumed). */
export type Result =
  | { readonly kind: 'reports'; readonly reports: ReadonlyArray<{ readonly way: Way; readonly report: Report }> }
  | { readonly kind: 'error'; readonly error: Error };

type Keeping = Pick<CheckOptions, 'checkpoint' | 'resume' | 'maxStates'>;

type AnyPlain = Model<unknown, unknown>;

/** The model with the checker's guards before its functions, made once for all its searches, and with an audit that runs no step again. */
const quietly = oncePer((built: BuiltModel): BuiltModel => {
  const audit = new NoAudit(built.model.key !== undefined, []);
  return built.form === 'plain'
    ? { ...built, model: guardedModel(built.model, audit) }
    : { ...built, model: guardedComponents(built.model, audit) };
});

class NoAudit extends Audit {
  override begin(all: boolean): this {
    super.begin(all);
    this.isEarly = false;
    return this;
  }

  override due(): boolean {
    return false;
  }

  /** It counts no calls, so each call would be an early one afterwards. */
  override throughout<T>(run: () => T, ms: number): T {
    const { isEarly } = this;
    try {
      return super.throughout(run, ms);
    } finally {
      this.isEarly = isEarly;
    }
  }
}

const asPlain = (built: BuiltModel, { engine }: Way): AnyPlain => {
  if (built.form === 'plain') return built.model;
  return (engine === 'numbers' ? internedModel(built.model) : toModel(built.model)) as unknown as AnyPlain;
};

const once = async (recipe: Recipe, as: BuiltModel, way: Way, keeping: Keeping): Promise<Report> => {
  const { engine, atOnce, pauseAt: _, depthThen: _d, search, near = Infinity, workers = 2, locals, seed = 1, ...more } = way;
  const { audit, traces = 1, traceLength = 1, ...common } = more;
  const built = audit === 'none' ? quietly(as) : as;
  const options = { ...common, ...keeping, ...(audit === 'all' ? { audit: true } : {}) };
  const placed = locals === undefined ? {} : { locals };
  if (engine === 'components')
    return checkComponentsNear(
      built.model as ComponentModel,
      { ...options, ...placed, ...(search === undefined ? {} : { search }) },
      near,
    );
  if (engine === 'threads') {
    const source = {
      module: new URL('../recipe/recipe.js', import.meta.url).href,
      name: 'componentModelOf',
      args: [JSON.stringify(recipe)],
    };
    return checkInParallel(source, { ...options, ...placed, workers });
  }
  const model = asPlain(built, way);
  if (engine === 'walks') {
    const { hashBits: _bits, symmetry: _s, normalize: _n, checkpoint: _c, resume: _r, ...walking } = options;
    const walks = { ...walking, seed, traces, traceLength };
    return atOnce === true ? simulateSync(model, walks) : simulate(model, walks);
  }
  const ordered = { ...options, search: search === 'dfs' || search === 'sweep' ? search : 'bfs' } as const;
  return atOnce === true ? checkSync(model, ordered) : check(model, ordered);
};

/** Does the checker give equal values in one form? An audit gives other forms on purpose. A model with a key decides itself which values are equal, and is given the value that was found. */
const givesOneForm = ({ model }: BuiltModel, { audit, engine }: Way): boolean =>
  audit === 'none' && engine !== 'threads' && model.key === undefined;

/** The way with the order that `auto` has come to. */
const asItWent = (way: Way, { search }: Report): Way => ({ ...way, search: search === 'sweep' ? search : 'bfs' });

/** Is a checkpoint refused, since its search has gone beyond the limit of depth? */
const hasGoneFar = (error: unknown): boolean => error instanceof Error && / it has gone \d+ steps far, and /.test(error.message);

/** Checks a model in one way. `file`: the file for a checkpoint. */
export const run = async (recipe: Recipe, built: BuiltModel, way: Way, file: string): Promise<Result> => {
  built.forms.isWatched = givesOneForm(built, way);
  try {
    const { pauseAt, depthThen, ...rest } = way;
    if (pauseAt === undefined) {
      const report = await once(recipe, built, way, {});
      return { kind: 'reports', reports: [{ way: way.search === 'auto' ? asItWent(way, report) : way, report }] };
    }
    const paused = { ...rest, maxStates: pauseAt };
    const before = await once(recipe, built, paused, { checkpoint: file });
    const first = { way: paused, report: before };
    if (before.stop.kind !== 'states') return { kind: 'reports', reports: [first] };
    const then = depthThen === undefined ? rest : { ...rest, maxDepth: depthThen };
    const after = await once(recipe, built, then, { resume: file }).catch((error: unknown) => {
      if (hasGoneFar(error) && depthThen !== undefined && depthThen <= before.counts.depth) return undefined;
      throw error;
    });
    return { kind: 'reports', reports: after === undefined ? [first] : [first, { way: then, report: after }] };
  } catch (error) {
    return { kind: 'error', error: error instanceof Error ? error : new Error(String(error)) };
  } finally {
    built.forms.isWatched = false;
  }
};
