/**
 * `stabilize` in one partition (section 5), as a pure machine. In each round every server pulls from its peers. The rounds end when all vectors
 * are equal, so the stores are equal too. The caller passes each round's result and the time in, and the machine gives the next effect. The
 * caller asks and waits.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { NodeId } from '../core/ids.js';
import type { VectorEntries } from '../core/write.js';

/** A server's answer to a `sync`. `vv`: its vector afterwards. `failed`: the peers whose writes did not all come. `inParts`: writes came in parts. */
export interface SyncAnswer {
  readonly vv: VectorEntries;
  readonly failed: ReadonlyArray<NodeId>;
  readonly inParts: boolean;
  /** The reason why the server takes no write in any more: its log has failed. Null: the log works. */
  readonly failure: string | null;
}

/** Rounds of a partition. Immutable. */
export interface Rounds {
  readonly servers: ReadonlyArray<NodeId>;
  readonly limitMs: number;
  /** The time at which the rounds are given up, in ms. A round with parts puts it off, because parts may take longer than any limit. */
  readonly until: number;
}

/** The result of a round, or the end of a pause. */
export type RoundsEvent =
  | { readonly type: 'answered'; readonly answers: ReadonlyArray<E.Either<string, SyncAnswer>> }
  | { readonly type: 'paused'; readonly inParts: boolean };

/** The next effect: ask all servers for a round, pause before the next round, or end. */
export type RoundsEffect =
  | { readonly type: 'ask' }
  | { readonly type: 'pause'; readonly inParts: boolean }
  | { readonly type: 'done'; readonly result: E.Either<string, void> };

/** Rounds and their next effect. */
export interface RoundsStep {
  readonly rounds: Rounds;
  readonly effect: RoundsEffect;
}

const done = (rounds: Rounds, result: E.Either<string, void>): RoundsStep => ({ rounds, effect: { type: 'done', result } });

const sameVectors = (a: VectorEntries, b: VectorEntries): boolean => {
  const of = new Map(a);
  return a.length === b.length && b.every(([r, t]) => of.get(r) === t);
};

/** Does one of the vectors claim a write that this vector does not claim? */
const isBehind = (vv: VectorEntries, all: ReadonlyArray<VectorEntries>): boolean => {
  const of = new Map(vv);
  return all.some((other) => other.some(([r, t]) => t > (of.get(r) ?? 0)));
};

const notEqual = ({ servers }: Rounds): string => `the stores of servers ${servers.join(', ')} are not equal`;

/** Begins the rounds of these servers. */
export const beginRounds = (servers: ReadonlyArray<NodeId>, limitMs: number, nowMs: number): RoundsStep => ({
  rounds: { servers, limitMs, until: nowMs + limitMs },
  effect: { type: 'ask' },
});

/** The next step. */
export const nextRound = (rounds: Rounds, event: RoundsEvent, nowMs: number): RoundsStep =>
  event.type === 'paused' ? goOn(rounds, event.inParts, nowMs) : answered(rounds, event.answers, nowMs);

const answered = (rounds: Rounds, answers: ReadonlyArray<E.Either<string, SyncAnswer>>, nowMs: number): RoundsStep => {
  const came: SyncAnswer[] = [];
  for (const answer of answers) {
    if (E.isLeft(answer)) return done(rounds, answer);
    came.push(answer.right);
  }
  const vectors = came.map(({ vv }) => vv);
  const isEqual = vectors.every((v) => sameVectors(v, vectors[0] ?? []));
  if (isEqual) return done(rounds, E.right(undefined));
  // A server whose log has failed takes no write in, but the others may still pull from it.
  const stuck = came.findIndex(({ failure, vv }) => failure !== null && isBehind(vv, vectors));
  if (stuck >= 0)
    return done(
      rounds,
      E.left(`${notEqual(rounds)}, and cannot become so: server ${rounds.servers[stuck]}: ${came[stuck]?.failure}`),
    );
  const inParts = came.some((s) => s.inParts);
  // The pause comes first because a server does not dial a broken connection again at once.
  const isMissed = came.some(({ failed }) => failed.some((peer) => rounds.servers.includes(peer)));
  return isMissed ? { rounds, effect: { type: 'pause', inParts } } : goOn(rounds, inParts, nowMs);
};

const goOn = (rounds: Rounds, inParts: boolean, nowMs: number): RoundsStep => {
  const next = inParts ? { ...rounds, until: nowMs + rounds.limitMs } : rounds;
  return nowMs > next.until
    ? done(next, E.left(`${notEqual(rounds)} after ${rounds.limitMs} ms`))
    : { rounds: next, effect: { type: 'ask' } };
};
