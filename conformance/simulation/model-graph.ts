/** The state graph of a bounded configuration, by the model alone. The graph has the transitions that layer 1 walks. Each has a number, by which a guided run names it. */
import type { ComponentModel, Outcome, Slot } from '#bayou/checker/model.js';
import type { Config } from '#bayou/model/checking/config.js';
import { bayou } from '#bayou/model/system.js';
import { asShipped } from '../layer1-transitions/transition-walk.js';

/** A step of the model, without the state from which it is taken. */
export interface GraphStep {
  readonly label: string;
  readonly family: string;
  readonly args: ReadonlyArray<string>;
  /** `at`: the slots that the step reads. `writes`: the indices, in `at`, of the slots that it writes. */
  readonly at: ReadonlyArray<number>;
  readonly writes: ReadonlyArray<number>;
}

/** A graph. States and transitions are numbers from 0; state 0 is the initial one. */
export interface Graph {
  readonly config: Config;
  readonly model: ComponentModel;
  readonly steps: ReadonlyArray<GraphStep>;
  readonly states: number;
  readonly transitions: number;
  /** The transitions out of a state: from `first[state]` up to, and without, `first[state + 1]`. */
  readonly first: Int32Array;
  /** By transition: its target state, its step, and the outcome that a user sees. */
  readonly to: Int32Array;
  readonly stepOf: Uint16Array;
  readonly seenOf: (transition: number) => string | undefined;
  /** The values of a state's slots, as numbers. */
  readonly localsOf: (state: number) => ReadonlyArray<number>;
  readonly valueOf: (local: number) => unknown;
  /** The number of the value with this text; undefined where no state of the graph has such a value. */
  readonly localOf: (kind: string, text: string) => number | undefined;
  /** By state: the transition by which a search from the initial state first reaches it; -1 for the initial state. */
  readonly firstInto: Int32Array;
}

type Take = (...locals: ReadonlyArray<unknown>) => ReadonlyArray<Outcome<ReadonlyArray<Slot<unknown>>>>;

interface InternedOutcome {
  readonly next: ReadonlyArray<number>;
  readonly seen: number;
}

/** Numbers texts in the order in which they come. */
class Numbers {
  readonly #known = new Map<string, number>();

  /** The text's number, and whether the number is new. */
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

/** Builds a graph. */
class GraphBuilder {
  readonly model: ComponentModel;
  readonly steps: ReadonlyArray<GraphStep>;
  readonly locals = new Numbers();
  readonly values: unknown[] = [];
  readonly states: ReadonlyArray<number>[] = [];
  readonly seen: (string | undefined)[] = [];
  readonly #names = new Numbers();
  readonly #sights = new Numbers();
  /** By step, the outcomes for each input: the model's functions are pure, so each is called once for an input. */
  readonly #outcomes: ReadonlyArray<Map<string, ReadonlyArray<InternedOutcome>>>;

  constructor(model: ComponentModel) {
    this.model = model;
    const slots = new Map(model.slots.map(({ name }, i) => [name, i] as const));
    this.steps = model.interactions.map(({ label: { family, args: given }, slots: looked, writes }): GraphStep => {
      const args = given.map(String);
      return { label: [family, ...args].join(' '), family, args, at: looked.map((s) => slots.get(s.name)!), writes };
    });
    this.#outcomes = this.steps.map(() => new Map());
    this.state(model.slots.map(({ kind, initial }) => this.#local(kind, initial)));
  }

  #local(kind: string, value: unknown): number {
    const [number, isNew] = this.locals.of(`${kind} ${this.model.key?.(kind, value as never) ?? JSON.stringify(value)}`);
    if (isNew) this.values.push(value);
    return number;
  }

  state(of: ReadonlyArray<number>): number {
    const [number, isNew] = this.#names.of(of.join());
    if (isNew) this.states.push(of);
    return number;
  }

  #sight(note: string | undefined): number {
    const [number, isNew] = this.#sights.of(note ?? '');
    if (isNew) this.seen.push(note);
    return number;
  }

  outcomesOf(s: number, before: ReadonlyArray<number>): ReadonlyArray<InternedOutcome> {
    const { at, writes } = this.steps[s]!;
    const input = at.map((x) => before[x]).join();
    const known = this.#outcomes[s]!.get(input);
    if (known !== undefined) return known;
    const take = this.model.interactions[s]!.step as Take;
    const outcomes = take(...at.map((x) => this.values[before[x]!])).map(({ next, note }) => ({
      next: writes.map((w) => this.#local(this.model.slots[at[w]!]!.kind, next[w])),
      seen: this.#sight(note),
    }));
    this.#outcomes[s]!.set(input, outcomes);
    return outcomes;
  }
}

/** The graph of a configuration, with the log that the implementation keeps. */
export const graphOf = (given: Config): Graph => {
  const config = asShipped(given);
  const builder = new GraphBuilder(bayou(config));
  const { model, steps, states, values, locals, seen } = builder;
  const [first, to, stepOf, seenAt, firstInto] = [[] as number[], [] as number[], [] as number[], [] as number[], [-1]];
  for (const before of states) {
    first.push(to.length);
    for (const [s, { at, writes }] of steps.entries()) {
      for (const outcome of builder.outcomesOf(s, before)) {
        const after = [...before];
        writes.forEach((w, k) => (after[at[w]!] = outcome.next[k]!));
        const target = builder.state(after);
        if (target === firstInto.length) firstInto.push(to.length);
        to.push(target);
        stepOf.push(s);
        seenAt.push(outcome.seen);
      }
    }
  }
  first.push(to.length);
  return {
    config,
    model,
    steps,
    states: states.length,
    transitions: to.length,
    first: Int32Array.from(first),
    to: Int32Array.from(to),
    stepOf: Uint16Array.from(stepOf),
    seenOf: (transition) => seen[seenAt[transition]!],
    localsOf: (s) => states[s]!,
    valueOf: (number) => values[number],
    localOf: (kind, text) => locals.find(`${kind} ${text}`),
    firstInto: Int32Array.from(firstInto),
  };
};

/** A shortest path from the initial state to a state, as the labels of its steps. */
export const wayTo = ({ firstInto, first, steps, stepOf }: Graph, state: number): ReadonlyArray<string> => {
  const path: string[] = [];
  for (let s = state, by = firstInto[s]!; by >= 0; by = firstInto[s]!) {
    path.unshift(steps[stepOf[by]!]!.label);
    // Transitions are numbered state by state.
    let [low, high] = [0, s];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (first[middle]! <= by) low = middle;
      else high = middle;
    }
    s = low;
  }
  return path;
};
