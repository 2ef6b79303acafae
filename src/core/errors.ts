/** Thrown values as errors and as texts: whatever is thrown may be no `Error`. */

/** The message of an error; of any other thrown value, its text. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** The stack of an error, which says where it was thrown; of any other thrown value, its text. */
export const stackOf = (thrown: unknown): string => (thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));

/** The error itself; for any other thrown value, an error with its text. */
export const errorOf = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
