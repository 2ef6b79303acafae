/** What a verdict rests on is never only sampled: what decides a property, and the run that is told of it. */
import type { Audit } from './audit.js';
import { againstChance, elsewhen } from './date-and-random.js';
import { twoAnswers } from './repeated-call.js';

/**
 * Runs what decides a property, or makes the run that is told of it, with each of its calls repeated at once. So what is said of a run
 * was never only sampled. @throws CheckerError (`model`), and what `run` throws.
 */
export const closely = <T>(audit: Audit | undefined, run: () => T): T => (audit === undefined ? run() : audit.throughout(run));

/**
 * Evaluates a predicate again whose value decides a property, on varied copies too. @throws CheckerError (`model`) where another value
 * comes.
 */
export const mustStay = (audit: Audit | undefined, property: string, answer: boolean, ask: () => boolean): void =>
  elsewhen(() =>
    againstChance(() => {
      if (closely(audit, ask) !== answer) throw twoAnswers(`"${property}"`, answer, !answer);
    }),
  );
