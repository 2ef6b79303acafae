/** `bayou check --replay FILE` of a run of a model of one's own: the module is named in the file. */
import { traceLines } from '../../checker/output/counterexample-lines.js';
import { follow } from '../../checker/runs/follow.js';
import type { Replay } from '../../checker/component-model/replay.js';
import { counted } from '../../core/counted.js';
import { EXIT, type ExitStatus } from '../../command-line/exit.js';
import { print } from '../out.js';
import type { CheckArgs } from './check-args.js';
import { moduleModel } from './module.js';
import type { OwnPath } from '../../checked-model/path-file.js';
import { brokenLine, refusalLines } from './replay-lines.js';
import { blamed, plainModel } from '../../checked-model/checked-model.js';

/** What the file says of parameters, and over it what the command line does. */
export const setsOf = ({ parameters = {} }: OwnPath, { sets }: Pick<CheckArgs, 'sets'>): CheckArgs['sets'] => [
  ...Object.entries(parameters).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return [name, { value, text }] as const;
  }),
  ...sets,
];

const statusOf = ({ refusal, broken, trace }: Replay, loop: number | undefined): ExitStatus =>
  refusal !== undefined || broken.length > 0 || (loop !== undefined && trace.loop === undefined) ? EXIT.violated : EXIT.ok;

const notBack = (loop: number, { steps }: Replay['trace']): string =>
  loop === steps.length ? `can go on from state ${loop}, where the run stays for ever` : `does not come back to state ${loop}`;

const lastLines = (replay: Replay, loop: number | undefined): ReadonlyArray<string> => {
  const { trace, broken, refusal } = replay;
  const steps = counted(trace.steps.length, 'step');
  if (refusal !== undefined)
    return [
      ...refusalLines(refusal),
      ...broken.map(brokenLine),
      `diverges: the model takes ${steps} of the run, and not the next`,
    ];
  if (loop !== undefined && trace.loop === undefined)
    return [...broken.map(brokenLine), `diverges: the model takes every one of ${steps}, and ${notBack(loop, trace)}`];
  const back =
    trace.loop === undefined
      ? ''
      : `, and ${trace.loop === trace.steps.length ? 'stays in' : 'comes back to'} state ${trace.loop}`;
  return [
    ...broken.map(brokenLine),
    broken.length > 0
      ? `violated: the model takes every one of ${steps}${back}; ${counted(broken.length, 'property', 'properties')} broken`
      : `the model takes every one of ${steps}${back}; no property is broken on the way`,
  ];
};

/** Replays it and prints what came of it. @throws UsageError where the module cannot be loaded, or is no model. */
export const replayOwn = async (path: OwnPath, args: CheckArgs): Promise<ExitStatus> => {
  const checked = await moduleModel(path.module, { ...args, sets: setsOf(path, args) });
  const replay = await blamed(checked, () => follow(plainModel(checked), path.steps, path));
  const status = statusOf(replay, path.loop);
  const lines = args.json
    ? [JSON.stringify({ type: 'replay', module: path.module, steps: path.steps.length, ...replay, status })]
    : [path.model, ...traceLines(replay.trace), '', ...lastLines(replay, path.loop)];
  lines.forEach(print);
  return status;
};
