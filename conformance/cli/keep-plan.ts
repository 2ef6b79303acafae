/** Keeps a simulated run that is wrong: its plan, every line of its trace, and its path for `bayou check --replay`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '#bayou/files/folder.js';
import { mustBeReplaceable, PLAN } from '#bayou/command-line/replace.js';
import { placeAndReasonOf } from '#bayou/command-line/say.js';
import { keepRuns, stemOf } from '../explore/keep-run.js';
import type { RunVerdict } from '../layer4-hostile/assess.js';
import type { SimulatedRun } from '../simulation/simulated-run.js';

/** A run that layer 3 followed, and the verdicts on it. */
interface Followed {
  readonly run: Pick<SimulatedRun, 'days'>;
  readonly verdict: RunVerdict;
}

/** A run to keep. `rerun`: does the same run once more, and keeps the lines of its trace. */
export interface KeptRun {
  readonly plan: unknown;
  /** Undefined: layer 3 did not follow the run. */
  readonly followed?: Followed;
  readonly rerun: () => Promise<Pick<SimulatedRun, 'trace'>>;
}

/** Keeps a run as layer 3 followed it, up to the event that it refuses. What layer 3 calls a run is a day of the simulated run. */
const keepFollowed = ({ run, verdict }: Followed, name: string, outDir: string): Promise<ReadonlyArray<string>> => {
  const { rejection, run: day = 1 } = verdict.validated;
  return rejection === undefined
    ? Promise.resolve([])
    : keepRuns(outDir, run.days.slice(0, day), rejection, { name, withTrace: true });
};

/** Writes the files; returns the lines that name them. */
export const keepPlan = async (
  { plan, followed, rerun }: KeptRun,
  name: string,
  outDir: string,
): Promise<ReadonlyArray<string>> => {
  const file = join(outDir, `${stemOf(name)}.json`);
  try {
    makeFolder(outDir);
    mustBeReplaceable(file, PLAN);
    writeFileSync(file, `${JSON.stringify(plan, null, 1)}\n`);
    writeFileSync(`${file}.trace`, (await rerun()).trace.lines().join(''));
  } catch (error) {
    return [`not kept: ${placeAndReasonOf(error)}`];
  }
  const path = followed === undefined ? [] : await keepFollowed(followed, name, outDir);
  return [
    `its plan, made as small as there was time for: bayou conform --simulate --replay ${file}`,
    `all its events: ${file}.trace`,
    ...path,
  ];
};
