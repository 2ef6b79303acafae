/**
 * The properties of the contract's section 8, and the rules that are properties themselves (R8, ERR_DEP, ERR_KEY). Each has a name for
 * configurations, a sentence for people, and its rule. A report prints all three: `MR (Monotonic Reads): no get returns … [R12]`.
 *
 * @module
 * @category What is checked
 */
import type { Sentence } from '../../checker/model.js';

/** What a property says, before its name stands in front of its sentence. `title`: what the literature calls it. */
interface Wording {
  readonly rule: string;
  readonly sentence: string;
  readonly title: string | undefined;
}

const says = (rule: string, sentence: string, title?: string): Wording => ({ rule, sentence, title });

/** The properties that must hold in every state or step. */
const SAFETY = {
  RYW: says('R12', 'no get returns a write older than the one its session last wrote to the key', 'Read Your Writes'),
  MR: says('R12', 'no get returns a write older than one its session has read of the key', 'Monotonic Reads'),
  WFR: says(
    'R12',
    'every put is stamped after, and is accepted where they are, the writes its session has read',
    'Writes Follow Reads',
  ),
  MW: says(
    'R12',
    'every put is stamped after, and is accepted where they are, the writes its session has made',
    'Monotonic Writes',
  ),
  CONV: says('R5', 'replicas with equal vectors have equal stores'),
  R8: says('R8', 'a version vector claims only writes that the replica has, or has something that supersedes'),
  UNIQUE: says('R4, R7', 'no two writes have the same stamp'),
  PRUNING: says('R6', 'pruning never changes a store'),
  DURABLE: says('R10', 'a replica has every write that it acknowledged, or something that supersedes it'),
  CLOCK: says('R2', 'a replica’s accept time never goes back'),
  SESSION_ORDER: says('R6, R14', 'of a session’s acknowledged puts to a key the last has the greatest stamp'),
  GREATEST: says('R2', 'a write is, at the moment it is accepted, the greatest of its replica’s log'),
  REPEAT: says('R3', 'a put repeated at the same replica gets the same stamp and changes nothing'),
  LOST: says('R3, R11a', 'the stamp that a put is acknowledged with is that of its own write, never of another put’s'),
  STABLE: says('section 5', 'after a stabilize, the servers of a partition have equal stores'),
} as const;

/** The property that must come true in every fair run. */
const LIVENESS = {
  SETTLE: says('section 8', 'once puts and link changes stop, the stores of every partition become and stay equal'),
} as const;

/** The witnesses: events that must be possible, so that "holds" is not an empty result. */
const WITNESSES = {
  ERR_DEP: says('R13', 'a get is answered ERR_DEP'),
  ERR_KEY: says('R13', 'a get is answered ERR_KEY'),
  CONFLICT: says('R4', 'two clients’ writes to a key conflict: neither replica knew the other’s'),
  PRUNED: says('R6', 'a write is pruned'),
  STALE: says('R12', 'a session may read a value that another client has overwritten elsewhere'),
  APART: says('section 5', 'two partitions have different values for a key'),
  RECOVERY: says('R10', 'a killed server comes back with a write it acknowledged'),
  OLD_TOKEN: says('R11a', 'a session goes on from a token that is older than the session before it'),
  TOKEN_TWICE: says('R11a', 'a second session goes on from the same token'),
  PUT_BACK: says('R7a', 'a server goes on from a copy of its log that lacks a write it acknowledged'),
  OTHER_REPLICA: says('R14', 'a repeated put is refused, because the server that it went to is another replica now'),
  LATE_PUT: says('R14', 'a put takes effect when its session no longer waits for it'),
  UNKNOWN_LAST: says('R14', 'a put of unknown outcome wins over a later, acknowledged one of its session'),
} as const;

/** Properties that are checked only where a configuration names them: no group contains them. */
const NAMED = {
  OWN: says('R7a', 'no vector claims more of a replica than that replica’s own does'),
  LATER: says('R2', 'every put is stamped after all that its session has seen, whether it asks for guarantees or not'),
} as const;

const ALL = { ...SAFETY, ...LIVENESS, ...WITNESSES, ...NAMED } as const;

/** A property's name in configurations and on the command line. */
export type PropertyId = keyof typeof ALL;

export const PROPERTY_IDS = Object.keys(ALL) as ReadonlyArray<PropertyId>;

const sentenceOf = (id: PropertyId): Sentence => {
  const { rule, sentence, title }: Wording = ALL[id];
  return { name: `${id}${title === undefined ? '' : ` (${title})`}: ${sentence}`, rule };
};

/** The properties as a model has them. The checker's `name` of a property is the name and the sentence. */
export const PROPERTIES = Object.fromEntries(PROPERTY_IDS.map((id) => [id, sentenceOf(id)])) as Readonly<
  Record<PropertyId, Sentence>
>;

/** The names that stand for a whole group of properties in a configuration. */
const GROUPS = {
  SAFETY: Object.keys(SAFETY),
  LIVENESS: Object.keys(LIVENESS),
  WITNESSES: Object.keys(WITNESSES),
} as Readonly<Record<'SAFETY' | 'LIVENESS' | 'WITNESSES', ReadonlyArray<PropertyId>>>;

/** The name of a property or of a group of properties. */
export type PropertyName = PropertyId | keyof typeof GROUPS;

export const PROPERTY_NAMES = [...Object.keys(GROUPS), ...PROPERTY_IDS] as ReadonlyArray<PropertyName>;

/** The properties that the names stand for, in the order of the contract. */
export const propertiesMeant = (names: ReadonlyArray<PropertyName>): ReadonlyArray<PropertyId> =>
  PROPERTY_IDS.filter((id) => names.some((n) => n === id || (n in GROUPS && GROUPS[n as keyof typeof GROUPS].includes(id))));
