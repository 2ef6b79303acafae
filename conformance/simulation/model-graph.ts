/** The state graph of a bounded configuration, by the model alone: the transitions that layer 1 walks, each with a number, so that a run can be told which of them it takes. */
import type { ComponentModel, Outcome, Slot } from '#bayou/checker/model.js';
import type { Config } from '#bayou/model/checking/config.js';
import { bayou } from '#bayou/model/system.js';
import { asShipped } from '../layer1-transitions/transition-walk.js';

/** A step of the model, whatever state it is taken from. */
export interface Step {
  readonly label: string;
  readonly family: string;
  readonly args: ReadonlyArray<string>;
  /** The slots that it looks at, and of these, by their place in that list, those that it writes. */
  readonly at: ReadonlyArray<number>;
  readonly writes: ReadonlyArray<number>;
}

/** A graph. States and transitions are numbers from 0; state 0 is the initial one. */
export interface Graph {
  readonly config: Config;
  readonly model: ComponentModel;
  readonly steps: ReadonlyArray<Step>;
  readonly states: number;
  readonly transitions: number;
  /** The transitions out of a state: from `first[state]` up to `first[state + 1]`, without that. */
  readonly first: Int32Array;
  /** Of each transition: where it leads, which step it is, and what a user sees of it. */
  readonly to: Int32Array;
  readonly stepOf: Uint16Array;
  readonly seenOf: (transition: number) => string | undefined;
  /** The values of a state's slots, as numbers. */
  readonly localsOf: (state: number) => ReadonlyArray<number>;
  readonly valueOf: (local: number) => unknown;
  /** The number of the value that the model has this text for; undefined: no state of the graph has it. */
  readonly localOf: (kind: string, text: string) => number | undefined;
  readonly stateOf: (locals: ReadonlyArray<number>) => number | undefined;
}

type Take = (...locals: ReadonlyArray<unknown>) => ReadonlyArray<Outcome<ReadonlyArray<Slot<unknown>>>>;

interface Way {
  readonly next: ReadonlyArray<number>;
  readonly seen: number;
}

/** Numbers for texts, in the order in which they come. */
class Numbers {
  readonly #known = new Map<string, number>();

  /** The number, and whether it is a new one. */
  of(text: string): readonly [number, boolean] {
    const known = this.#known.get(text);
    if (known !== undefined) return [known, false];
    this.#known.set(text, this.#known.size);
    return [this.#known.size - 1, true];
  }

  find(text: string): number | undefined {
    return this.#known.get(text);
  }
}

/** The graph of a configuration, with the log that the implementation keeps. */
export const graphOf = (given: Config): Graph => {
  const config = asShipped(given);
  const model = bayou(config);
  const slotNamed = new Map(model.slots.map(({ name }, i) => [name, i] as const));
  const locals = new Numbers();
  const values: unknown[] = [];
  const local = (kind: string, value: unknown): number => {
    const [number, isNew] = locals.of(`${kind} ${model.key?.(kind, value as never) ?? JSON.stringify(value)}`);
    if (isNew) values.push(value);
    return number;
  };
  const names = new Numbers();
  const states: (readonly number[])[] = [];
  const state = (of: readonly number[]): number => {
    const [number, isNew] = names.of(of.join());
    if (isNew) states.push(of);
    return number;
  };
  const [sights, seen] = [new Numbers(), [] as (string | undefined)[]];
  const sight = (note: string | undefined): number => {
    const [number, isNew] = sights.of(note ?? '');
    if (isNew) seen.push(note);
    return number;
  };
  const steps = model.interactions.map(({ label, slots, writes }): Step => {
    const { family } = label;
    const args = label.args.map(String);
    return { label: [family, ...args].join(' '), family, args, at: slots.map((s) => slotNamed.get(s.name)!), writes };
  });
  const memos = steps.map(() => new Map<string, ReadonlyArray<Way>>());
  const waysOf = (s: number, before: ReadonlyArray<number>): ReadonlyArray<Way> => {
    const { at, writes } = steps[s]!;
    const input = at.map((x) => before[x]).join();
    const known = memos[s]!.get(input);
    if (known !== undefined) return known;
    const take = model.interactions[s]!.step as Take;
    const ways = take(...at.map((x) => values[before[x]!])).map(({ next, note }) => ({
      next: writes.map((w) => local(model.slots[at[w]!]!.kind, next[w])),
      seen: sight(note),
    }));
    memos[s]!.set(input, ways);
    return ways;
  };
  const [first, to, stepOf, seenAt] = [[] as number[], [] as number[], [] as number[], [] as number[]];
  state(model.slots.map(({ kind, initial }) => local(kind, initial)));
  for (let i = 0; i < states.length; i++) {
    first.push(to.length);
    for (const [s, { at, writes }] of steps.entries()) {
      for (const way of waysOf(s, states[i]!)) {
        const after = [...states[i]!];
        writes.forEach((w, k) => (after[at[w]!] = way.next[k]!));
        to.push(state(after));
        stepOf.push(s);
        seenAt.push(way.seen);
      }
    }
  }
  first.push(to.length);
  return {
    ...{ config, model, steps, states: states.length, transitions: to.length },
    ...{ first: Int32Array.from(first), to: Int32Array.from(to), stepOf: Uint16Array.from(stepOf) },
    seenOf: (transition) => seen[seenAt[transition]!],
    localsOf: (s) => states[s]!,
    valueOf: (number) => values[number],
    localOf: (kind, text) => locals.find(`${kind} ${text}`),
    stateOf: (of) => names.find(of.join()),
  };
};
