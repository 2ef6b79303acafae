/** How much may come from outside (R16), wherever it is taken in. */

/** The longest key, in bytes. */
export const MAX_KEY_BYTES = 64 * 1024;
/** The longest value, in bytes: with its key it fits into a frame, even if every byte needs a JSON escape of six. */
export const MAX_VALUE_BYTES = 512 * 1024;
/** The longest text of a certificate or a key, in characters. A file of PEM has a byte for each. */
export const MAX_PEM = 1024 * 1024;
/** Entries of a version vector: one for each replica that ever accepted a put. */
export const MAX_VECTOR_ENTRIES = 65_536;
/** Writes or store entries in one message; their bytes are bounded by the frame. */
export const MAX_LIST_ITEMS = 1_048_576;
