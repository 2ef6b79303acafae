/** The frame of a random component model: its domains, slots and renamings, before it has interactions. */
import { range, type Dice } from '../dice.js';
import { sizeOfDomain } from '../recipe/component.js';
import type { Domain, RecipePredicate, RecipeSlot, SlotRenaming, ValueRow } from '../recipe/component.js';
import { anyTrees, type ValueTree } from '../recipe/values.js';
import { orders } from './common.js';

export interface RecipeFrame {
  readonly domains: ReadonlyArray<Domain>;
  readonly slots: ReadonlyArray<RecipeSlot>;
  /** All renamings under which the model will be closed, the identity first. */
  readonly renamings: ReadonlyArray<SlotRenaming>;
  /** The renamings that the model declares. */
  readonly declared: ReadonlyArray<SlotRenaming>;
  readonly hasProgress: boolean;
}

// --- rows ------------------------------------------------------------------------------------------------------------------

const sizes = ({ domains, slots }: RecipeFrame, which: ReadonlyArray<number>): ReadonlyArray<number> =>
  which.map((slot) => sizeOfDomain(domains[slots[slot]!.domain]!));

/** The number of rows of a table over these slots. */
export const rowsOf = (frame: RecipeFrame, which: ReadonlyArray<number>): number =>
  sizes(frame, which).reduce((n, size) => n * size, 1);

/** The values of the slots in a row. */
export const valuesIn = (frame: RecipeFrame, which: ReadonlyArray<number>, row: ValueRow): ReadonlyArray<number> => {
  let rest = row;
  return sizes(frame, which).map((size) => {
    const value = rest % size;
    rest = (rest - value) / size;
    return value;
  });
};

/** The row of these values. */
export const rowWith = (frame: RecipeFrame, which: ReadonlyArray<number>, values: ReadonlyArray<number>): ValueRow =>
  sizes(frame, which).reduceRight((row, size, i) => row * size + values[i]!, 0);

// --- renaming --------------------------------------------------------------------------------------------------------------

/** The images of a state, which is given by the values of all slots. */
export const renamedState = (frame: RecipeFrame, renaming: SlotRenaming, state: ReadonlyArray<number>): ReadonlyArray<number> => {
  const image: number[] = [];
  state.forEach((value, slot) => (image[renaming.slotTo[slot]!] = renamedValue(frame, renaming, slot, value)));
  return image;
};

/** The image of the value of a slot. */
export const renamedValue = ({ slots }: RecipeFrame, { values }: SlotRenaming, slot: number, value: number): number =>
  values[slots[slot]!.domain]![value] ?? value;

/** The image of a row. */
export const renamedRow = (frame: RecipeFrame, renaming: SlotRenaming, which: ReadonlyArray<number>, row: ValueRow): ValueRow => {
  const values = valuesIn(frame, which, row).map((value, i) => renamedValue(frame, renaming, which[i]!, value));
  return rowWith(
    frame,
    which.map((slot) => renaming.slotTo[slot]!),
    values,
  );
};

/** The images of some slots. */
export const renamedSlots = ({ slotTo }: SlotRenaming, which: ReadonlyArray<number>): ReadonlyArray<number> =>
  which.map((slot) => slotTo[slot]!);

/** All images of a look, each once. */
export const imagesOf = (frame: RecipeFrame, look: RecipePredicate): ReadonlyArray<RecipePredicate> => {
  const images = frame.renamings.map((renaming): RecipePredicate => {
    const rows = look.rows.map((row) => renamedRow(frame, renaming, look.slots, row)).toSorted((a, b) => a - b);
    return { slots: renamedSlots(renaming, look.slots), rows, except: look.except };
  });
  return [...new Map(images.map((image) => [JSON.stringify(image), image])).values()];
};

// --- making one up ---------------------------------------------------------------------------------------------------------

const LEAVES = 'xyz';

/** A value that has one number for each leaf, in one of the forms that models use; it has the names of the leaves. */
const vectorTree = (form: number, vector: ReadonlyArray<number>): ValueTree => {
  if (form === 0) return { list: vector };
  if (form === 1) return { fields: vector.map((n, i) => [LEAVES[i]!, n] as const) };
  if (form === 2) return { set: vector.flatMap((n, i) => (n > 0 ? [LEAVES[i]!] : [])) };
  return { map: vector.flatMap((n, i) => (n > 0 ? [[LEAVES[i]!, n] as const] : [])) };
};

const vectorsOf = (count: number): ReadonlyArray<ReadonlyArray<number>> =>
  range(2 ** count).map((bits) => range(count).map((i) => (bits >> i) & 1));

const permuted = (vector: ReadonlyArray<number>, order: ReadonlyArray<number>): ReadonlyArray<number> => {
  const image: number[] = [];
  vector.forEach((n, i) => (image[order[i]!] = n));
  return image;
};

interface Counts {
  readonly hubs: number;
  readonly leaves: number;
  readonly doors: number;
  readonly idle: number;
}

const countsOf = (dice: Dice): Counts => ({
  hubs: dice.pick([0, 1, 1, 1, 2, 2]),
  leaves: dice.pick([1, 2, 2, 3]),
  doors: dice.pick([0, 0, 0, 1, 2]),
  idle: dice.oneIn(60) ? 20 + dice.below(25) : 0,
});

/** Domains: 0 of leaves, 1 of hubs, 2 of doors. */
const HUB = 1;
const DOOR = 2;

/** A progress measure that is equal for values which are images of each other. */
const progressOf = (dice: Dice, size: number, images: ReadonlyArray<ReadonlyArray<number>>): ReadonlyArray<number> => {
  if (dice.oneIn(2)) return range(size).map(() => 0);
  const marks = range(size).map(() => dice.below(4));
  return range(size).map((value) => Math.min(marks[value]!, ...images.map((to) => marks[to[value]!]!)));
};

/** Slots and domains at random, and renamings of the leaves where the model is to be symmetric. */
export const anyFrame = (dice: Dice): RecipeFrame => {
  const counts = countsOf(dice);
  const isSymmetric = counts.leaves > 1 && dice.oneIn(3);
  const vectors = vectorsOf(counts.leaves);
  const form = dice.below(4);
  const hubValues = isSymmetric ? vectors.map((vector) => vectorTree(form, vector)) : anyTrees(dice, 2 + dice.below(3));
  const leafValues = anyTrees(dice, 2 + dice.below(3));
  const variants = (): number => (dice.oneIn(6) ? 2 : 1);
  const group = isSymmetric ? orders(counts.leaves) : [range(counts.leaves)];
  const hubTo = group.map((order) =>
    isSymmetric
      ? vectors.map((vector) => vectors.findIndex((other) => other.join() === permuted(vector, order).join()))
      : range(hubValues.length),
  );
  const domain = (name: string, values: ReadonlyArray<ValueTree>, images: ReadonlyArray<ReadonlyArray<number>>): Domain => ({
    name,
    values,
    progress: progressOf(dice, values.length, images),
    variants: variants(),
  });
  const domains = [domain('leaf', leafValues, []), domain('hub', hubValues, hubTo), domain('door', [false, true], [])];
  const initialHub = isSymmetric ? vectors.findIndex((vector) => vector.every((n) => n === 0)) : 0;
  const firstLeaf = dice.below(leafValues.length);
  const made: ReadonlyArray<RecipeSlot> = [
    ...range(counts.leaves).map((i) => ({
      name: LEAVES[i]!,
      domain: 0,
      initial: isSymmetric ? firstLeaf : dice.below(leafValues.length),
    })),
    ...range(counts.hubs).map((i) => ({ name: `h${i}`, domain: HUB, initial: initialHub })),
    ...range(counts.doors + counts.idle).map((i) => ({ name: `d${i}`, domain: DOOR, initial: dice.below(2) })),
  ];
  const slots = dice.shuffled(made);
  const renamings = group.map((order, g): SlotRenaming => {
    const slotTo = slots.map(({ name }, i) => {
      const leaf = LEAVES.indexOf(name);
      return leaf < 0 ? i : slots.findIndex((slot) => slot.name === LEAVES[order[leaf]!]);
    });
    return { name: `leaves ${order.join('')}`, slotTo, values: [range(leafValues.length), hubTo[g]!, [0, 1]] };
  });
  const isIdentity = ({ slotTo }: SlotRenaming): boolean => slotTo.every((to, i) => to === i);
  const others = renamings.filter((renaming) => !isIdentity(renaming));
  return {
    domains,
    slots,
    renamings: [...renamings.filter(isIdentity), ...others],
    declared: declaredOf(dice, others, counts.leaves),
    hasProgress: dice.oneIn(3),
  };
};

/** The renamings that a model declares: all, the rotations of the leaves, or generators. */
const declaredOf = (dice: Dice, others: ReadonlyArray<SlotRenaming>, leaves: number): ReadonlyArray<SlotRenaming> => {
  const turns = others.filter(({ slotTo }) => slotTo.filter((to, i) => to !== i).length === leaves);
  if (dice.oneIn(4)) return turns;
  if (leaves === 3 && dice.oneIn(3)) {
    return [...turns.slice(0, 1), ...others.filter((other) => !turns.includes(other)).slice(0, 1)];
  }
  return dice.shuffled(others);
};
