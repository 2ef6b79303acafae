/** Finds what is enabled in the cycle of a lasso and never taken: the reader's first question of a lasso. */
import { isStrong, nameOf } from '../liveness/fairness.js';
import type { Model } from '../model.js';
import { showLabel, type StarvedClass } from '../report.js';
import { encode } from '../values/encode.js';

/** A fairness class of actions, or the actions with one label, where they are not fair. */
interface ActionClass {
  /** Tells it from others: two labels may have one text. */
  readonly key: string;
  readonly name: string;
  readonly fairness: 'none' | 'weak' | 'strong';
}

const classOf = <S, A>(model: Model<S, A>, action: A): ActionClass => {
  const fairness = model.fairness?.(action);
  if (fairness === undefined) {
    const label = model.label(action);
    return { key: encode(['none', label]), name: showLabel(label), fairness: 'none' };
  }
  const [name, strength] = [nameOf(fairness), isStrong(fairness) ? 'strong' : 'weak'] as const;
  return { key: encode([strength, name]), name, fairness: strength };
};

/** A step of a cycle, with the state before it. */
export interface CycleStep<S, A> {
  readonly before: S;
  readonly action: A;
  readonly next: S;
}

/**
 * Lists what is enabled in some state of the cycle, changes the state there, and is not taken in the cycle. What is enabled most often comes
 * first.
 */
export const starvedIn = <S, A>(model: Model<S, A>, cycle: ReadonlyArray<CycleStep<S, A>>): ReadonlyArray<StarvedClass> => {
  const key = model.key ?? encode;
  const taken = new Set<string>();
  const enabledIn = new Map<string, { readonly actionClass: ActionClass; readonly states: Set<string> }>();
  for (const { before, action, next } of cycle) {
    const here = key(before);
    if (key(next) !== here) taken.add(classOf(model, action).key);
    for (const other of model.actions(before)) {
      const after = model.next(before, other);
      if (after === undefined || key(after) === here) continue;
      const actionClass = classOf(model, other);
      const entry = enabledIn.get(actionClass.key) ?? { actionClass, states: new Set() };
      enabledIn.set(actionClass.key, entry);
      entry.states.add(here);
    }
  }
  const of = new Set(cycle.map(({ before }) => key(before))).size;
  return [...enabledIn]
    .flatMap(([code, { actionClass, states }]): ReadonlyArray<StarvedClass> => {
      // A cycle that is shown is fair, so no strong class is starved in it.
      if (taken.has(code) || actionClass.fairness === 'strong') return [];
      return [{ name: actionClass.name, fairness: actionClass.fairness, enabled: states.size, of }];
    })
    .toSorted((a, b) => b.enabled - a.enabled);
};
