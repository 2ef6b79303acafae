/** `bayou check --replay FILE` for a run of a user's own model, whose module the file names. */
import { oneLine, traceLines } from '../../checker/output/counterexample-lines.js';
import { follow, wrongEnd, type PathEnds } from '../../checker/runs/follow.js';
import type { Replay } from '../../checker/component-model/replay.js';
import { isWitness } from '../../checker/report.js';
import { counted } from '../../core/counted.js';
import { EXIT, UsageError, type ExitStatus } from '../../command-line/exit.js';
import { print } from '../out.js';
import type { CheckArgs } from './check-args.js';
import { DEADLOCK, moduleModel } from './module.js';
import type { OwnPath } from '../../checked-model/path-file.js';
import { brokenLine, divergesLine, refusalLines, takenLines } from './replay-lines.js';
import { blamed, plainModel, type CheckedModel } from '../../checked-model/checked-model.js';

/** The parameters in the file, then those of the command line, which override them. */
const setsOf = ({ parameters = {} }: OwnPath, { sets }: Pick<CheckArgs, 'sets'>): CheckArgs['sets'] => [
  ...Object.entries(parameters).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return [name, { value, text }] as const;
  }),
  ...sets,
];

/** One line about a field of the path, other than its steps, that does not fit the model. The line begins with the field. */
const misfitOf = (checked: CheckedModel, path: OwnPath): string | undefined => {
  const { property } = path;
  const known = checked.model.model.properties.map(({ name }) => name);
  if (property !== undefined && !known.includes(property)) {
    const names = known.map((name) => `"${oneLine(name)}"`).join(', ');
    return `property: the model has no property "${oneLine(property)}"; it has ${names}`;
  }
  const wrong = wrongEnd(plainModel(checked), path.steps, path);
  return wrong === undefined ? undefined : `${wrong.end}: ${wrong.why}`;
};

const endsOf = ({ initial, loop, property }: OwnPath): PathEnds => ({
  ...(initial === undefined ? {} : { initial }),
  ...(loop === undefined ? {} : { loop }),
  ...(property === undefined ? {} : { property }),
});

/** A path of a user's own model, followed on that model. */
export interface FollowedOwn {
  readonly checked: CheckedModel;
  readonly replay: Replay;
}

/**
 * Follows a path on the model that it names. `at`: the beginning of a line about the path's file.
 *
 * @throws UsageError where the module cannot be loaded or has no model, or where another field of the path does not fit the model
 */
export const followOwn = async (at: string, path: OwnPath, args: CheckArgs): Promise<FollowedOwn> => {
  // A run that a check with --deadlock found breaks a property that only that option adds.
  const deadlock = args.deadlock || path.property === DEADLOCK.name;
  const checked = await moduleModel(path.module, { ...args, deadlock, sets: setsOf(path, args) });
  return blamed(checked, () => {
    const misfit = misfitOf(checked, path);
    if (misfit !== undefined) throw new UsageError(`${at}: ${misfit}`);
    return { checked, replay: follow(plainModel(checked), path.steps, endsOf(path)) };
  });
};

const statusOf = ({ refusal, broken, trace }: Replay, loop: number | undefined): ExitStatus =>
  refusal !== undefined || broken.length > 0 || (loop !== undefined && trace.loop === undefined) ? EXIT.violated : EXIT.ok;

const notBack = (loop: number, { steps }: Replay['trace']): string =>
  loop === steps.length ? `can go on from state ${loop}, where the run stays for ever` : `does not come back to state ${loop}`;

/** Says that a run does not do to the property of its file what the file tells. */
const otherwiseLines = ({ replay, checked }: FollowedOwn, { property }: OwnPath): ReadonlyArray<string> => {
  if (property === undefined || replay.isAsTold !== false || replay.refusal !== undefined) return [];
  const kind = checked.model.model.properties.find(({ name }) => name === property)?.kind;
  const verb = kind !== undefined && isWitness(kind) ? 'reach' : 'break';
  return [`The run does not ${verb} "${oneLine(property)}", of which the file tells.`];
};

const lastLines = (replay: Replay, file: string, loop: number | undefined): ReadonlyArray<string> => {
  const { trace, broken, refusal } = replay;
  if (refusal !== undefined)
    return [...refusalLines(refusal, file), ...broken.map(brokenLine), divergesLine(trace.steps.length, 'the next')];
  if (loop !== undefined && trace.loop === undefined)
    return [
      ...broken.map(brokenLine),
      `diverges: the model takes every one of ${counted(trace.steps.length, 'step')}, and ${notBack(loop, trace)}`,
    ];
  const back =
    trace.loop === undefined
      ? ''
      : `, and ${trace.loop === trace.steps.length ? 'stays in' : 'comes back to'} state ${trace.loop}`;
  return takenLines(trace.steps.length, broken, back);
};

/** Replays the path of a file and prints the result. @throws UsageError as {@link followOwn} does. */
export const replayOwn = async (file: string, path: OwnPath, args: CheckArgs): Promise<ExitStatus> => {
  const followed = await followOwn(`--replay: ${file}`, path, args);
  const { replay } = followed;
  const status = statusOf(replay, path.loop);
  const lines = args.json
    ? [JSON.stringify({ type: 'replay', path: file, module: path.module, steps: path.steps.length, ...replay, status })]
    : [path.model, ...traceLines(replay.trace), '', ...otherwiseLines(followed, path), ...lastLines(replay, file, path.loop)];
  lines.forEach(print);
  return status;
};
