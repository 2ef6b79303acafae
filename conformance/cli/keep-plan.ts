/** Keeps a simulated run that is wrong: its plan, every line of its trace, and its path for `bayou check --replay`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '#bayou/files/folder.js';
import { mustBeReplaceable, PLAN } from '#bayou/command-line/replace.js';
import { keepRun } from '../explore/keep-run.js';
import type { SimulatedRun, SimulatedVerdict } from '../simulation/simulated-run.js';

/** A run to keep. `again`: does the same run once more, and keeps the lines of its trace. */
export interface ToKeep {
  readonly plan: unknown;
  /** The run that layer 3 followed, and the verdicts on it; undefined: layer 3 did not follow the run. */
  readonly followed?: { readonly run: Pick<SimulatedRun, 'days'>; readonly verdict: SimulatedVerdict };
  readonly again: () => Promise<Pick<SimulatedRun, 'trace'>>;
}

/** Writes the files; returns the lines that name them. */
export const keepPlan = async (
  { plan, followed, again }: ToKeep,
  name: string,
  outDir: string,
): Promise<ReadonlyArray<string>> => {
  const file = join(outDir, `${name.replaceAll(/\W+/g, '-')}.json`);
  try {
    makeFolder(outDir);
    mustBeReplaceable(file, PLAN);
    writeFileSync(file, `${JSON.stringify(plan, null, 1)}\n`);
    writeFileSync(`${file}.trace`, (await again()).trace.lines().join(''));
  } catch (error) {
    return [`not kept: ${error instanceof Error ? error.message : String(error)}`];
  }
  const { rejection, run: day = 1 } = followed?.verdict.validated ?? {};
  const path =
    rejection === undefined ? [] : await keepRun(outDir, followed!.run.days[day - 1]!, rejection, { name, withTrace: true });
  return [
    `its plan, made as small as there was time for: bayou conform --simulate --replay ${file}`,
    `every event of it: ${file}.trace`,
    ...path,
  ];
};
