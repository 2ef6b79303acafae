/**
 * The transitions of a graph as far as a cluster can tell them apart. No process knows how much of its bounds a run of the model has spent (killed servers, changed links). So states that differ in these
 * spent bounds alone are one *situation* of a cluster. The *contents* of a situation are what its servers and sessions hold, whichever servers run and whichever links exist. Starts, kills and changes of links lead a
 * cluster from one situation to another with the same contents, and back. Puts, reads and pulls only add to contents, so that no run comes back to earlier contents.
 */
import type { Server } from '#bayou/model/protocol/server.js';
import type { Graph } from './model-graph.js';

/** A graph's situations, contents and deeds. A deed is a step in a situation: one transition, or several that differ in the spent bounds alone. */
export interface Situations {
  readonly graph: Graph;
  readonly count: number;
  /** The number of different contents. */
  readonly contents: number;
  readonly contentsOf: Int32Array;
  /** By situation, one of its states. */
  readonly stateOf: Int32Array;
  readonly deeds: number;
  /** By deed: its situation, the situation to which it leads, one of its transitions, and how many transitions it is. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly transitionOf: Int32Array;
  readonly weight: Int32Array;
  /** By contents, the deeds of all their situations. */
  readonly deedsOf: ReadonlyArray<ReadonlyArray<number>>;
  /** The initial situation. */
  readonly initial: number;
}

const SPENT = new Set(['kills', 'linkChanges']);

/** Numbers the situations of a graph. */
export const situationsOf = (graph: Graph): Situations => {
  const { model, states, first, to, localOf, valueOf, localsOf } = graph;
  const kept = model.slots.flatMap(({ kind }, i) => (SPENT.has(kind) ? [] : [i]));
  const held = kept.filter((i) => model.slots[i]!.kind !== 'link');
  const running = new Map<number, number>();
  /** The value of a server's slot, as if the server ran: a server that is down holds the same. */
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
