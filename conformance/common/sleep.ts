/** Waits for time alone, as for the moment or the length of a fault. Whoever waits for an effect waits for its condition instead. */

/** Resolves after `ms`. */
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
