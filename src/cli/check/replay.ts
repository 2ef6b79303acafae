/** `bayou check --replay FILE`: a path on the model, step by step; where the model parts from it, what it would have allowed. */
import { replay, type PathStep, type Replay } from '../../checker/component-model/replay.js';
import { traceLines } from '../../checker/output/counterexample-lines.js';
import type { Label } from '../../checker/model.js';
import { counted } from '../../core/counted.js';
import type { Config } from '../../model/checking/config.js';
import { VARIANTS } from '../../model/protocol/rules.js';
import { lookOf } from '../../model/checking/seen.js';
import { PROPERTIES } from '../../model/checking/sentences.js';
import { bayou } from '../../model/system.js';
import { LEGEND } from '../../model/checking/texts.js';
import { EXIT, type ExitStatus } from '../../program/exit.js';
import { print } from '../out.js';
import { loadPath, type RecordedPath } from './path.js';
import { replayOwn } from './replay-own.js';
import { brokenLine, refusalLines } from './replay-lines.js';
import type { CheckArgs } from './args.js';

// --- the steps of a variant ------------------------------------------------------------------------------------------------

const labelled = (family: string, args: Label['args']): PathStep => ({ label: { family, args } });

/**
 * A step of the protocol as the variant takes it. V2 reads its log for a pull when it answers the one before; V8 adds the writes
 * of a pull when the next one arrives. All others have the protocol's own steps.
 */
const asIn =
  ({ variant }: Config) =>
  (step: PathStep): ReadonlyArray<PathStep> => {
    const { family, args } = step.label ?? { family: '', args: [] };
    if (variant === 'V2' && family === 'Pull') {
      const read = { ...labelled('ReadLog', args), optional: true };
      return [read, { ...step, label: { family: 'ReadVector', args } }, read];
    }
    if (variant === 'V8' && (family === 'Pull' || family === 'Receipt'))
      return [{ ...labelled('AddWrites', args.slice(0, 1)), optional: true }, step];
    return [step];
  };

/** What replaying a path comes to; indices of steps are those of the path. */
export interface Replayed extends Replay {
  readonly path: RecordedPath;
}

/** Stores are seen in the run's own words, and the model has its own: they are put into the run's. */
const inTheRunsWords = ({ names = {}, config }: RecordedPath): ReturnType<typeof lookOf> => {
  const look = lookOf(config);
  const word = (text: string): string => names[text] ?? text;
  const line = (text: string): string => {
    const at = text.indexOf(':');
    return `${word(text.slice(0, at))}:${word(text.slice(at + 1))}`;
  };
  return (step, name) => {
    const has = look(step, name);
    return has === undefined || has === '' || !name.startsWith('store of ') ? has : has.split(', ').map(line).join(', ');
  };
};

/** Replays a path with its own configuration. */
export const replayPath = (path: RecordedPath): Replayed => {
  const expanded = path.steps.flatMap((step, index) => asIn(path.config)(step).map((as) => ({ as, index })));
  const { from, refusal, ...rest } = replay(
    bayou(path.config),
    expanded.map(({ as }) => as),
    { look: inTheRunsWords(path) },
  );
  return {
    ...rest,
    path,
    from: from.map((i) => expanded[i]!.index),
    ...(refusal === undefined ? {} : { refusal: { ...refusal, step: expanded[refusal.step]!.index } }),
  };
};

// --- for people ------------------------------------------------------------------------------------------------------------

const eventOf = ({ path }: Replayed, step: number): string => {
  const event = path.steps[step]?.event;
  return event === undefined ? '' : `, event ${event.n} of ${event.process}`;
};

const rejectionLines = ({ rejection }: RecordedPath): ReadonlyArray<string> =>
  rejection === undefined ? [] : [`  rule ${rejection.rule}: ${rejection.why}`];

const headLines = ({ path }: Replayed): ReadonlyArray<string> => [
  `${path.model}, ${path.config.variant === 'FIXED' ? 'the protocol as it is' : `variant ${path.config.variant} (${VARIANTS[path.config.variant]})`}`,
  ...(Object.keys(path.names ?? {}).length === 0
    ? []
    : [
        `in the run: ${Object.entries(path.names ?? {})
          .map(([name, is]) => `${name} is ${is}`)
          .join(', ')}`,
      ]),
];

/** Does the path say that something is wrong which is no matter of the model's steps? */
const isUnexplained = ({ path, refusal }: Replayed): boolean =>
  refusal === undefined && path.rejection !== undefined && path.config.variant === 'FIXED';

const lastLines = (replayed: Replayed): ReadonlyArray<string> => {
  const { path, refusal, broken, trace } = replayed;
  if (refusal !== undefined)
    return [
      ...refusalLines(refusal, eventOf(replayed, refusal.step)),
      ...(path.config.variant === 'FIXED' ? rejectionLines(path) : []),
      ...broken.map(brokenLine),
      ...(path.variants === undefined || path.variants.length === 0 || path.config.variant !== 'FIXED'
        ? []
        : [`A model with the fault explains it: --variant ${path.variants.join(' or --variant ')}`]),
      `diverges: the model takes ${counted(trace.steps.length, 'step')} of the run, and not the next`,
    ];
  if (isUnexplained(replayed)) {
    const { process, n } = path.rejection!;
    return [
      `No step of the model explains event ${n} of ${process}, which comes after these:`,
      ...rejectionLines(path),
      `diverges: the model takes ${counted(trace.steps.length, 'step')} of the run, and not what comes then`,
    ];
  }
  return [
    ...broken.map(brokenLine),
    broken.length > 0
      ? `violated: the model takes every one of ${counted(trace.steps.length, 'step')}; ${counted(broken.length, 'property', 'properties')} broken`
      : `the model takes every one of ${counted(trace.steps.length, 'step')}; no property is broken on the way`,
  ];
};

// --- the command -----------------------------------------------------------------------------------------------------------

const PROPERTY_OF = new Map<string, string>(Object.entries(PROPERTIES).map(([id, { name }]) => [name, id]));

const statusOf = (replayed: Replayed): ExitStatus =>
  replayed.refusal !== undefined || replayed.broken.length > 0 || isUnexplained(replayed) ? EXIT.violated : EXIT.ok;

const jsonOf = (replayed: Replayed, file: string): unknown => ({
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

/** Replays a path file and prints what came of it. @throws UsageError where the file is no path. */
export const replayFile = async (file: string, args: CheckArgs): Promise<ExitStatus> => {
  const path = loadPath(file, args.overrides);
  if ('module' in path) return replayOwn(path, args);
  const replayed = replayPath(path);
  const lines = args.json
    ? [JSON.stringify(jsonOf(replayed, file))]
    : [...headLines(replayed), ...traceLines(replayed.trace), '', LEGEND, '', ...lastLines(replayed)];
  lines.forEach(print);
  return statusOf(replayed);
};
