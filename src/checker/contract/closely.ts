/** What a verdict rests on is never only sampled: what decides a property, and the run that is told of it. */
import type { Audit } from './audit.js';
import { againstChance } from './chance.js';
import { elsewhen } from './clocks.js';
import { twoAnswers } from './repeated-call.js';

/** The calls of a run that is told are repeated for so many ms, or for as long as the search took: states may be large. */
const LEAST_MS = 5_000;

/** Decides a property with each call repeated at once. @throws CheckerError (`model`), and what `run` throws. */
export const closely = <T>(audit: Audit | undefined, run: () => T, ms = Infinity): T =>
  audit === undefined ? run() : audit.throughout(run, ms);

/** Makes the run that is told of a property, and repeats its calls. @throws CheckerError (`model`), and what `run` throws. */
export const retaken = <T>(audit: Audit | undefined, elapsedMs: number, run: () => T): T =>
  closely(audit, run, Math.max(LEAST_MS, elapsedMs));

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
