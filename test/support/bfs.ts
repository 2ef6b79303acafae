/**
 * The oracle: a breadth-first search over component models in the plainest way there is. States are arrays of local values, told
 * apart by a text; every state, step and predicate is computed anew. Slow, and small enough to be believed.
 */
import type { ComponentModel, Interaction, Outcome, Predicate, Slot } from '#bayou/checker/model.js';

/** What a search found. */
export interface Found {
  readonly states: number;
  readonly depth: number;
  /** Was everything explored (neither stopped by a violation nor by the limit)? */
  readonly complete: boolean;
  /** The first violated property and the labels of a shortest way to it. */
  readonly violated?: { readonly name: string; readonly trace: ReadonlyArray<string> };
  /** Names of the `sometimes` properties that were reached. */
  readonly reached: ReadonlySet<string>;
  /** Families of steps that changed something. */
  readonly families: ReadonlySet<string>;
}

export interface Options {
  /** Stop after this many states. */
  readonly limit?: number;
  /** Look at no state twice that this maps to one. */
  readonly canonical?: (state: State) => State;
  /** Called with every state. */
  readonly visit?: (state: State) => void;
}

export type State = ReadonlyArray<unknown>;
type Step = (...locals: ReadonlyArray<unknown>) => ReadonlyArray<Outcome<ReadonlyArray<Slot<unknown>>>>;

interface Node {
  readonly state: State;
  readonly depth: number;
  readonly from: Node | undefined;
  readonly label: string;
}

const keyOf = (model: ComponentModel, state: State): string =>
  state.map((l, i) => model.key?.(model.slots[i]!.kind, l as never) ?? JSON.stringify(l)).join('#');

const traceOf = (node: Node | undefined): ReadonlyArray<string> =>
  node?.from === undefined ? [] : [...traceOf(node.from), node.label];

/** The successors of a state, each with what its step says. */
export const successors = (model: ComponentModel, state: State) =>
  model.interactions.flatMap((i: Interaction) => {
    const at = i.slots.map((s) => model.slots.findIndex((x) => x.name === s.name));
    return (i.step as Step)(...at.map((x) => state[x])).map((outcome) => {
      const next = [...state];
      for (const w of i.writes) next[at[w]!] = outcome.next[w];
      return { family: i.label.family, label: [i.label.family, ...i.label.args].join(' '), outcome, next: next };
    });
  });

const predicateHolds = (model: ComponentModel, p: Predicate, state: State): boolean =>
  (p.holds as (...l: ReadonlyArray<unknown>) => boolean)(
    ...p.slots.map((s) => state[model.slots.findIndex((x) => x.name === s.name)]),
  );

/** Explores a model breadth first. */
export const explore = (model: ComponentModel, options: Options = {}): Found => {
  const canonical = options.canonical ?? ((s: State) => s);
  const initial = canonical(model.slots.map((s) => s.initial));
  const seen = new Set([keyOf(model, initial)]);
  const reached = new Set<string>();
  const families = new Set<string>();
  const names = new Set(model.properties.map((p) => p.name));
  let queue: Node[] = [{ state: initial, depth: 0, from: undefined, label: '' }];
  let depth = 0;
  const judged = (node: Node): string | undefined => {
    options.visit?.(node.state);
    let broken: string | undefined;
    for (const p of model.properties) {
      if (p.kind === 'always' && !p.over.every((q) => predicateHolds(model, q, node.state))) broken ??= p.name;
      if (p.kind === 'sometimes' && !reached.has(p.name) && p.over.some((q) => predicateHolds(model, q, node.state)))
        reached.add(p.name);
    }
    return broken;
  };
  const done = (node: Node | undefined, name?: string): Found => ({
    states: seen.size,
    depth,
    complete: name === undefined && queue.length === 0,
    ...(name === undefined ? {} : { violated: { name, trace: traceOf(node) } }),
    reached,
    families,
  });
  const first = judged(queue[0]!);
  if (first !== undefined) return done(queue[0], first);
  while (queue.length > 0) {
    const layer: Node[] = [];
    for (const node of queue) {
      depth = node.depth;
      for (const { family, label, outcome, next } of successors(model, node.state)) {
        for (const w of outcome.witnesses ?? []) reached.add(w);
        const reachedNode = { state: canonical(next), depth: node.depth + 1, from: node, label };
        const broken = outcome.violates?.find((v) => names.has(v));
        if (broken !== undefined) return done(reachedNode, broken);
        const key = keyOf(model, reachedNode.state);
        if (seen.has(key)) continue;
        seen.add(key);
        families.add(family);
        const name = judged(reachedNode);
        if (name !== undefined) return done(reachedNode, name);
        if (seen.size >= (options.limit ?? Infinity)) return { ...done(undefined), complete: false };
        layer.push(reachedNode);
      }
    }
    queue = layer;
  }
  return done(undefined);
};
