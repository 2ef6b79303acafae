/** Why a property could not be judged, and within which boundary a verdict holds, in the words of every report. */
import { many } from '../counted.js';
import type { PropertyVerdict } from '../report.js';

export const UNFINISHED = 'the search stopped before it had seen every state';

/** Says the same of random walks. */
export const RANDOM = 'random walks do not see every state';

export const BY_NUMBERS =
  'seen on a walk by values that stand for others with the same key, which may be no run of the model: search it otherwise';
export const REDUCED = 'liveness is not judged under a reduction: check without it';
export const MERGED =
  'the key takes different states for one, and their futures may differ: liveness is judged only without such a key, so check without it';
export const MAXIMAL =
  'without fairness a run goes on as long as some step can be taken (it does not stand still), and may go round for ever';
const NO_RUN =
  'a search that keeps no runs found the violation, and the search for a shortest run stopped at a limit: raise the limit';
/** Why a witness that was reached has no run. It is no violation, and so no fault: a search that keeps no runs saw it. */
const NO_WITNESS_RUN =
  'a search that keeps no runs reached the witness, and the search for a run to it stopped before it came there';
const OTHER_STATES =
  'a search that keeps no runs reached the witness, and a whole search for a run to it did not: of states that are taken for one, each perhaps kept another';

/** Says why what was found has no run. `isCut` says that the search for the run stopped before its end. */
export const noRun = (verdict: PropertyVerdict, isCut: boolean): string =>
  verdict === 'violated' ? NO_RUN : isCut ? NO_WITNESS_RUN : OTHER_STATES;

export const UNFAIR = 'liveness is not judged under a symmetry where something is fair: check without it';
export const ASYMMETRIC = 'the property differs between a state and its image under the symmetry: check without symmetry';
export const BY_COMPONENTS = 'liveness is not judged on components: check the plain model';

const states = (n: number): string => many(n, 'state');

/** Says why liveness is not judged where states lie beyond the boundary. */
export const unexpanded = (beyond: number): string =>
  `${states(beyond)} beyond the boundary ${beyond === 1 ? 'was' : 'were'} not expanded`;

/** Says in what bounds a verdict holds where states lie beyond the boundary; nothing where none do. */
export const withinBoundary = (beyond: number): ReadonlyArray<string> =>
  beyond > 0 ? [`within the model's boundary (${states(beyond)} beyond it judged, not expanded)`] : [];
