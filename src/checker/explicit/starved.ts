/** What could be done in the cycle of a lasso and never is: the reader's first question of it. */
import { isStrong, nameOf } from '../liveness/fairness.js';
import type { Model } from '../model.js';
import { showLabel, type Starved } from '../report.js';
import { encode } from '../values/encode.js';

/** A class of actions, or, where they are not fair, those with one label. */
interface Doing {
  readonly name: string;
  readonly fairness: 'none' | 'weak' | 'strong';
}

const doingOf = <S, A>(model: Model<S, A>, action: A): Doing => {
  const fairness = model.fairness?.(action);
  if (fairness === undefined) return { name: showLabel(model.label(action)), fairness: 'none' };
  return { name: nameOf(fairness), fairness: isStrong(fairness) ? 'strong' : 'weak' };
};

/** A step of a cycle, with the state before it. */
export interface Turn<S, A> {
  readonly before: S;
  readonly action: A;
  readonly next: S;
}

/** What can be done in some state of the cycle, changes something there, and is not done in it; what can be done most often first. */
export const starvedIn = <S, A>(model: Model<S, A>, cycle: ReadonlyArray<Turn<S, A>>): ReadonlyArray<Starved> => {
  const key = model.key ?? encode;
  const keyOf = ({ name, fairness }: Doing): string => JSON.stringify([fairness, name]);
  const taken = new Set<string>();
  const enabledIn = new Map<string, { readonly doing: Doing; readonly states: Set<string> }>();
  for (const { before, action, next } of cycle) {
    const here = key(before);
    if (key(next) !== here) taken.add(keyOf(doingOf(model, action)));
    for (const other of model.actions(before)) {
      const after = model.next(before, other);
      if (after === undefined || key(after) === here) continue;
      const doing = doingOf(model, other);
      const entry = enabledIn.get(keyOf(doing)) ?? { doing, states: new Set() };
      enabledIn.set(keyOf(doing), entry);
      entry.states.add(here);
    }
  }
  const of = new Set(cycle.map(({ before }) => key(before))).size;
  return [...enabledIn]
    .flatMap(([name, { doing, states }]): ReadonlyArray<Starved> => {
      // A cycle that is shown is fair: no strong class is starved in it.
      if (taken.has(name) || doing.fairness === 'strong') return [];
      return [{ name: doing.name, fairness: doing.fairness, enabled: states.size, of }];
    })
    .toSorted((a, b) => b.enabled - a.enabled);
};
