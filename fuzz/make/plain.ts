/** Random plain models. */
import { range, type Dice } from '../dice.js';
import type { Edge, PlainClaim, PlainRecipe } from '../recipe/plain.js';
import { anyTrees } from '../recipe/values.js';
import { anyKinds, fairnessOf, orders, sizeOf } from './common.js';

/** Permutations of the states without the identity, and those of them that the model declares. */
interface Group {
  readonly all: ReadonlyArray<ReadonlyArray<number>>;
  readonly declared: ReadonlyArray<ReadonlyArray<number>>;
}

const NOBODY: Group = { all: [], declared: [] };

/** Draws a group that rotates blocks of two or three states; the states that are left over stay. */
const groupOf = (dice: Dice, states: number): Group => {
  const width = 2 + dice.below(2);
  const blocks = Math.floor(states / width);
  if (blocks === 0) return NOBODY;
  const turned = dice.shuffled(range(states)).slice(0, blocks * width);
  const moves = (order: ReadonlyArray<number>): ReadonlyArray<number> => {
    const to = [...range(states)];
    for (let block = 0; block < blocks; block++) {
      order.forEach((target, i) => (to[turned[block * width + i]!] = turned[block * width + target]!));
    }
    return to;
  };
  const every = orders(width).filter((order) => order.some((to, i) => to !== i));
  const cyclic = every.filter((order) => width === 2 || order.every((to, i) => to !== i));
  const chosen = dice.oneIn(2) ? cyclic : every;
  const all = chosen.map(moves);
  const generators = chosen === cyclic ? all.slice(0, 1) : [moves([1, 0, ...range(width).slice(2)]), moves(cyclic[0]!)];
  return { all, declared: dice.oneIn(3) ? generators : dice.shuffled(all) };
};

/** The states, and all their images under the group. */
const closed = (group: Group, indices: ReadonlyArray<number>): ReadonlyArray<number> => [
  ...new Set(indices.flatMap((index) => [index, ...group.all.map((order) => order[index]!)])),
];

interface Drawn {
  readonly edges: ReadonlyArray<Edge>;
  /** By edge, its images, with the edge itself. */
  readonly like: ReadonlyArray<ReadonlyArray<number>>;
}

const edgesOf = (dice: Dice, states: number, group: Group, variants: number): Drawn => {
  const families = ['go', 'do', 'at last'].slice(0, 1 + dice.below(3));
  const names = dice.oneIn(2) ? [] : ['quick', 'sure', 'far'].slice(0, 1 + dice.below(3));
  const classes = names.map((name) => fairnessOf(dice, name));
  const often = dice.pick([0.3, 0.8]);
  const edges: Edge[] = [];
  const like: ReadonlyArray<number>[] = [];
  const count = Math.ceil(states * dice.pick([1, 1.5, 2, 2.5]));
  for (let n = 0; n < count; n++) {
    const [fair] = dice.some(dice.shuffled(classes), often);
    const common = {
      family: dice.pick(families),
      shift: dice.below(variants),
      ...(fair === undefined ? {} : { fair }),
      ...(dice.oneIn(5) ? { note: dice.pick(['well', 'badly']) } : {}),
    };
    // The first edges make most states reachable.
    const grows = n + 1 < states && !dice.oneIn(6);
    const from = grows ? Math.max(0, n - dice.below(3)) : dice.below(states);
    const to = grows
      ? n + 1
      : dice.oneIn(12)
        ? -1
        : dice.oneIn(10)
          ? from
          : dice.oneIn(2)
            ? (from + 1) % states
            : dice.below(states);
    const images = [[from, to] as const, ...group.all.map((order) => [order[from]!, order[to] ?? -1] as const)];
    const distinct = [...new Map(images.map((image) => [image.join(), image])).values()];
    const places = distinct.map((_, i) => edges.length + i);
    // Images have the same args, so that labels do not tell apart edges which a permutation maps to each other.
    for (const [a, b] of distinct) {
      edges.push({ ...common, from: a, to: b, arg: dice.oneIn(3) ? 0 : n });
      like.push(places);
    }
  }
  return { edges, like };
};

const claimsOf = (dice: Dice, states: number, group: Group, { edges, like }: Drawn): ReadonlyArray<PlainClaim> => {
  const some = (probability: number): ReadonlyArray<number> => closed(group, dice.some(range(states), probability));
  const someEdges = (probability: number): ReadonlyArray<number> => [
    ...new Set(dice.some(range(edges.length), probability).flatMap((edge) => like[edge]!)),
  ];
  return anyKinds(dice).map((kind, i): PlainClaim => {
    const rare = dice.pick([0, 0.03, 0.1, 0.3]);
    const isStep = kind === 'alwaysStep' || kind === 'sometimesStep';
    const marked = isStep ? someEdges(rare) : some(kind.startsWith('event') ? dice.pick([0.1, 0.3, 0.6]) : rare);
    return {
      name: `${i} ${kind}`,
      kind,
      marked,
      to: kind === 'leadsTo' ? some(0.3) : [],
      bare: kind === 'noDeadlock' && dice.oneIn(3),
    };
  });
};

/** A progress measure that no edge lowers, and that is equal for images. `falls`: the progress of one state is lowered. */
const progressOf = (
  dice: Dice,
  states: number,
  group: Group,
  edges: ReadonlyArray<Edge>,
  falls: boolean,
): ReadonlyArray<number> => {
  const marks = range(states).map(() => dice.below(4));
  const progress = marks.map((mark, i) => Math.min(mark, ...group.all.map((order) => marks[order[i]!]!)));
  for (let changed = true; changed;) {
    changed = false;
    for (const { from, to } of edges) {
      if (to < 0 || progress[to]! >= progress[from]!) continue;
      progress[to] = progress[from]!;
      changed = true;
    }
  }
  return falls ? progress.with(dice.below(states), -1) : progress;
};

/** From this number of states on the oracle's fixpoints take too long. */
const MANY = 2000;

/** Draws the length of a chain: more than fits into a byte, or, seldom, into two. */
const depthOf = (dice: Dice): number => (dice.oneIn(40) ? 65_600 + dice.below(500) : 250 + dice.below(800));

/** A random plain model. */
export const anyPlain = (dice: Dice): PlainRecipe => {
  const states = sizeOf(dice);
  const group = dice.oneIn(3) ? groupOf(dice, states) : NOBODY;
  const variants = dice.oneIn(4) ? 2 : 1;
  const drawn = edgesOf(dice, states, group, variants);
  const first = closed(
    group,
    Array.from({ length: dice.pick([1, 1, 1, 2, 3]) }, () => (dice.oneIn(2) ? 0 : dice.below(states))),
  );
  const initial = dice.oneIn(4) ? [...first, ...first.slice(0, 2)] : first;
  const deep = group === NOBODY && dice.oneIn(150) ? depthOf(dice) : 0;
  const all = claimsOf(dice, states, group, drawn);
  const claims = deep > MANY ? [] : all;
  return {
    form: 'plain',
    states: anyTrees(dice, states),
    edges: drawn.edges,
    initial,
    chain: { length: deep, returns: dice.oneIn(2) },
    ...(dice.oneIn(4) ? { beyond: closed(group, dice.some(range(states), 0.15)) } : {}),
    claims: deep > MANY || (deep > 0 && dice.oneIn(2)) ? [...claims, farClaim(states + deep - 1 - dice.below(20))] : claims,
    ...(dice.oneIn(3) ? { progress: progressOf(dice, states, group, drawn.edges, group === NOBODY && dice.oneIn(8)) } : {}),
    ...(group.declared.length > 0 ? { symmetry: group.declared } : {}),
    variants,
    keyed: dice.oneIn(6),
    blurred: variants > 1 && dice.oneIn(3),
    shown: !dice.oneIn(5),
    families: dice.oneIn(4),
  };
};

/** A claim that is broken by one state alone, far from the initial one. */
const farClaim = (index: number): PlainClaim => ({ name: 'far', kind: 'always', marked: [index], to: [], bare: false });
