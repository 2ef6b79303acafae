/** Every maximum of the network layer. The maxima of a message's fields are in `core/bounds.ts`. */

/** The longest payload of a frame, in bytes. Longer answers go in parts. */
export const MAX_FRAME_BYTES = 4 * 1024 * 1024;
/** The longest frame that is read from a stranger's connection, in bytes. */
export const MAX_HELLO_BYTES = 4096;
/** About how many bytes of store entries go into one part of a long answer. `src/impl/replica.ts` bounds one answer to a pull. */
export const PART_BYTES = 512 * 1024;
/** How long a handshake may take the dialer, in ms, unless its requests have less time. */
export const HANDSHAKE_MS = 5_000;
/** How long a stranger has to prove that it is a member, in ms. */
export const STRANGER_MS = 1_000;
/** The most connections of strangers, who have not proved yet that they are members. For each connection more, the eldest is closed. */
export const MAX_STRANGERS = 256;
/** The most connections of one member; more are refused. Most members need one; sessions that go on from one token may share a client id. */
export const MAX_OF_ONE_MEMBER = 256;
/** The most connections of all clients, and of all servers and masters; more are refused. There are fewer where the process may open few files (`connection-limits.ts`). */
export const MAX_CONNECTIONS = { clients: 8_192, others: 2_048 } as const;
/** The most connections to the port of the metrics. */
export const MAX_OF_METRICS = 64;
/** The most requests on one connection that wait for their answers. */
export const MAX_IN_FLIGHT = 65_536;
/** The most requests of one member that are served at once. Its connections share the number, and each may have at least one. More requests wait unread. */
export const MAX_SERVED = 1024;
/** The most bytes of one member's requests that are served at once. Its connections share the number; one request is served whatever its length. */
export const MAX_SERVED_BYTES = 4 * 1024 * 1024;
/** The most frames of one member that are handled in one turn. Its connections share the number, and each may have at least one. */
export const MAX_PER_TURN = 128;
/** How long one member's frames may take in a turn, in ms. Its answers have the same time again. Work on a frame that has begun is ended first. */
export const TURN_MS = 4;
/** The most unsent bytes of one member, which its connections share. Above its share, a connection's requests are neither served nor read. */
export const MAX_SLOW_READER_BYTES = 4 * 1024 * 1024;
/** How long a server that starts waits for its peers' first answers before it listens, in ms. */
export const FIRST_CONTACT_MS = 1_000;
/** How long a request may take, in ms, unless its asker says otherwise. */
export const REQUEST_MS = 5_000;
/** The first and the longest wait between two tries to connect to a peer again, in ms. */
export const BACKOFF_MS = { first: 50, longest: 2_000 } as const;
/**
 * How long a `sync` lets a peer be silent before it dials the peer anew, in ms: a fifth of a pull's time, and at most this. It is less than the
 * time that the master grants a server beyond that of a pull.
 */
export const SYNC_PATIENCE_MS = 1_000;
/** The default period of background pulls, in ms (R9). */
export const ANTI_ENTROPY_MS = 250;
/** The time between two looks of a server whether its log's files are still in their place, in ms. */
export const LOG_LOOK_MS = 1_000;
