/**
 * The replica's decisions that the contract's variants change, one small function for each decision. So a test can put a fault into the
 * shipped code, and the main code has no word about faults. Programs use {@link SHIPPED}; only tests ask for faults.
 */
import { serverOf, type ReplicaId } from '../core/ids.js';
import type { PulledAnswer } from '../core/messages.js';
import type { Stamp, VectorEntries, Write } from '../core/write.js';
import { isLater } from './order.js';
import { covers, type Vector } from './vector.js';
import type { LackedPart } from './write-log.js';

/** The decisions of a replica. */
export interface Policy {
  /** R2: the accept time of a put of a session whose clock is `session`. */
  readonly acceptTime: (own: number, session: number) => number;
  /** R4: is `a` after `b`? */
  readonly later: (a: Stamp, b: Stamp) => boolean;
  /** R9: the accept time after a pull. */
  readonly advance: (own: number, pulled: number) => number;
  /** R12: does a server with this vector meet the requirement? */
  readonly meets: (vv: Vector, require: VectorEntries) => boolean;
  /** R9: the writes of a pull's answer. `read` reads the log at this instant. */
  readonly answer: (puller: ReplicaId, read: () => LackedPart) => LackedPart;
  /** R7a: does a peer claim more of this replica's writes than the replica's own vector entry? Then the log is older than the replica. */
  readonly isOutdated: (claimed: number, own: number) => boolean;
  /** R9: the answer that is merged when `pulled` arrives. */
  readonly receive: (pulled: PulledAnswer) => PulledAnswer;
}

/** Test-only switches: the faults of the contract, section 6, that live in a replica. */
export interface Faults {
  /** V1: a put ignores the session's clock. */
  readonly originalClock?: boolean;
  /** V2: a pull's answer has the log of an earlier instant than its vector: the instant of the same puller's request before. */
  readonly tornAnswer?: boolean;
  /** V3: a restarted server has its old identity and an empty log. See `openDurable`. */
  readonly amnesia?: boolean;
  /** V5: a pull does not raise the accept time. */
  readonly noAdvance?: boolean;
  /** V6: the server serves gets and puts without a look at the session's requirement. */
  readonly noCheck?: boolean;
  /** V7: servers with an odd id break ties the other way round. */
  readonly tie?: boolean;
  /** V8: the replica takes a pull's vector at once, and the pull's writes when the next pull arrives. */
  readonly eagerVector?: boolean;
}

/** The policy without faults. */
export const SHIPPED: Policy = {
  acceptTime: (own, session) => Math.max(own, session) + 1,
  later: isLater,
  advance: (own, pulled) => Math.max(own, pulled),
  meets: covers,
  answer: (_puller, read) => read(),
  isOutdated: (claimed, own) => claimed > own,
  receive: (pulled) => pulled,
};

/** The policy with these faults. Each replica needs a policy of its own, because some faults keep state. */
export const policyWith = (faults: Faults, self: ReplicaId): Policy => ({
  ...SHIPPED,
  ...(faults.originalClock === true && { acceptTime: (own: number) => own + 1 }),
  ...(faults.noAdvance === true && { advance: (own: number) => own }),
  ...(faults.noCheck === true && { meets: () => true }),
  // With V3 the log is empty and the identity is old. The check of R7a would notice that, so the fault turns the check off.
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
