/**
 * Probes a replica with requests that no session sends, and for which the model has no step: a put under another put's identity (R3), a put that was sent
 * to another replica (R14), clocks, stamps and sizes beyond all bounds (R16), one session too many. A replica refuses each for its reason, and does not change.
 */
import type { Write } from '#bayou/core/write.js';
import type { Put, RefusedAnswer } from '#bayou/core/messages.js';
import type { SeenPut } from '#bayou/impl/client-windows.js';
import { clockOf, restore, snapshot, step, type Message, type Replica } from '#bayou/impl/replica.js';

/** Above every bound of a clock, of a key and of a value (contract, R16). */
const TOO_FAR = Number.MAX_SAFE_INTEGER - 1;
const TOO_LARGE = 'x'.repeat(2 ** 20);
const NOBODYS_SESSION = 'f'.repeat(32);

interface Question {
  readonly what: string;
  readonly message: Message;
  readonly reason: RefusedAnswer['reason'];
}

const questions = (replica: Replica, accepted: Put): ReadonlyArray<Question> => {
  const other: Put = { ...accepted, session: NOBODYS_SESSION, clientTime: 1, replica: null, clock: clockOf(replica) };
  const write: Write = { t: TOO_FAR, r: '99.0', client: 1, clientTime: 1, key: 'a', value: 'a' };
  const { id } = replica;
  const pulled = (more: object): Message => ({
    type: 'merge',
    asked: [],
    pulled: { type: 'pulled', from: '99.0', writes: [], vv: [], clock: 0, after: null, upTo: null, ...more },
  });
  return [
    { what: 'its identity with another value', message: { ...accepted, value: `${accepted.value}!` }, reason: 'not-the-same' },
    { what: 'its identity with another key', message: { ...accepted, key: `${accepted.key}!` }, reason: 'not-the-same' },
    {
      what: 'a put that another replica may have',
      message: { ...other, replica: `${id}1` as Replica['id'] },
      reason: 'other-replica',
    },
    { what: 'a put with a clock beyond all bounds', message: { ...other, clock: TOO_FAR }, reason: 'too-far' },
    { what: 'a put with a value beyond all bounds', message: { ...other, value: TOO_LARGE }, reason: 'too-large' },
    { what: 'a put with a key beyond all bounds', message: { ...other, key: TOO_LARGE }, reason: 'too-large' },
    { what: 'an answer with a clock beyond all bounds', message: pulled({ clock: TOO_FAR }), reason: 'too-far' },
    { what: 'an answer with a vector beyond all bounds', message: pulled({ vv: [['99.0', TOO_FAR]] }), reason: 'too-far' },
    { what: 'an answer with a stamp beyond all bounds', message: pulled({ writes: [write] }), reason: 'too-far' },
    {
      what: 'an answer with a value beyond all bounds',
      message: pulled({ writes: [{ ...write, t: 1, value: TOO_LARGE }] }),
      reason: 'too-large',
    },
    {
      what: 'an answer with a key beyond all bounds',
      message: pulled({ writes: [{ ...write, t: 1, key: TOO_LARGE }] }),
      reason: 'too-large',
    },
  ];
};

const stateOf = (replica: Replica): string => JSON.stringify([clockOf(replica), snapshot(replica)]);

/** Probes a replica that has just accepted a put. Returns what it does wrong; undefined: nothing, and the replica is unchanged. */
export const probe = (replica: Replica, accepted: Put): string | undefined => {
  const before = stateOf(replica);
  for (const { what, message, reason } of questions(replica, accepted)) {
    const { answer, append } = step(replica, message as Message & { readonly type: 'put' | 'merge' });
    const said = answer.type === 'refused' ? answer.reason : answer.type;
    if (said !== reason) return `asked for ${what} it says '${said}', not '${reason}'`;
    if (append !== undefined || stateOf(replica) !== before) return `asked for ${what} it refuses, and is not as it was`;
  }
  const { answer, append } = step(replica, accepted as Put & { readonly type: 'put' });
  if (answer.type !== 'accepted' || append !== undefined) return 'asked for the put once more it does not say again what it said';
  return isRenewed(replica) ?? isBounded(replica, accepted);
};

/** The most sessions whose puts a replica remembers (R16). */
const MOST_SESSIONS = 1024;

/** R16: a replica that remembers puts of as many sessions as it may forgets those of one session for a new one, durably. A copy is probed, since the probe changes it. */
const isBounded = (replica: Replica, accepted: Put): string | undefined => {
  const { id, clock, vv, log } = snapshot(replica);
  const seen = Array.from({ length: MOST_SESSIONS }, (_, i): SeenPut => ({
    ...{ client: 1, session: `${i}`.padStart(32, '0'), clientTime: 1, digest: 0 },
    stamp: { t: i + 1, r: id },
  }));
  const copy = restore({ replica: id, found: 'whole', clock, vv, writes: log, seen, waiting: [], transfers: [] });
  const { append } = step<'put'>(copy, {
    ...accepted,
    session: NOBODYS_SESSION,
    clientTime: 1,
    replica: null,
    clock,
    require: [],
  });
  return append?.forgotten.length === 1 && append.forgotten[0]?.session === seen[0]?.session
    ? undefined
    : `asked for a put by one more than ${MOST_SESSIONS} sessions it does not forget the first of them`;
};

/** R7a: a replica of which a peer knows more than itself becomes another replica, durably. A copy is probed, since the probe changes it. */
const isRenewed = (replica: Replica): string | undefined => {
  const { id, clock, vv, log } = snapshot(replica);
  const copy = restore({ replica: id, found: 'whole', clock, vv, writes: log, seen: [], waiting: [], transfers: [] });
  const asking: Message = { type: 'pull', puller: '99.0', vv: [[id, clock + 1]], after: null };
  const { append } = step<'pull'>(copy, asking);
  return copy.id !== id && append?.replica === copy.id
    ? undefined
    : 'asked by a peer that has more of it than it has itself it stays who it is';
};
