/** `bayou check --sample N`: random runs of a model in which nothing breaks. */
import { oneLine, traceLines } from '../../checker/output/counterexample-lines.js';
import { sampleRuns } from '../../checker/runs/sample.js';
import { counted } from '../../core/counted.js';
import { EXIT, worst, type ExitStatus } from '../../command-line/exit.js';
import type { CheckArgs } from './check-args.js';
import { NO_FILES, writeFiles } from './counterexample-files.js';
import { repeatCommand } from './repeat.js';
import { judgedModel, type CheckedModel } from '../../checked-model/checked-model.js';

/** Where the runs are shown, the signal that ends the random search, and what makes names of files distinct. */
interface Surroundings {
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
  readonly distinct: (name: string) => string;
}

/** Shows, and writes, runs of one model. Resolves with the exit status: 3 where there are fewer runs than were asked for. */
export const sample = async (
  checked: CheckedModel,
  args: CheckArgs,
  wanted: number,
  { print, signal, distinct }: Surroundings,
): Promise<ExitStatus> => {
  const { seed, traceLength } = args;
  const model = judgedModel(checked);
  const { runs, broken } = await sampleRuns(model, { runs: wanted, length: traceLength, seed, signal });
  const { lines: files, isLost } =
    args.outDir === undefined
      ? NO_FILES
      : await writeFiles(
          args.outDir,
          args.format,
          checked,
          runs.map((trace, i) => ({ property: `random run ${i + 1}`, trace, kind: 'sample' })),
          distinct,
          repeatCommand(args, checked.source),
        );
  const found = signal.aborted ? EXIT.interrupted : runs.length < wanted ? EXIT.bounded : EXIT.ok;
  const status = worst([found, isLost ? EXIT.usage : EXIT.ok]);
  if (args.json) {
    print(JSON.stringify({ type: 'sample', model: model.name, source: checked.source, seed, runs, broken, status, files }));
    return status;
  }
  runs.forEach((run, i) => {
    print(`Run ${i + 1} of ${wanted}, ${counted(run.steps.length, 'step')}:`);
    for (const line of traceLines(run)) print(line);
    print('');
  });
  for (const line of [...checked.legend, ...files]) print(line);
  const left = broken === 0 ? '' : `; ${counted(broken, 'other')} broke a property (without --sample they are looked for)`;
  print(`${oneLine(model.name)}: ${counted(runs.length, 'random run')} in which nothing breaks, seed ${seed}${left}`);
  return status;
};
