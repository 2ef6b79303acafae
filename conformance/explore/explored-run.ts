/**
 * Prepares a real run for the explorer's page: its events, with the model's state beside each; the first event that no step explains, with the outcomes that
 * the model allows; the events after it; and the same run as steps of the model, from which a user can go on.
 */
import { basename, extname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { UsageError } from '#bayou/command-line/exit.js';
import { explorePathOf, whyRefused } from '#bayou/explorer/data/path-exploration.js';
import type { RunExploration } from '#bayou/explorer/data/run-exploration.js';
import { replayPath } from '#bayou/checked-model/replay-path.js';
import type { RecordedPath } from '#bayou/checked-model/path-file.js';
import type { NodeId } from '#bayou/core/ids.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import type { Exploration, RunShot, TrueStates } from '#bayou/explorer/shape.js';
import { planJson } from '../common/plan-json.js';
import { rejectionOf } from '../path-of-a-run/refused-result.js';
import { pathOf, pathOfAll, type PathOptions } from '../path-of-a-run/build-path.js';
import { findScripts, tryScript, oracleOptionsOf } from '../runs/script-runs.js';
import { planIn } from '../simulation/simulation-plan.js';
import { simulate } from '../simulation/simulated-run.js';
import { readRuns } from '../layer3-traces/read-traces.js';
import { drawingOf } from './drawing.js';
import { follow, type FollowedRun } from './following.js';
import { refusedIn, type UnexplainedEvent } from './refused.js';

// --- the run on the model --------------------------------------------------------------------------------------------------

/** The most steps of a run that is shown as steps of the model. */
const MAX_BESIDE = 2000;
/** The most events of such a run: the steps of a longer one take too long to be put in order. */
const MAX_FOLLOWED = 20_000;

/** The run as steps of the model; undefined where it has no such steps. */
const besideOf = async (name: string, path: RecordedPath): Promise<Exploration | undefined> =>
  path.steps.length > MAX_BESIDE ? undefined : (await explorePathOf(name, path, '')).exploration;

const onTheModel = ({ runs, live }: Exploration): ReadonlyArray<RunShot> =>
  runs.map((run) => ({ live, ...run, title: `on the model: ${run.title}` }));

/** By event of the cluster's run: which properties hold after the model's last step up to it. */
const truthAlong = ({ steps }: FollowedRun, path: RecordedPath, shot: RunShot | undefined): ReadonlyArray<TrueStates> => {
  if (shot === undefined) return [];
  const { from } = replayPath(path);
  const placeOf = new Map(steps.map(({ event }, i) => [`${event?.process ?? ''} ${event?.n ?? ''}`, i + 1]));
  let at = 0;
  const places = from.map((index) => {
    const event = path.steps[index]?.event;
    at = Math.max(at, event === undefined ? 0 : (placeOf.get(`${event.process} ${event.n}`) ?? 0));
    return at;
  });
  /** By place in the run (0: before its first event; n: after its n-th), how many of the path's steps lie up to it. */
  const taken = Array.from({ length: steps.length + 1 }, (_, place) => places.findLastIndex((of) => of <= place) + 1);
  return shot.truth.map(({ marks }) => {
    const marked = new Set(marks);
    return { marks: taken.flatMap((count, place) => (marked.has(count) ? [place] : [])) };
  });
};

/** Prepares a run that the model explains, with the same run on the model. */
const explained = async (
  name: string,
  title: string,
  events: ReadonlyArray<TraceEvent>,
  run: FollowedRun,
  options: PathOptions,
) => {
  const built = run.verdict.verdict === 'conforms' && run.steps.length <= MAX_FOLLOWED ? pathOfAll(events, options) : undefined;
  const path = built?.kind === 'path' && replayPath(built.path).refusal === undefined ? built.path : undefined;
  const model = path === undefined ? undefined : await besideOf(name, path);
  const truth = path === undefined ? [] : truthAlong(run, path, model?.runs[0]);
  return { title, shot: { ...shotOf(run), truth }, model };
};

// --- the run ---------------------------------------------------------------------------------------------------------------

const TITLE = 'the run of the cluster';

const shotOf = ({ placed, uses, steps }: FollowedRun): RunShot => ({
  title: TITLE,
  initial: {},
  steps,
  truth: [],
  drawing: drawingOf(placed, uses),
});

const verdictOf = ({ verdict }: FollowedRun): RunExploration['verdict'] =>
  verdict.verdict === 'conforms'
    ? { tone: 'good', text: `conforms: the model explains all ${verdict.events} events` }
    : { tone: 'plain', text: `undecided: ${verdict.why ?? ''}` };

const followedOf = (
  title: string,
  verdict: RunExploration['verdict'],
  shot: RunShot,
  model: Exploration | undefined,
): RunExploration => ({
  title,
  verdict,
  runs: [shot, ...(model === undefined ? [] : onTheModel(model))],
  properties: model?.properties ?? [],
  ...(model?.titles === undefined ? {} : { titles: model.titles }),
  ...(model?.names === undefined ? {} : { names: model.names }),
});

/** Prepares a run from its events: the run itself, and the model's steps up to the divergence. */
const followed = async (
  name: string,
  events: ReadonlyArray<TraceEvent>,
  beside?: UnexplainedEvent,
  { lossy, ...options }: Omit<PathOptions, 'name'> & { readonly lossy?: ReadonlySet<NodeId> } = {},
): Promise<RunExploration> => {
  const run = follow(events, lossy);
  const title = basename(name);
  const rejection = run.verdict.rejection ?? beside;
  if (rejection === undefined) {
    const { shot, model } = await explained(name, title, events, run, { ...options, name: title });
    return followedOf(title, verdictOf(run), shot, model);
  }
  const built = pathOf(events, rejection, { ...options, name: title });
  const path = built.kind === 'none' ? undefined : built.path;
  const refusal = path === undefined ? undefined : replayPath(path).refusal;
  const compared = (steps: number) => (refusal === undefined ? undefined : whyRefused(refusal, undefined, steps).compared);
  const model = path === undefined ? undefined : await besideOf(name, path);
  const shot = { ...refusedIn(events, run, rejection, compared), title: TITLE };
  return followedOf(title, { tone: 'bad', text: 'diverges from the model' }, shot, model);
};

/** Runs a plan of a simulated run again, which gives the same run each time. Of two days the first is shown. */
const simulated = async (file: string): Promise<RunExploration> => {
  const json = planJson(file);
  const plan = E.isRight(json) ? planIn(json.right) : undefined;
  if (plan === undefined)
    throw new UsageError(`${file}: this is no plan of a simulated run: bayou conform --simulate keeps some`);
  const { days, lossy, failures } = await simulate(plan);
  const shown = await followed(file, days[0] ?? [], undefined, { keepsLog: true, lossy });
  const title = `${shown.title}: a simulated run${days.length > 1 ? ', its first day' : ''}`;
  const [failure] = failures;
  return failure === undefined || shown.verdict.tone === 'bad'
    ? { ...shown, title }
    : { ...shown, title, verdict: { tone: 'bad', text: failure.split('\n')[0] ?? '' } };
};

/** Follows the run that these files describe (a plan, a script or a trace), for the explorer's page (see `RunFollower`). */
export const followRun = async (
  files: ReadonlyArray<string>,
  { flags, signal }: { readonly flags?: ReadonlyArray<string>; readonly signal: AbortSignal },
): Promise<RunExploration> => {
  const [first = '', ...others] = files;
  if (extname(first) === '.json') return simulated(first);
  if (extname(first) === '.script') {
    if (others.length > 0) throw new UsageError('explore one script at a time');
    const scripts = findScripts([first], flags);
    if (E.isLeft(scripts)) throw new UsageError(scripts.left);
    const script = scripts.right[0]!;
    const tried = await tryScript(script, { signal });
    if (E.isLeft(tried)) throw new UsageError(tried.left);
    const { events, oracle } = tried.right;
    const { keepsLog } = oracleOptionsOf(script.flags);
    return followed(first, events, rejectionOf(events, oracle), { keepsLog });
  }
  const runs = readRuns(files);
  if (E.isLeft(runs)) throw new UsageError(runs.left);
  if (runs.right.length > 1) throw new UsageError('explore the trace of one run at a time: several files are the parts of one');
  const [events = []] = runs.right;
  if (events.length === 0) throw new UsageError(`${first}: it has no events: bayou master --trace FILE writes a trace`);
  return followed(first, events);
};

/** Follows a run whose events are at hand, for the explorer's page. */
export const followEvents = followed;
