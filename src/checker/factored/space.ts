/** Puts together all that an exploration of a component model needs, for one layout. */
import type { Audit } from '../contract/audit.js';
import { auditOf } from '../contract/guard.js';
import type { ComponentModel } from '../model.js';
import { initialStates, type Tuple } from '../component-model/apply.js';
import { compile, type CompiledModel, type SlotLayout } from './compile/compile.js';
import { Components } from './store/interned-values.js';
import { Expander } from './search/expand.js';
import type { Order } from './search/search-order.js';
import { Judge } from './properties/factored-judge.js';
import { Memo } from './memo/memo.js';
import { PredicateMemo } from './memo/predicates.js';
import { Mover } from './store/mover.js';
import { Layer, Shape } from './store/group-store.js';
import { Symmetry } from './search/symmetry.js';
import { newTally, type Tally } from './search/tally.js';

/** Says which reductions are used, and which properties are judged. */
export interface SpaceOptions {
  readonly symmetry: boolean;
  readonly normalize: boolean;
  /** Names of the properties to judge; default all. */
  readonly properties?: ReadonlyArray<string>;
  /** Whether other threads explore other parts of the same space. */
  readonly shared?: boolean;
}

export interface Space {
  readonly compiled: CompiledModel;
  readonly components: Components;
  readonly memo: Memo;
  readonly judge: Judge;
  readonly symmetry: Symmetry | undefined;
  readonly audit: Audit | undefined;
  /** The state from which steps are taken. */
  readonly evidence: () => Int32Array;
  readonly shape: Shape;
  readonly tally: Tally;
  /** Pages that no layer uses. */
  readonly spare: Int32Array[];
  /** The initial states, by places. One may be in the list twice. */
  readonly initial: ReadonlyArray<Int32Array>;
  readonly newLayer: (level: number) => Layer;
  readonly expander: (order: Order) => Expander;
  /** Sets the function that gives the state at hand. A step calls it when it says for the first time what it breaks or reaches. */
  readonly setEvidenceSource: (state: () => Int32Array) => void;
  /**
   * Gives the space with nothing counted, for another search from the initial states on. What is known of the model stays, with what was decided: the
   * values, the results of its functions, and what its properties say. All of it belongs to states that the other search comes to as well.
   */
  readonly begun: () => Space;
}

/** Gives the values of a state that is given by places, in the order of the model's slots. */
export const valuesOf = ({ compiled, components }: Space, state: Int32Array): Tuple => {
  const { model, layout, kinds } = compiled;
  return model.slots.map((_, slot) => {
    const place = layout.place[slot]!;
    return components.value(kinds[place]!, state[place]!);
  });
};

export const newSpace = (model: ComponentModel, layout: SlotLayout, options: SpaceOptions): Space => {
  const components = new Components(model, options.normalize, options.shared === true);
  const compiled = compile(model, layout, components, options.properties);
  const shape = new Shape(layout.group.length, layout.locals.length);
  const spare: Int32Array[] = [];
  const order = [...layout.group, ...layout.locals];
  const initial = initialStates(model).map((state) =>
    Int32Array.from(order, (slot, place) => components.intern(compiled.kinds[place]!, state[slot])),
  );
  const predicates = new PredicateMemo(components);
  const judge = new Judge(compiled, components, predicates);
  let evidence = (): Int32Array => initial[0]!;
  const memo = new Memo(compiled, components, predicates, auditOf(model), (interaction, outcome, said) =>
    judge.noteRemarks(interaction, outcome, said, evidence),
  );
  const symmetry = options.symmetry && model.symmetry !== undefined ? new Symmetry(compiled, components) : undefined;
  const newLayer = (level: number): Layer => new Layer(level, spare);
  const begun = (): Space => {
    const tally = newTally(compiled.families.length);
    return {
      compiled,
      components,
      memo,
      judge,
      symmetry,
      audit: auditOf(model),
      evidence: () => evidence(),
      shape,
      tally,
      spare,
      initial,
      newLayer,
      expander: (order) => {
        const mover = new Mover(shape, newLayer(0));
        const expander = new Expander({ compiled, shape, tally, memo, judge, mover, canonical: symmetry }, order);
        evidence = () => expander.evidence();
        return expander;
      },
      setEvidenceSource: (state) => {
        evidence = state;
      },
      begun,
    };
  };
  return begun();
};

/** Sums by size. A sum of fractions depends on their order. This one does not, and it grows with each of them. */
const sumBySize = (numbers: ReadonlyArray<number>): number => [...numbers].sort((a, b) => a - b).reduce((sum, n) => sum + n, 0);

/** Sums the progress of a tuple's group slots. A symmetry may give the slots in any order, and the sum stays the same. */
export const progressOf = (space: Space, tuple: Int32Array): number => {
  const { kinds } = space.compiled;
  if (space.symmetry !== undefined && space.components.hasFractions)
    return sumBySize(Array.from(tuple, (id, i) => space.components.progress(kinds[i]!, id)));
  let sum = 0;
  for (let i = 0; i < tuple.length; i++) sum += space.components.progress(kinds[i]!, tuple[i]!);
  return sum;
};

/** Gives the bytes that the next growth of the larger tables would add, where it is near. */
export const nextGrowthBytes = (layers: Iterable<Layer>): number => {
  let bytes = 0;
  for (const layer of layers) bytes += layer.nextGrowth;
  return bytes;
};
