/**
 * The transitions of a graph as a cluster can tell them apart. What a run of the model has spent of its bounds (how many servers it has killed, how many links it has changed) is in no
 * process: two states that differ in that alone are one *situation* of a cluster. Situations that differ only in which servers run and which links there are have the same *contents*,
 * what servers and sessions hold; a cluster goes from one of them to the other and back by starting, killing, linking. Contents never come again: puts, reads and pulls only add to them.
 */
import type { Server } from '#bayou/model/protocol/server.js';
import type { Graph } from './model-graph.js';

/** A graph's situations, contents and deeds: a deed is a step taken in a situation, which is one transition or several that differ in what was spent. */
export interface Situations {
  readonly graph: Graph;
  readonly count: number;
  /** How many contents there are. */
  readonly contents: number;
  readonly contentsOf: Int32Array;
  /** Of each situation, some state that is in it. */
  readonly stateOf: Int32Array;
  readonly deeds: number;
  /** Of each deed: in which situation, to which, one transition that it is, and how many. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly transitionOf: Int32Array;
  readonly weight: Int32Array;
  /** The deeds of contents, in all their situations. */
  readonly deedsOf: ReadonlyArray<ReadonlyArray<number>>;
  /** The situations of contents. */
  readonly initial: number;
}

const SPENT = new Set(['kills', 'linkChanges']);

/** Numbers the situations of a graph. */
export const situationsOf = (graph: Graph): Situations => {
  const { model, states, first, to, localOf, valueOf, localsOf } = graph;
  const kept = model.slots.flatMap(({ kind }, i) => (SPENT.has(kind) ? [] : [i]));
  const held = kept.filter((i) => model.slots[i]!.kind !== 'link');
  const running = new Map<number, number>();
  /** A server that is down holds what it will hold when it runs. */
  const asRunning = (slot: number, local: number): number => {
    if (model.slots[slot]!.kind !== 'server') return local;
    const known = running.get(local);
    if (known !== undefined) return known;
    const text = model.key?.('server', { ...(valueOf(local) as Server), up: true } as never) ?? '';
    const made = localOf('server', text) ?? local;
    running.set(local, made);
    return made;
  };
  const [names, contentNames] = [new Map<string, number>(), new Map<string, number>()];
  const [stateOf, contentsOf] = [[] as number[], [] as number[]];
  const situationAt = new Int32Array(states);
  const numberOf = (map: Map<string, number>, name: string): number => {
    const known = map.get(name) ?? map.size;
    map.set(name, known);
    return known;
  };
  for (let s = 0; s < states; s++) {
    const locals = localsOf(s);
    const situation = numberOf(names, kept.map((i) => locals[i]).join());
    situationAt[s] = situation;
    if (situation < stateOf.length) continue;
    stateOf.push(s);
    contentsOf.push(numberOf(contentNames, held.map((i) => asRunning(i, locals[i]!)).join()));
  }
  const deeds = new Map<string, number>();
  const [from, target, transitionOf, weight] = [[] as number[], [] as number[], [] as number[], [] as number[]];
  const deedsOf: number[][] = Array.from({ length: contentNames.size }, () => []);
  for (let s = 0; s < states; s++) {
    for (let t = first[s]!; t < first[s + 1]!; t++) {
      const [here, there] = [situationAt[s]!, situationAt[to[t]!]!];
      const deed = numberOf(deeds, `${here},${graph.stepOf[t]},${there}`);
      if (deed === from.length) {
        from.push(here);
        target.push(there);
        transitionOf.push(t);
        weight.push(0);
        deedsOf[contentsOf[here]!]!.push(deed);
      }
      weight[deed]!++;
    }
  }
  return {
    ...{ graph, count: stateOf.length, contents: contentNames.size, deeds: from.length, deedsOf, initial: situationAt[0]! },
    ...{ contentsOf: Int32Array.from(contentsOf), stateOf: Int32Array.from(stateOf) },
    ...{ from: Int32Array.from(from), to: Int32Array.from(target) },
    ...{ transitionOf: Int32Array.from(transitionOf), weight: Int32Array.from(weight) },
  };
};
