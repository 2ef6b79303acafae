/** Refuses to go on within a limit of depth beyond which the search has gone before. */
import { refuse } from './file.js';

/**
 * `within` is the least limit within which the search could have come to where the checkpoint left it. @throws CheckerError (`checkpoint`) where the
 * limit is a lesser one: the report would count what lies beyond it.
 */
export const mustSuitDepth = (path: string, within: number, maxDepth: number | undefined): void => {
  if (maxDepth !== undefined && maxDepth < within)
    throw refuse(
      path,
      `it has gone ${within} steps far, and the limit is ${maxDepth} now: go on with one of ${within} or more, or with none`,
    );
};
