/** Waits for a time only: until a fault is due, or while it lasts. Whoever waits for an effect waits for its condition instead. */

/** Resolves after `ms`. */
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
