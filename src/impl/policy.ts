/**
 * The replica's decisions that the contract's variants change, one small function each, so that a fault can be put into the
 * shipped code without a word of it in the main text. Programs use {@link SHIPPED}; tests alone ask for faults.
 */
import { serverOf, type ReplicaId } from '../core/ids.js';
import type { Pulled } from '../core/messages.js';
import type { Stamp, VectorEntries, Write } from '../core/write.js';
import { isLater } from './order.js';
import { covers, type Vector } from './vector.js';
import type { LackedPart } from './write-log.js';

/** What a replica decides. */
export interface Policy {
  /** R2: the accept time of a put of a session whose clock is `session`. */
  readonly acceptTime: (own: number, session: number) => number;
  /** R4: is `a` after `b`? */
  readonly later: (a: Stamp, b: Stamp) => boolean;
  /** R9: the accept time after a pull. */
  readonly advance: (own: number, pulled: number) => number;
  /** R12: does a server with this vector meet the requirement? */
  readonly meets: (vv: Vector, require: VectorEntries) => boolean;
  /** R9: the writes of a pull's answer; `read` reads the log at this instant. */
  readonly answer: (puller: ReplicaId, read: () => LackedPart) => LackedPart;
  /** R7a: does a peer claim more of this replica than its own counter does? Then its log is older than the replica. */
  readonly isOutdated: (claimed: number, own: number) => boolean;
  /** R9: what is merged when this answer arrives. */
  readonly receive: (pulled: Pulled) => Pulled;
}

/** Test-only switches: the faults of the contract, section 6, that live in a replica. */
export interface Faults {
  /** V1: a put ignores the session's clock. */
  readonly originalClock?: boolean;
  /** V2: a pull's answer has the log of an earlier instant (the same puller's request before) than its vector. */
  readonly tornAnswer?: boolean;
  /** V3: a restarted server has its old identity and an empty log. See `openDurable`. */
  readonly amnesia?: boolean;
  /** V5: a pull does not raise the accept time. */
  readonly noAdvance?: boolean;
  /** V6: gets (and puts) are served whatever the session requires. */
  readonly noCheck?: boolean;
  /** V7: servers with an odd id break ties the other way round. */
  readonly tie?: boolean;
  /** V8: a pull's vector is taken at once, its writes when the next pull arrives. */
  readonly eagerVector?: boolean;
}

/** The rules as they are. */
export const SHIPPED: Policy = {
  acceptTime: (own, session) => Math.max(own, session) + 1,
  later: isLater,
  advance: (own, pulled) => Math.max(own, pulled),
  meets: covers,
  answer: (_puller, read) => read(),
  isOutdated: (claimed, own) => claimed > own,
  receive: (pulled) => pulled,
};

/** The rules with these faults in them, for one replica: some faults keep state. */
export const policyWith = (faults: Faults, self: ReplicaId): Policy => ({
  ...SHIPPED,
  ...(faults.originalClock === true && { acceptTime: (own: number) => own + 1 }),
  ...(faults.noAdvance === true && { advance: (own: number) => own }),
  ...(faults.noCheck === true && { meets: () => true }),
  // Who comes back with nothing under the old identity does not look at what others know of it either.
  ...(faults.amnesia === true && { isOutdated: () => false }),
  ...(faults.tie === true && serverOf(self) % 2 === 1 && { later: laterAtOddServers }),
  ...(faults.tornAnswer === true && { answer: tornAnswer() }),
  ...(faults.eagerVector === true && { receive: writesLater() }),
});

const laterAtOddServers: Policy['later'] = (a, b) => (a.t === b.t ? isLater(b, a) : a.t > b.t);

const tornAnswer = (): Policy['answer'] => {
  const readEarlier = new Map<ReplicaId, LackedPart>();
  return (puller, read) => {
    const now = read();
    const earlier = readEarlier.get(puller) ?? now;
    readEarlier.set(puller, now);
    return earlier;
  };
};

const writesLater = (): Policy['receive'] => {
  let late: ReadonlyArray<Write> = [];
  return (pulled) => {
    const writes = late;
    late = pulled.writes;
    return { ...pulled, writes };
  };
};
