/** Follows a server's refusals of puts: the model must refuse too, for the same reason; a reason that the model does not have must be true (R3, R12, R14, R16). */
import { MAX_KEY_BYTES, MAX_VALUE_BYTES } from '#bayou/core/bounds.js';
import type { ReplicaId } from '#bayou/core/ids.js';
import type { Put } from '#bayou/core/messages.js';
import type { EventOf } from '#bayou/core/trace.js';
import type { FollowedReplica } from './followed-replica.js';
import { reject, showVector } from './rejection.js';

type Refuse = EventOf<'refuse'>;

/** R16: the least lead of a session's clock that a server may refuse. */
const TOO_FAR = 2 ** 40;

/** A value that nobody puts: what a session put whose trace is missing is unknown. */
const NOBODYS = '\u0000';

const RULES = {
  behind: 'R12',
  'other-replica': 'R14',
  'not-the-same': 'R3',
  'too-old': 'R3',
  'too-far': 'R16',
  'too-large': 'R16',
  failed: 'R10',
  unlogged: 'R10',
  busy: 'R16',
} as const satisfies Readonly<Record<Refuse['reason'], string>>;

/**
 * Refuses a refusal whose reason is not true. `sent`: the put as its session sent it; undefined where no trace has the session. `named`: for each time that it was sent, the replica that may
 * take it alone.
 */
export const checkReason = (
  e: Refuse,
  replica: FollowedReplica,
  sent: Put | undefined,
  named: ReadonlyArray<ReplicaId | null> | undefined,
): void => {
  const why = untrue(e, replica, sent, named);
  if (why !== undefined) reject(e, RULES[e.reason], `it refuses the put as '${e.reason}': ${why}`);
};

/** The reason why a refusal is not true; undefined: it is, or nobody can tell. */
const untrue = (
  e: Refuse,
  replica: FollowedReplica,
  sent: Put | undefined,
  named: ReadonlyArray<ReplicaId | null> | undefined,
): string | undefined => {
  switch (e.reason) {
    case 'behind':
    case 'other-replica':
    case 'not-the-same':
      return unlikeTheModel(e, replica, sent, named);
    case 'too-old':
      return replica.mayForget(e)
        ? undefined
        : 'it has accepted no later put of this session, and remembers the puts of all sessions';
    case 'too-far':
      return sent === undefined || (sent.clock > replica.clock && sent.clock > TOO_FAR)
        ? undefined
        : `the session's clock is ${sent.clock}, its own accept time ${replica.clock}`;
    case 'too-large':
      return sent === undefined || sent.key.length > MAX_KEY_BYTES || sent.value.length > MAX_VALUE_BYTES
        ? undefined
        : `the key has ${sent.key.length} bytes and the value ${sent.value.length}`;
    case 'failed':
    case 'unlogged':
      return 'it has not said that its log has failed';
    case 'busy':
      return undefined;
  }
};

/** The model's answer to the put where it is not this refusal; undefined: the model refuses too. */
const unlikeTheModel = (
  e: Refuse,
  replica: FollowedReplica,
  sent: Put | undefined,
  named: ReadonlyArray<ReplicaId | null> | undefined,
): string | undefined => {
  // A session of the trace never puts two values under one client time.
  if (e.reason === 'not-the-same' && sent !== undefined) return 'the session has used this identity once';
  // Which replica a put names whose session has no trace is unknown.
  if (e.reason === 'other-replica' && named === undefined) return undefined;
  const { client, session, clientTime, require } = e;
  const unknown = { type: 'put', client, replica: null, clock: 0, key: NOBODYS, value: NOBODYS } as const;
  const put: Put = { ...(sent ?? unknown), session, clientTime, require };
  const answers = (named ?? [null]).map((at) => replica.answerTo({ ...put, replica: at }));
  if (answers.some((a) => (a.type === 'refused' ? a.reason : a.type) === e.reason)) return undefined;
  const [first] = answers;
  const how = first?.type === 'refused' ? first.reason : (first?.type ?? 'nothing');
  return `the model's answer is '${how}'; it has ${showVector(replica.vv)}, the put requires ${showVector(e.require)}`;
};
