/** The faults of a progress measure that is not the same for all states which a sweep takes for one. */
import { atNoState } from '../contract/fault-location.js';
import { fault } from '../contract/model-faults.js';
import type { CheckerError } from '../error.js';

/** Makes the fault. No search looks for a run to it: in another search than a sweep it is none. */
export const notOneProgress = (what: string): CheckerError =>
  atNoState(
    fault(
      `${what}: a sweep needs one progress for all states that it takes for one; give the model such a progress, or search bfs`,
    ),
  );
