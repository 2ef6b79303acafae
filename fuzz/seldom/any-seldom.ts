/**
 * Makes models of kinds that the usual dice make too seldom. Each model comes with the one way of checking that could show a fault. The kinds are:
 * liveness under a symmetry, states that a short hash loses under a reduction, states that only a witness tells apart, states that only their
 * steps tell apart, maps that keep a claim one by one and not together, false symmetries of several maps, rings that a strongly fair step
 * leaves, ends that a normal form merges with other states, sweeps of which the last step decides all, grids with states beyond the boundary,
 * slots that come back the way they went, and states that are taken for one and have progress of their own. Some states are `null`, which faulty code may take for no state.
 */
import type { Dice } from '../dice.js';
import { ends, lastly, returns, walls } from './components.js';
import { forks, hashed, lasting, maps, neighbours, rings, twins } from './plain.js';
import { unevenStates, unevenValues } from './uneven.js';
import type { SeldomModel } from './seldom-model.js';

const KINDS = [
  lasting,
  hashed,
  twins,
  forks,
  neighbours,
  maps,
  rings,
  ends,
  lastly,
  walls,
  returns,
  unevenStates,
  unevenValues,
] as const;

/** Makes a model of one of the `KINDS`; undefined where the dice give none. */
export const anySeldom = (dice: Dice): SeldomModel | undefined => dice.pick(KINDS)(dice);
