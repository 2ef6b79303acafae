/** What a put came to that was run and not accepted (R14), as the master's message on it has it. */
const PUT_THAT_WAS_RUN = /^line \d+: put \S+ \S+ \S+: (ERR_[A-Z]+|UNKNOWN): /;

/** The outcome of the put in this message of the master; undefined: the message has none. */
export const putOutcomeIn = (message: string): string | undefined => PUT_THAT_WAS_RUN.exec(message)?.[1];
