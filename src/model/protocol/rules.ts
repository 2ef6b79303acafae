/**
 * The switches of the protocol: which variant, how logs are pruned, what a replica remembers of puts.
 *
 * @module
 * @category The protocol
 */

/** The contract's protocol (`FIXED`) and its eleven faults (contract, section 6). */
export const VARIANTS = {
  FIXED: 'the protocol as the contract has it',
  V1: 'original-clock: a put ignores the session’s clock, and pruning goes by client time alone',
  V2: 'torn-answer: the answerer reads its log first and its vector later',
  V3: 'amnesia: a killed server comes back under its old identity with an empty log and counter',
  V4: 'fixed-rounds: stabilize runs a fixed number of rounds of pulls, whatever the topology',
  V5: 'no-advance: a pull does not raise the accept time',
  V6: 'no-check: the server answers a get without looking at the session’s vectors',
  V7: 'tie: two replicas break ties differently',
  V8: 'eager-vv: the puller takes the new vector before it has the writes',
  V9: 'reused-session: a new session counts from an old client time under an old identity',
  V10: 'rolled-back: a server put back from an older copy of its log goes on under its old identity',
  V11: 'repeat-anywhere: a put without an answer is repeated at any server',
} as const;

/** The one switch of the model's faults. */
export type Variant = keyof typeof VARIANTS;

/**
 * How a log is pruned. `R6`: a write is dropped if the same session made another write to the same key with a greater client time and a
 * greater stamp. `live`: only the greatest-stamped write to each key is kept, of whichever session. A store with `live` does not grow with
 * the number of puts.
 */
export type Pruning = 'R6' | 'live';

/** The switches that every replica of a model follows. */
export interface Rules {
  readonly variant: Variant;
  readonly pruning: Pruning;
  /**
   * Which puts a replica remembers, to recognise a repeated put (R3). `no`: none; a repeat needs a lost answer (R14), and a mistaken one
   * needs a session that goes on as another (R11a). `last`: the last put of each client. `all`: every put; a put may then arrive after
   * later puts of its session.
   */
  readonly remembersPuts: 'no' | 'last' | 'all';
}

/** The contract's protocol. */
export const FIXED: Rules = { variant: 'FIXED', pruning: 'R6', remembersPuts: 'last' };
