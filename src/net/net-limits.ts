/** Every maximum of the network layer, in one place; those of what a message may hold are in `core/bounds.ts`. */

/** The longest payload of a frame, in bytes. Longer answers go in parts. */
export const MAX_FRAME_BYTES = 4 * 1024 * 1024;
/** The longest frame that is read from a connection which has not yet proved that it belongs. */
export const MAX_HELLO_BYTES = 4096;
/** About how many bytes of store entries go into one part of a long answer. (What goes into one answer to a pull: `src/impl/replica.ts`.) */
export const PART_BYTES = 512 * 1024;
/** How long a handshake may take the dialer, in ms, unless its requests have less time. */
export const HANDSHAKE_MS = 5_000;
/** How long a stranger has to prove that it is a member, in ms. */
export const STRANGER_MS = 1_000;
/** Connections that have not yet proved that they belong; for each one more the eldest is closed. */
export const MAX_STRANGERS = 256;
/** Connections of one member; more are refused. Most members need one; sessions that go on from one token may share a client id. */
export const MAX_OF_ONE_MEMBER = 256;
/** Connections of all clients, and of all servers and masters; more are refused. Fewer where the process may not open so many files (`connection-limits.ts`). */
export const MAX_CONNECTIONS = { clients: 8_192, others: 2_048 } as const;
/** Connections to the port of the metrics. */
export const MAX_OF_METRICS = 64;
/** Requests on one connection that wait for their answers. */
export const MAX_IN_FLIGHT = 65_536;
/** Requests of one member that are being served; its connections share them, and each has one at least. More wait, and no more are read. */
export const MAX_SERVED = 1024;
/** Bytes of requests of one member that are being served, shared likewise; one request is served however long it is. */
export const SERVED_BYTES = 4 * 1024 * 1024;
/** Frames of one member that are looked at before everybody else has a turn; its connections share them, and each has one at least. */
export const MAX_PER_TURN = 128;
/** How long one member's frames may take in a turn, in ms, and its answers as long again; what is begun is ended. */
export const TURN_MS = 4;
/** Unsent bytes of one member, shared likewise, above which no more requests of a connection are served or read. */
export const SLOW_READER_BYTES = 4 * 1024 * 1024;
/** How long a server that starts waits for its peers' first answers before it listens, in ms. */
export const FIRST_CONTACT_MS = 1_000;
/** How long a request may take, unless its asker says otherwise. */
export const REQUEST_MS = 5_000;
/** The first and the longest wait between two tries to connect to a peer again. */
export const BACKOFF_MS = { first: 50, longest: 2_000 } as const;
/**
 * How long a `sync` lets a peer be silent before it dials it anew, in ms: a fifth of what a pull may take, and no more than this. It is less than
 * the master grants a server beyond that time.
 */
export const SYNC_PATIENCE_MS = 1_000;
/** The default period of background pulls (R9). */
export const ANTI_ENTROPY_MS = 250;
