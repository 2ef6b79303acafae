/** Waiting for time alone: for when to hurt, or how long. Whether something has come about is waited for by its condition. */

/** Waits so many ms. */
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
