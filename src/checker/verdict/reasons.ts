/** Why a property could not be judged, and within which boundary a verdict holds, in the words of every report. */
export const UNFINISHED = 'the search stopped before it had seen every state';
export const REDUCED = 'liveness is not judged under a reduction: check without it';
export const MERGED =
  'the key takes different states for one, and what may follow need not be the same of them: liveness is not judged so, check without the key';
export const MAXIMAL =
  'without fairness a run goes on as long as some step can be taken (it does not stand still), and may go round for ever';
export const NO_RUN =
  'it was found by a search that knows no runs, and the one for a shortest run to it stopped at a limit: give it more';
export const UNFAIR = 'liveness under fairness is not judged under symmetry: check without it';
export const ASYMMETRIC = 'it is not the same of a state and of what the symmetry makes of it: check without symmetry';
export const BY_COMPONENTS = 'liveness is not judged on components: check the plain model';

const states = (n: number): string => `${n} ${n === 1 ? 'state' : 'states'}`;

/** Says why liveness is not judged where states lie beyond the boundary. */
export const unexpanded = (cut: number): string =>
  `${states(cut)} beyond the boundary ${cut === 1 ? 'was' : 'were'} not expanded`;

/** Says in what bounds a verdict holds where states lie beyond the boundary; nothing where none do. */
export const withinBoundary = (cut: number): ReadonlyArray<string> =>
  cut > 0 ? [`within the model's boundary (${states(cut)} beyond it judged, not expanded)`] : [];
