/**
 * Judges the properties of a component model while it is explored: what to evaluate when a group, a local id or a cell is new, and what was
 * found.
 */
import type { Audit } from '../../contract/audit.js';
import { auditOf } from '../../contract/guard.js';
import { mustStay } from '../../contract/closely.js';
import { locate } from '../../contract/fault-location.js';
import type { ComponentProperty, Predicate, Remarks } from '../../model.js';
import { isWitness } from '../../report.js';
import {
  type CompiledModel,
  type CompiledInteraction,
  slotIndices,
  compilePredicate,
  type CompiledPredicate,
} from '../compile/compile.js';
import type { Components } from '../store/interned-values.js';
import type { PredicateMemo } from '../memo/predicates.js';
import { Trie } from '../memo/trie.js';

/** Where a property was decided: a state by places (group, then locals), and the step from it, where a step decided it. */
export interface Evidence {
  readonly state: Int32Array;
  readonly step?: { readonly interaction: number; readonly outcome: number };
}

/** A predicate that can decide a property, and the truth value (`wanted`) that does. */
interface DecidingPredicate {
  readonly property: number;
  readonly watched: CompiledPredicate;
  readonly wanted: boolean;
}

/** Predicates that read the same slots. They run together, once for each tuple of ids there. */
export interface Bundle {
  readonly root: number;
  readonly places: ReadonlyArray<number>;
  readonly positions: ReadonlyArray<number>;
  readonly predicates: ReadonlyArray<DecidingPredicate>;
}

/** Bundles by how many local positions they read: none, one (by position), more than one. */
interface Bundles {
  readonly group: ReadonlyArray<Bundle>;
  readonly local: ReadonlyArray<ReadonlyArray<Bundle>>;
  readonly cell: ReadonlyArray<Bundle>;
}

/** A `noDeadlock` property, and the predicates that are true of the states which it lets be the last. */
export interface DeadlockProperty {
  readonly property: number;
  readonly final: ReadonlyArray<CompiledPredicate> | undefined;
}

const NO_NAMES: ReadonlyArray<string> = [];

export class Judge {
  /** For each property where it was decided (violated, or reached). */
  readonly found: (Evidence | undefined)[];
  readonly properties: ReadonlyArray<ComponentProperty>;
  /** How many properties were decided, and whether one of them is violated. */
  decisions = 0;
  violated = false;
  /** The bundles of properties that are not decided. */
  openBundles: Bundles;
  /** The `noDeadlock` properties that are not decided. */
  endings: ReadonlyArray<DeadlockProperty>;
  private readonly predicates: PredicateMemo;
  private readonly audit: Audit | undefined;
  /** The tuples of ids on which each bundle was run. */
  private readonly seen = new Trie();
  private readonly steps: ReadonlyMap<string, number>;

  constructor(compiled: CompiledModel, components: Components, predicates: PredicateMemo) {
    this.audit = auditOf(compiled.model);
    const indices = slotIndices(compiled.model);
    const see = (property: ComponentProperty, source: Predicate): CompiledPredicate =>
      compilePredicate(property.name, source, indices, compiled.layout, components);
    this.predicates = predicates;
    this.properties = compiled.properties;
    this.found = this.properties.map(() => undefined);
    const deciding = this.properties.flatMap((property, index) =>
      property.kind === 'always' || property.kind === 'sometimes'
        ? property.over.map((p): DecidingPredicate => ({
            property: index,
            watched: see(property, p),
            wanted: property.kind === 'sometimes',
          }))
        : [],
    );
    const bundles = bundlesOf(deciding, this.seen);
    this.openBundles = {
      group: bundles.filter(({ positions }) => positions.length === 0),
      local: compiled.layout.locals.map((_, p) =>
        bundles.filter(({ positions }) => positions.length === 1 && positions[0] === p),
      ),
      cell: bundles.filter(({ positions }) => positions.length > 1),
    };
    this.steps = new Map(
      this.properties.flatMap((p, i) => (p.kind === 'alwaysStep' || p.kind === 'sometimesStep' ? [[p.name, i] as const] : [])),
    );
    this.endings = this.properties.flatMap((property, index) =>
      property.kind === 'noDeadlock' ? [{ property: index, final: property.final?.map((p) => see(property, p)) }] : [],
    );
  }

  /** Runs the predicates that were not run on these ids before: a group tuple and, by position, local ids. */
  evaluate(bundles: ReadonlyArray<Bundle>, tuple: Int32Array, locals: Int32Array, state: () => Int32Array): void {
    for (const bundle of bundles) if (this.isNew(bundle, tuple, locals)) this.run(bundle, tuple, locals, state);
  }

  private isNew({ root, places, positions }: Bundle, tuple: Int32Array, locals: Int32Array): boolean {
    const { seen } = this;
    const groups = places.length;
    const last = groups + positions.length - 1;
    let node = root;
    let id = 0;
    for (let i = 0; i <= last; i++) {
      id = i < groups ? tuple[places[i]!]! : locals[positions[i - groups]!]!;
      if (i < last) node = seen.child(node, id);
    }
    if (seen.get(node, id) !== -1) return false;
    seen.set(node, id, 1);
    return true;
  }

  private run(bundle: Bundle, tuple: Int32Array, locals: Int32Array, state: () => Int32Array): void {
    for (const deciding of bundle.predicates) {
      if (this.found[deciding.property] !== undefined) continue;
      if (this.test(deciding, tuple, locals, state) !== deciding.wanted) continue;
      this.mustStay(deciding, tuple, locals, state);
      this.decide(deciding.property, { state: state() });
    }
  }

  /** Evaluates a predicate that decides a property again. */
  private mustStay(deciding: DecidingPredicate, tuple: Int32Array, locals: Int32Array, state: () => Int32Array): void {
    try {
      mustStay(this.audit, this.properties[deciding.property]!.name, deciding.wanted, () =>
        this.predicates.test(deciding.watched, tuple, locals),
      );
    } catch (error) {
      locate(error, state);
      throw error;
    }
  }

  private test({ watched }: DecidingPredicate, tuple: Int32Array, locals: Int32Array, state: () => Int32Array): boolean {
    try {
      return this.predicates.test(watched, tuple, locals);
    } catch (error) {
      locate(error, state);
      throw error;
    }
  }

  /** Whether a `noDeadlock` property lets a state be the last. */
  mayEnd({ final }: DeadlockProperty, tuple: Int32Array, locals: ArrayLike<number>): boolean {
    return final?.every((watched) => this.predicates.holds(watched, tuple, locals)) === true;
  }

  /** Takes in what an outcome says of properties of steps. */
  noteRemarks(interaction: CompiledInteraction, outcome: number, said: Remarks, state: () => Int32Array): void {
    const { violates = NO_NAMES, witnesses = NO_NAMES } = said;
    if (violates.length + witnesses.length === 0) return;
    for (const name of [...violates, ...witnesses]) {
      const property = this.steps.get(name);
      if (property !== undefined && this.found[property] === undefined) {
        this.decide(property, { state: state(), step: { interaction: interaction.index, outcome } });
      }
    }
  }

  decide(property: number, evidence: Evidence): void {
    const { kind } = this.properties[property]!;
    this.found[property] = evidence;
    this.decisions++;
    this.openBundles = undecidedBundles(this.openBundles, this.found);
    this.endings = this.endings.filter((ending) => ending.property !== property);
    if (!isWitness(kind)) this.violated = true;
  }
}

/** The bundles with a property that is not decided. */
const undecidedBundles = (bundles: Bundles, found: ReadonlyArray<Evidence | undefined>): Bundles => {
  const open = (bundles: ReadonlyArray<Bundle>): ReadonlyArray<Bundle> =>
    bundles.filter((bundle) => bundle.predicates.some((deciding) => found[deciding.property] === undefined));
  return { group: open(bundles.group), local: bundles.local.map(open), cell: open(bundles.cell) };
};

/** The predicates of all properties, bundled by the slots that they read. */
const bundlesOf = (predicates: ReadonlyArray<DecidingPredicate>, seen: Trie): ReadonlyArray<Bundle> => {
  const bundles = new Map<string, DecidingPredicate[]>();
  const sorted = (numbers: ReadonlyArray<number>): ReadonlyArray<number> => [...new Set(numbers)].sort((a, b) => a - b);
  for (const deciding of predicates) {
    const key = [sorted(deciding.watched.groupPlaces), sorted(deciding.watched.localPositions)].join(';');
    const list = bundles.get(key);
    if (list === undefined) bundles.set(key, [deciding]);
    else list.push(deciding);
  }
  return Array.from(bundles.values(), (list) => ({
    root: seen.root(),
    places: sorted(list[0]!.watched.groupPlaces),
    positions: sorted(list[0]!.watched.localPositions),
    predicates: list,
  }));
};
