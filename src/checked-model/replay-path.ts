/** A path on Bayou's model, step by step. Where the model parts from it, what it would have allowed. */
import { replay, type PathStep, type Replay } from '../checker/component-model/replay.js';
import type { Label } from '../checker/model.js';
import type { Config } from '../model/checking/config.js';
import { lookOf } from '../model/checking/seen-in-a-run.js';
import { bayou } from '../model/system.js';
import type { RecordedPath } from './path-file.js';

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
export interface ReplayedPath extends Replay {
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
export const replayPath = (path: RecordedPath): ReplayedPath => {
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
