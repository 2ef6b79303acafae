/**
 * A survey of a state space for the page. It searches breadth first, one slice of time after the other, so the user can look while it grows. It
 * keeps only the data that the page draws. Verdicts are for the checker's own searches.
 */
import type { Model } from '../checker/model.js';
import { showLabel } from '../checker/report.js';
import { brokenAt, stepsOf } from '../checker/runs/decides.js';
import { showState } from '../checker/shown/state.js';
import { text } from '../checker/shown/text.js';
import type { GraphShot, Survey } from './asked.js';
import type { Walk } from './walk.js';

/** The most states of a graph that is drawn. For a larger graph the page shows the depths and the steps instead. */
export const MOST_DRAWN = 2000;
/** The most states that a survey finds. Each state takes some hundred bytes, and more if it is drawn. */
const MOST_STATES = 300_000;

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly labels: Set<string>;
}

/** A survey under way. */
export class Surveyor<S, A> {
  readonly #model: Model<S, A>;
  readonly #keys = new Map<string, number>();
  /** The states by number. A state that was expanded is freed: nothing looks at it again. */
  readonly #states: (S | undefined)[] = [];
  readonly #depths: number[] = [];
  readonly #byDepth: number[] = [];
  readonly #edges = new Map<string, Edge>();
  readonly #families = new Map<string, { steps: number; fresh: number }>();
  readonly #broken = new Set<number>();
  readonly #cut: number[] = [];
  readonly #parts: Readonly<Record<string, string>>[] = [];
  #next = 0;
  #steps = 0;
  #elapsedMs = 0;

  constructor(model: Model<S, A>) {
    this.#model = model;
    for (const family of model.families ?? []) this.#families.set(family, { steps: 0, fresh: 0 });
    for (const state of model.initial) this.#add(state, 0);
  }

  /** Goes on for `ms` milliseconds, or until the survey is complete. */
  goOn(ms: number): void {
    const began = performance.now();
    while (!this.#isOver && performance.now() - began < ms) this.#expand(this.#next++);
    this.#elapsedMs += performance.now() - began;
  }

  /** The survey so far, with a run drawn on it. */
  shot(path: Walk<S, A> | undefined): Survey {
    const isComplete = this.#next >= this.#states.length;
    return {
      states: this.#depths.length,
      steps: this.#steps,
      elapsedMs: Math.round(this.#elapsedMs),
      isComplete,
      ...(isComplete || !this.#isOver ? {} : { limit: MOST_STATES }),
      depths: this.#byDepth,
      coverage: Array.from(this.#families, ([family, { steps, fresh }]) => ({ family, steps, fresh })),
      ...(this.#isSmall ? { graph: this.#graph(path) } : {}),
    };
  }

  get #isOver(): boolean {
    return this.#next >= this.#states.length || this.#depths.length >= MOST_STATES;
  }

  get #isSmall(): boolean {
    return this.#depths.length <= MOST_DRAWN;
  }

  #key(state: S): string {
    return this.#model.key === undefined ? text(state) : this.#model.key(state);
  }

  #add(state: S, depth: number): readonly [index: number, isNew: boolean] {
    const key = this.#key(state);
    const known = this.#keys.get(key);
    if (known !== undefined) return [known, false];
    const index = this.#depths.length;
    this.#keys.set(key, index);
    this.#states.push(state);
    this.#depths.push(depth);
    this.#byDepth[depth] = (this.#byDepth[depth] ?? 0) + 1;
    if (this.#isSmall) {
      this.#parts.push(showState(this.#model, state));
      if (brokenAt(this.#model, state).length > 0) this.#broken.add(index);
    }
    return [index, true];
  }

  #expand(index: number): void {
    const state = this.#states[index] as S;
    this.#states[index] = undefined;
    if (this.#model.boundary?.(state) === false) {
      this.#cut.push(index);
      return;
    }
    for (const { action, next } of stepsOf(this.#model, state)) {
      this.#steps++;
      const [to, isNew] = this.#add(next, this.#depths[index]! + 1);
      const label = this.#model.label(action);
      const family = this.#families.get(label.family) ?? { steps: 0, fresh: 0 };
      this.#families.set(label.family, { steps: family.steps + 1, fresh: family.fresh + Number(isNew) });
      if (!this.#isSmall) continue;
      if (brokenAt(this.#model, next, { before: state, action }).length > 0) this.#broken.add(to);
      if (to !== index) this.#draw(index, to, showLabel(label));
    }
  }

  #draw(from: number, to: number, label: string): void {
    const name = `${from} ${to}`;
    const known = this.#edges.get(name);
    if (known === undefined) this.#edges.set(name, { from, to, labels: new Set([label]) });
    else known.labels.add(label);
  }

  #graph(path: Walk<S, A> | undefined): GraphShot {
    const states = path === undefined ? [] : [path.initial, ...path.steps.map(({ next }) => next)];
    return {
      depths: this.#depths,
      edges: Array.from(this.#edges.values(), ({ from, to, labels }) => ({ from, to, labels: [...labels] })),
      parts: this.#parts,
      broken: [...this.#broken],
      path: states.flatMap((state) => this.#keys.get(this.#key(state)) ?? []),
      cut: this.#cut,
    };
  }
}
