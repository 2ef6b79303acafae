/**
 * Tests that all states which a sweep takes for one have the same progress. Otherwise it would free some of them before it comes to the others, and
 * count a class again for each of their levels.
 */
import { briefly } from '../contract/model-faults.js';
import { LargeMap } from '../large-map.js';
import type { Model } from '../model.js';
import type { CheckOptions } from '../options.js';
import { notOneProgress } from '../reduction/one-progress.js';
import { oneForm } from '../values/one-form.js';
import { classKeyOf, reductionsOf } from './store-for.js';

/** Tests a state that is new in the level of its progress. @throws CheckerError (`model`). */
export type TestOfClass<S> = (state: S, progress: number) => void;

/** Tests the images and the normal form of a state. It needs no memory: of what is one class each state shows the difference. */
const ofStandIns = <S, A>(model: Model<S, A>, options: CheckOptions): TestOfClass<S> => {
  const { permutations, normalize } = reductionsOf(model, options);
  const standIns = [
    ...(normalize === undefined ? [] : [{ name: 'normalize', map: normalize }]),
    ...permutations.map((map) => ({ name: 'the symmetry', map })),
  ];
  return (state, progress) => {
    for (const { name, map } of standIns) {
      const image = map(state);
      const other = model.progress!(model.key === undefined ? oneForm(image) : image);
      if (other !== progress)
        throw notOneProgress(`${name} changes the progress of ${briefly(state)} from ${progress} to ${other}`);
    }
  };
};

/** Tests the states that have one key of the model's. A state does not show which others those are, so the keys are kept when states are freed. */
const ofKey = <S, A>(model: Model<S, A>, options: CheckOptions): TestOfClass<S> => {
  const key = classKeyOf(model, options);
  const known = new LargeMap<string, number>();
  return (state, progress) => {
    const name = key(state);
    const other = known.get(name);
    if (other === undefined) known.add(name, progress);
    else if (other !== progress)
      throw notOneProgress(`the key takes ${briefly(state)}, of progress ${progress}, for a state of progress ${other}`);
  };
};

/** Makes the test for the reductions that the options ask for, and for the model's key. */
export const classTest = <S, A>(model: Model<S, A>, options: CheckOptions): TestOfClass<S> => {
  const standIns = ofStandIns(model, options);
  const keyed = model.key === undefined ? undefined : ofKey(model, options);
  return (state, progress) => {
    standIns(state, progress);
    keyed?.(state, progress);
  };
};
