/** What a depth byte says in a search by depth. (A sweep has its own bytes: `sweep-line.ts`.) */

/** Gives the depth byte of a cell that was found at a depth and waits to be expanded. Only two depths have such cells at any time. */
export const waitingByte = (depth: number): number => 1 + (depth & 1);

/**
 * Gives the depth byte of a cell that was expanded. Depths repeat, but no byte is that of a waiting cell. `shortest-path.ts` finds the way back
 * all the same.
 */
export const expandedByte = (depth: number): number => 3 + (depth % 253);
