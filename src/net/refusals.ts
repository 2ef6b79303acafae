import type { RefusedAnswer } from '../core/messages.js';

/** Refusals that are the sender's fault (R3, R16): each is a log line, one a second at most. */
export const BAD: ReadonlySet<RefusedAnswer['reason']> = new Set(['too-far', 'too-large', 'not-the-same']);
