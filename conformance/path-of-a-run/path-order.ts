/**
 * Puts steps in an order. Steps that touch the same part of the state keep their order there; there is no other constraint. So a pull whose events lie
 * apart in the run can be whole in the path, and steps on which no other depends can be left out.
 */
import type { Access, StepNode } from './path-parts.js';

/** A step's access to a part, with the step's index. */
interface Touch extends Access {
  readonly index: number;
}

const touchesOf = (nodes: ReadonlyArray<StepNode>): ReadonlyArray<ReadonlyArray<Touch>> => {
  const byPart = new Map<string, Touch[]>();
  for (const [index, node] of nodes.entries())
    for (const access of node.accesses) {
      const known = byPart.get(access.part);
      if (known === undefined) byPart.set(access.part, [{ ...access, index }]);
      else known.push({ ...access, index });
    }
  return [...byPart.values()].map((touches) => touches.sort((a, b) => a.at - b.at || a.index - b.index));
};

/** For each step the steps that must come before it, and the steps whose effect it needs. */
const before = (
  nodes: ReadonlyArray<StepNode>,
): { readonly order: ReadonlyArray<ReadonlySet<number>>; readonly needs: ReadonlyArray<ReadonlySet<number>> } => {
  const order = nodes.map(() => new Set<number>());
  const needs = nodes.map(() => new Set<number>());
  for (const touches of touchesOf(nodes)) {
    let writer: number | undefined;
    let readers: number[] = [];
    for (const { index, writes } of touches) {
      if (writer !== undefined && writer !== index) {
        order[index]!.add(writer);
        needs[index]!.add(writer);
      }
      if (!writes) {
        readers.push(index);
        continue;
      }
      for (const reader of readers) if (reader !== index) order[index]!.add(reader);
      [writer, readers] = [index, []];
    }
  }
  return { order, needs };
};

/** A step's rank by the run's own order. A kill has a later rank, so that other steps come before it where they can. */
const rankOf = (node: StepNode): number =>
  Math.max(...node.accesses.map(({ at }) => at)) + (node.label?.family === 'Kill' ? 1e9 : 0);

/** The steps in an order that keeps the order at each part; undefined where no such order exists, since whole pulls cross each other. */
export const inOrder = (nodes: ReadonlyArray<StepNode>): ReadonlyArray<StepNode> | undefined => {
  const { order } = before(nodes);
  const waiting = order.map((set) => set.size);
  const next = nodes.map((): number[] => []);
  for (const [index, set] of order.entries()) for (const earlier of set) next[earlier]!.push(index);
  const ranks = nodes.map(rankOf);
  const ready = waiting.flatMap((n, index) => (n === 0 ? [index] : []));
  const done: StepNode[] = [];
  while (ready.length > 0) {
    const least = ready.reduce((best, _, i) => (ranks[ready[i]!]! < ranks[ready[best]!]! ? i : best), 0);
    const [index] = ready.splice(least, 1) as [number];
    done.push(nodes[index]!);
    for (const later of next[index]!) {
      waiting[later]!--;
      if (waiting[later] === 0) ready.push(later);
    }
  }
  return done.length === nodes.length ? done : undefined;
};

/** The targets, and the steps that they need, in order. */
export const neededFor = (nodes: ReadonlyArray<StepNode>, targets: ReadonlyArray<StepNode>): ReadonlyArray<StepNode> => {
  const { needs } = before(nodes);
  const kept = new Set<number>();
  const queue = targets.map((target) => nodes.indexOf(target));
  for (let index = queue.pop(); index !== undefined; index = queue.pop()) {
    if (index < 0 || kept.has(index)) continue;
    kept.add(index);
    queue.push(...needs[index]!);
  }
  return nodes.filter((_, index) => kept.has(index));
};
