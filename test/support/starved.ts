/** What is said where an end of a connection came to no processor for a second while it shook hands: a stranger has no longer (`STRANGER_MS`). */
export const STARVED = /no handshake within|closed in the handshake/;
