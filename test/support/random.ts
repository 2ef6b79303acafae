/**
 * For every test file, before it runs: random tests have a fixed seed, say how they are repeated, and are no success where less was tried
 * than was asked for.
 */
import { relative } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { seedOr } from './seeds.js';

const DEFAULT_RUNS = 100;

const repeat = (seed: number): string => {
  const { testPath, currentTestName } = expect.getState();
  const file = testPath === undefined ? '' : ` ${relative(process.cwd(), testPath)}`;
  return `repeat with: BAYOU_SEED=${seed} npx vitest run${file}${currentTestName === undefined ? '' : ` (${currentTestName})`}`;
};

/** What is looked at of runs. */
interface Made {
  readonly numRuns: number;
  readonly seed: number;
  readonly runConfiguration: { readonly numRuns?: number | undefined };
}

/** @throws Error where fewer runs were made than there should be. */
export const mustBeAll = ({ numRuns, seed, runConfiguration: { numRuns: wanted = DEFAULT_RUNS } }: Made): void => {
  if (numRuns < wanted) throw new Error(`${numRuns} random runs were made, and not ${wanted}; ${repeat(seed)}`);
};

const judgeRuns = (out: fc.RunDetails<unknown>): void => {
  if (out.failed) throw new Error(`${fc.defaultReportMessage(out)}\n${repeat(out.seed)}`, { cause: out.errorInstance });
  mustBeAll(out);
};

// eslint-disable-next-line @typescript-eslint/no-deprecated -- what is to replace it cannot be given for all tests
fc.configureGlobal({ seed: seedOr(1994), numRuns: DEFAULT_RUNS, reporter: judgeRuns });
