import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { beginRounds, nextRound, type RoundsEvent, type RoundsStep, type SyncAnswer } from '../../src/master/rounds.js';

const LIMIT_MS = 1000;
const SERVERS = [0, 1, 2];

/** What a round comes to: for each server how far its vector is, whom it missed, whether parts came; or that one failed. */
const syncs: fc.Arbitrary<ReadonlyArray<E.Either<string, SyncAnswer>>> = fc.tuple(
  ...SERVERS.map(() =>
    fc.oneof(
      { weight: 1, arbitrary: fc.constant(E.left('server 1: it answered nothing')) },
      {
        weight: 12,
        arbitrary: fc
          .record({ t: fc.nat(2), failed: fc.subarray([0, 1, 2, 7]), inParts: fc.boolean() })
          .map(({ t, failed, inParts }) => E.right<string, SyncAnswer>({ vv: [['0.0', t + 1]], failed, inParts, failure: null })),
      },
    ),
  ),
);

describe('the rounds of a stabilize (section 5)', () => {
  test('end with success only after a round in which all vectors were equal, and with a failure not before their time', () => {
    let ends = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(syncs, fc.nat(400)), { minLength: 1, maxLength: 20 }), (rounds) => {
        let now = 0;
        let lastParts = 0;
        let turn: RoundsStep = beginRounds(SERVERS, LIMIT_MS, now);
        let last: ReadonlyArray<E.Either<string, SyncAnswer>> = [];
        for (const [answers, ms] of rounds) {
          expect(turn.effect.type).toBe('ask');
          now += ms;
          last = answers;
          let event: RoundsEvent = { type: 'answered', answers };
          turn = nextRound(turn.rounds, event, now);
          if (turn.effect.type === 'pause') {
            // Only a server of the partition that was missed is worth a pause.
            expect(answers.some((a) => E.isRight(a) && a.right.failed.some((id) => SERVERS.includes(id)))).toBe(true);
            now += 50;
            event = { type: 'paused', inParts: turn.effect.inParts };
            turn = nextRound(turn.rounds, event, now);
          }
          if (turn.effect.type === 'done') break;
          if (answers.some((a) => E.isRight(a) && a.right.inParts)) lastParts = now;
          expect(now - lastParts).toBeLessThanOrEqual(LIMIT_MS);
        }
        if (turn.effect.type !== 'done') return;
        ends++;
        const vectors = last.map((a) => (E.isRight(a) ? JSON.stringify(a.right.vv) : undefined));
        const isEqual = vectors.every((v) => v !== undefined && v === vectors[0]);
        expect(E.isRight(turn.effect.result)).toBe(isEqual);
        if (!isEqual && last.every(E.isRight)) expect(now - lastParts).toBeGreaterThan(LIMIT_MS);
      }),
      { numRuns: 500 },
    );
    expect(ends).toBeGreaterThan(100);
  });

  test('what a server cannot do ends them with what it says', () => {
    const begun = beginRounds([0, 1], LIMIT_MS, 5);
    const answers = [
      E.right<string, SyncAnswer>({ vv: [], failed: [], inParts: false, failure: null }),
      E.left('server 1: no answer'),
    ];
    expect(nextRound(begun.rounds, { type: 'answered', answers }, 6).effect).toEqual({
      type: 'done',
      result: E.left('server 1: no answer'),
    });
  });

  test('a log that has failed ends them at once where its server is behind another, and only there', () => {
    const begun = beginRounds([4, 7], LIMIT_MS, 5);
    const answer = (t: number, failure: string | null) =>
      E.right<string, SyncAnswer>({ vv: [['0.0', t]], failed: [4, 7], inParts: true, failure });
    const after = (...answers: ReadonlyArray<ReturnType<typeof answer>>) =>
      nextRound(begun.rounds, { type: 'answered', answers }, 6).effect;
    const why = 'the stores of servers 4, 7 are not equal, and cannot become so: server 7: its disk is full';
    expect(after(answer(2, null), answer(1, 'its disk is full'))).toEqual({ type: 'done', result: E.left(why) });
    // The other can pull from it.
    expect(after(answer(1, null), answer(2, 'its disk is full')).type).not.toBe('done');
    expect(after(answer(2, null), answer(2, 'its disk is full'))).toEqual({ type: 'done', result: E.right(undefined) });
    expect(after(answer(1, null), answer(2, null)).type).not.toBe('done');
  });
});
