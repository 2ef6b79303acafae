/** `bayou check --replay FILE`: follows a path on the model, step by step. Where the model does not take a step, it shows the steps that the model allows. */
import { traceLines } from '../../checker/output/counterexample-lines.js';
import { VARIANTS } from '../../model/protocol/rules.js';
import { PROPERTIES } from '../../model/checking/sentences.js';
import { LEGEND } from '../../model/checking/texts.js';
import { EXIT, type ExitStatus } from '../../command-line/exit.js';
import { loadPath, type RecordedPath } from '../../checked-model/path-file.js';
import { replayPath, type ReplayedPath } from '../../checked-model/replay-path.js';
import { print } from '../out.js';
import type { CheckArgs } from './check-args.js';
import { brokenLine, divergesLine, refusalLines, takenLines } from './replay-lines.js';
import { replayOwn } from './replay-own.js';

// --- for people ------------------------------------------------------------------------------------------------------------

const eventOf = ({ path }: ReplayedPath, step: number): string => {
  const event = path.steps[step]?.event;
  return event === undefined ? '' : `, event ${event.n} of ${event.process}`;
};

const rejectionLines = ({ rejection }: RecordedPath): ReadonlyArray<string> =>
  rejection === undefined ? [] : [`  rule ${rejection.rule}: ${rejection.why}`];

const headLines = ({ path }: ReplayedPath): ReadonlyArray<string> => [
  `${path.model}, ${path.config.variant === 'FIXED' ? 'the protocol as it is' : `variant ${path.config.variant} (${VARIANTS[path.config.variant]})`}`,
  ...(Object.keys(path.names ?? {}).length === 0
    ? []
    : [
        `in the run: ${Object.entries(path.names ?? {})
          .map(([name, is]) => `${name} is ${is}`)
          .join(', ')}`,
      ]),
];

/** Does the path report a fault that the model's steps do not explain? */
const isUnexplained = ({ path, refusal }: ReplayedPath): boolean =>
  refusal === undefined && path.rejection !== undefined && path.config.variant === 'FIXED';

const lastLines = (replayed: ReplayedPath, file: string): ReadonlyArray<string> => {
  const { path, refusal, broken, trace } = replayed;
  if (refusal !== undefined)
    return [
      ...refusalLines(refusal, file, eventOf(replayed, refusal.step)),
      ...(path.config.variant === 'FIXED' ? rejectionLines(path) : []),
      ...broken.map(brokenLine),
      ...(path.variants === undefined || path.variants.length === 0 || path.config.variant !== 'FIXED'
        ? []
        : [`A model with the fault explains it: --variant ${path.variants.join(' or --variant ')}`]),
      divergesLine(trace.steps.length, 'the next'),
    ];
  if (isUnexplained(replayed)) {
    const { process, n } = path.rejection!;
    return [
      `No step of the model explains event ${n} of ${process}, which comes after these:`,
      ...rejectionLines(path),
      divergesLine(trace.steps.length, 'what comes then'),
    ];
  }
  return takenLines(trace.steps.length, broken);
};

// --- the command -----------------------------------------------------------------------------------------------------------

const PROPERTY_OF = new Map<string, string>(Object.entries(PROPERTIES).map(([id, { name }]) => [name, id]));

const statusOf = (replayed: ReplayedPath): ExitStatus =>
  replayed.refusal !== undefined || replayed.broken.length > 0 || isUnexplained(replayed) ? EXIT.violated : EXIT.ok;

const jsonOf = (replayed: ReplayedPath, file: string): unknown => ({
  type: 'replay',
  path: file,
  variant: replayed.path.config.variant,
  steps: replayed.path.steps.length,
  taken: replayed.trace.steps.length,
  trace: replayed.trace,
  broken: replayed.broken.map((b) => ({ ...b, id: PROPERTY_OF.get(b.property) })),
  refusal: replayed.refusal ?? null,
  rejection: replayed.path.rejection ?? null,
  status: statusOf(replayed),
});

/** Replays a path file and prints the result. @throws UsageError where the file is no path. */
export const replayFile = async (file: string, args: CheckArgs): Promise<ExitStatus> => {
  const path = loadPath(file, args.overrides);
  if ('module' in path) return replayOwn(file, path, args);
  const replayed = replayPath(path);
  const lines = args.json
    ? [JSON.stringify(jsonOf(replayed, file))]
    : [...headLines(replayed), ...traceLines(replayed.trace), '', LEGEND, '', ...lastLines(replayed, file)];
  lines.forEach(print);
  return statusOf(replayed);
};
