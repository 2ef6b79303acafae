/** What a depth byte says in a search by depth. (A sweep has its own: `sweep-line.ts`.) */

/** The depth byte of a cell that was found at a depth and is still to be expanded: only two depths have such cells at any time. */
export const waitingByte = (depth: number): number => 1 + (depth & 1);

/** The depth byte of one that was expanded. It repeats, and is never taken for one of those that wait; for a run back see `shortest-path.ts`. */
export const expandedByte = (depth: number): number => 3 + (depth % 253);
