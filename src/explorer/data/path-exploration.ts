/** Makes the explorer's page of a path of Bayou's model. A step that the model does not take is the last one. */
import { showLabel } from '../../checker/report.js';
import type { Refusal } from '../../checker/component-model/replay.js';
import type { Exploration, RunShot, StepShot, WhyShot } from '../shape.js';
import { shotOfTrace } from '../walk.js';
import { DEFAULTS } from '../../model/checking/config.js';
import type { RecordedPath } from '../../checked-model/path-file.js';
import { replayPath, type ReplayedPath } from '../../checked-model/replay-path.js';
import { configured, plainModel, type CheckedModel } from '../../checked-model/checked-model.js';
import { callOf, explorationOf, type ExplorationWithModel, type NamedRun } from './make-exploration.js';

// --- steps that the model does not take ------------------------------------------------------------------------------------

type Rejection = RecordedPath['rejection'];

const seenText = (text: string): string => (text === '' ? '(nothing)' : text);

/** Why the model does not take a step, and what it would have allowed. */
export const whyRefused = (refusal: Refusal, rejection: Rejection, steps: number): WhyShot => {
  const { label, why, differences, enabled } = refusal;
  const what = label === undefined ? 'what was seen then' : showLabel(label);
  const [difference] = differences;
  const compared: WhyShot['compared'] =
    difference === undefined
      ? [
          { what: 'seen in the run', text: what, step: steps + 1 },
          { what: 'the model allows here', text: enabled.length === 0 ? 'nothing' : enabled.join('; ') },
        ]
      : [
          { what: `seen in the run: ${difference.name}`, text: seenText(difference.seen), step: steps + 1 },
          { what: 'the model allows', text: difference.allowed.map(seenText).join(', or ') },
        ];
  return {
    headline: why === 'otherwise' ? `${what} comes to something that the model does not allow.` : `The model refuses ${what}.`,
    compared,
    ...(rejection === undefined ? {} : { relation: rejection.why }),
    story: [],
    steps: [steps + 1],
    parts: (label?.args ?? []).map(String),
    rules: rejection === undefined ? [] : [rejection.rule],
  };
};

const whyRejected = ({ rule, why, process, n }: NonNullable<Rejection>, steps: number): WhyShot => ({
  headline: `No step of the model explains event ${n} of ${process}, which comes after these.`,
  relation: why,
  story: [],
  steps: [steps + 1],
  parts: [],
  rules: [rule],
});

/** Adds to a run, as its last step and in red, the step that the model does not take. */
export const refused = (run: RunShot, why: WhyShot, step: Omit<StepShot, 'changed' | 'isRefused'>): RunShot => ({
  ...run,
  why,
  steps: [...run.steps, { ...step, changed: {}, isRefused: true }],
});

const withEnd = (run: RunShot, { refusal, path }: ReplayedPath): RunShot => {
  const { rejection, config } = path;
  const steps = run.steps.length;
  if (refusal !== undefined) {
    const { label = { family: 'what was seen', args: [] } } = refusal;
    return refused(run, whyRefused(refusal, config.variant === 'FIXED' ? rejection : undefined, steps), {
      label,
      told: `${showLabel(label)}: the model does not take it so`,
    });
  }
  if (rejection === undefined || config.variant !== 'FIXED') return run;
  const event = { family: `event ${rejection.n}`, args: [rejection.process] };
  return refused(run, whyRejected(rejection, steps), {
    label: event,
    told: `event ${rejection.n} of ${rejection.process}: nothing explains it`,
  });
};

// --- Bayou's own -----------------------------------------------------------------------------------------------------------

/** The most steps of a run that is shown with the choices at each step. A longer run is shown as it was replayed, without choices. */
const MOST_WALKED = 2000;

const found = (title: string, { trace, broken }: Pick<ReplayedPath, 'trace' | 'broken'>): NamedRun => {
  const [first] = broken;
  return { title, trace, ...(first === undefined ? {} : { property: first.property }) };
};

const verdictOf = ({ refusal, broken, path }: ReplayedPath): Exploration['verdict'] => {
  if (refusal !== undefined || (path.rejection !== undefined && path.config.variant === 'FIXED'))
    return { tone: 'bad', text: 'diverges from the model' };
  const names = broken.map(({ property }) => callOf(property));
  return names.length > 0
    ? { tone: 'bad', text: `violated: ${names.join(', ')}` }
    : { tone: 'good', text: 'the model takes every step' };
};

const runsOf = async (
  checked: CheckedModel,
  title: string,
  replayed: ReplayedPath,
  saying: Parameters<typeof explorationOf>[2],
) => {
  const { trace } = replayed;
  if (trace.steps.length <= MOST_WALKED) {
    const exploration = await explorationOf(checked, [found(title, replayed)], saying);
    return { exploration, runs: exploration.runs.map((run) => withEnd(run, replayed)) };
  }
  const exploration = await explorationOf(checked, [], saying);
  return { exploration, runs: [withEnd(shotOfTrace(plainModel(checked), title, trace, replayed.broken), replayed)] };
};

/** Explores a path of Bayou's model. */
export const explorePathOf = async (file: string, path: RecordedPath, repeat: string): Promise<ExplorationWithModel> => {
  const replayed = replayPath(path);
  const checked = configured({ source: file, config: path.config });
  const saying = { origin: 'path', verdict: verdictOf(replayed), repeat } as const;
  const { exploration, runs } = await runsOf(
    checked,
    path.property === undefined ? 'the run' : 'the counterexample',
    replayed,
    saying,
  );
  const faulty = await Promise.all(
    (path.variants ?? []).map(async (variant) => {
      const config = { ...path.config, variant: variant as typeof path.config.variant };
      const again = replayPath({ ...path, config });
      const other = configured({ source: file, config });
      const shots = await runsOf(other, `as ${variant} explains it`, again, { ...saying, verdict: verdictOf(again) });
      // Steps of these runs have other numbers than those of the page's model, so each run names its own model.
      return shots.runs.map((run): RunShot => ({ ...run, live: shots.exploration.live }));
    }),
  );
  const about = path.config.about === DEFAULTS.about ? {} : { about: path.config.about };
  return {
    exploration: {
      ...exploration,
      ...about,
      title: path.model,
      runs: [...runs, ...faulty.flat()],
      ...(path.names === undefined ? {} : { names: path.names }),
    },
    checked,
  };
};
