/** Makes the data of the explorer's page from a model and runs of it. */
import type { Model } from '../../checker/model.js';
import { oneLine } from '../../checker/output/counterexample-lines.js';
import type { Counterexample, Report } from '../../checker/report.js';
import { counted } from '../../core/counted.js';
import type { CheckSample, Exploration, PageOrigin, PropertyShot, RunShot } from '../shape.js';
import { retrace, runShot, type Words } from '../walk.js';
import { explainAny } from '../why/any-model.js';
import { bayouWords, propertyId, titleOfProperty } from '../why/bayou.js';
import { judgedModel, type CheckedModel } from '../../checked-model/checked-model.js';
import { protocolEntries } from '../../command-line/load-entries.js';

// --- parts -----------------------------------------------------------------------------------------------------------------

/** The words about runs of a checked model. */
export const wordsOf = ({ config }: CheckedModel, model: Model<unknown, unknown>): Words<unknown, unknown> => {
  const any = explainAny(model);
  if (config === undefined) return { explain: any };
  const bayou = bayouWords(config) as unknown as Words<unknown, unknown>;
  return { ...bayou, explain: (...of) => bayou.explain(...of) ?? any(...of) };
};

const propertyShots = ({ properties }: Pick<Model<unknown, unknown>, 'properties'>): ReadonlyArray<PropertyShot> =>
  properties.map(({ name, rule, kind }) => {
    const [id, title] = [propertyId(name), titleOfProperty(name)];
    return {
      ...(id === undefined ? {} : { id }),
      ...(title === undefined ? {} : { title }),
      name,
      ...(rule === undefined ? {} : { rule }),
      kind,
    };
  });

/** A property's short name, for places with room for a few words. */
export const callOf = (name: string): string => titleOfProperty(name) ?? propertyId(name) ?? oneLine(name);

/** The titles of the parts of Bayou's model that are neither servers nor clients nor links. */
const partTitles = ({ config }: CheckedModel): Exploration['titles'] =>
  config === undefined
    ? undefined
    : {
        puts: `puts made (of ${config.puts})`,
        net: 'messages in flight',
        linkChanges: `link changes (of ${config.linkChanges})`,
        kills: `kills (of ${config.kills})`,
        blankRestarts: `restarts without a log (of ${config.blankRestarts})`,
        losses: `messages lost (of ${config.losses})`,
        duplicates: `messages repeated (of ${config.duplicates})`,
        lostAnswers: `answers lost (of ${config.lostAnswers})`,
        latePuts: `puts delayed (of ${config.latePuts})`,
        newSessions: `sessions started (of ${config.newSessions})`,
        copies: 'copies of logs',
      };

/** Paragraphs of the contract by name. A user's own model cites none. */
export const entriesFor = async (isBayou: boolean): Promise<Readonly<Record<string, string>>> =>
  isBayou ? Object.fromEntries((await protocolEntries()).map(({ name, text }) => [name, text])) : {};

/** A run, with its name and kind. */
export interface NamedRun {
  readonly title: string;
  readonly trace: Counterexample;
  readonly property?: string;
}

/** The page's form of a run. Undefined where the model has no such run, since the report is of another model. */
const shotOf = (
  checked: CheckedModel,
  model: Model<unknown, unknown>,
  { title, trace, property }: NamedRun,
): RunShot | undefined => {
  const walk = retrace(model, trace);
  if (walk === undefined) return undefined;
  return runShot(
    model,
    walk,
    {
      title,
      isShortest: trace.shortest,
      ...(trace.loop === undefined ? {} : { loop: trace.loop }),
      ...(property === undefined ? {} : { property }),
    },
    wordsOf(checked, model),
  );
};

const liveOf = ({ config }: CheckedModel, hasServer: boolean): Exploration['live'] =>
  config !== undefined ? { by: 'worker', config } : { by: hasServer ? 'server' : 'nobody' };

/** An exploration: the page's data, and the model that answers the page's questions. */
export interface ExplorationWithModel {
  readonly exploration: Exploration;
  readonly checked?: CheckedModel;
}

/** Further facts about a checked model that the page shows. */
export interface PageFacts {
  readonly origin: PageOrigin;
  readonly verdict: Exploration['verdict'];
  readonly repeat: string;
  readonly report?: Report;
  /** The progress of the search, if it took long. */
  readonly samples?: ReadonlyArray<CheckSample>;
  /** Is the search still going on? */
  readonly isChecking?: boolean;
  /** Is there a local server that knows the model? */
  readonly hasServer?: boolean;
}

// --- operations ------------------------------------------------------------------------------------------------------------

/** The exploration of a model and of runs of it. */
export const explorationOf = async (
  checked: CheckedModel,
  runs: ReadonlyArray<NamedRun>,
  saying: PageFacts,
): Promise<Exploration> => {
  const model = judgedModel(checked);
  const { config, bounds } = checked;
  const { origin, verdict, repeat, report, samples = [], hasServer = false, isChecking = false } = saying;
  const titles = partTitles(checked);
  return {
    version: 1,
    title: oneLine(model.name),
    ...(config === undefined || config.about === '' ? {} : { about: config.about }),
    origin,
    verdict,
    repeat,
    bounds,
    properties: propertyShots(model),
    runs: runs.flatMap((found) => shotOf(checked, model, found) ?? []),
    live: liveOf(checked, hasServer),
    entries: await entriesFor(config !== undefined),
    ...(titles === undefined ? {} : { titles }),
    ...(isChecking ? { isChecking } : {}),
    ...(report === undefined
      ? {}
      : {
          searched: {
            counts: report.counts,
            coverage: report.coverage,
            isComplete: report.stop.kind === 'complete',
            samples,
          },
        }),
  };
};

/** The runs of a report: first the runs that break a property, then the runs that reach a witness. */
export const foundIn = (report: Report): ReadonlyArray<NamedRun> =>
  report.properties.flatMap(({ name, verdict, trace, more = [] }) =>
    trace === undefined
      ? []
      : [trace, ...more].map((run, i) => ({
          title: `${verdict === 'violated' ? 'breaks' : 'reaches'}: ${callOf(name)}${i === 0 ? '' : `, another way (${i + 1})`}`,
          trace: run,
          property: name,
        })),
  );

/** The verdict of a report, for the page's head. */
export const verdictOfReport = ({ properties, verdict, counts }: Report): Exploration['verdict'] => {
  const broken = properties.filter((property) => property.verdict === 'violated');
  if (broken.length > 0) return { tone: 'bad', text: `violated: ${broken.map(({ name }) => callOf(name)).join(', ')}` };
  const states = counted(counts.distinct, 'state');
  if (verdict === 'holds') return { tone: 'good', text: `holds: all ${states}` };
  return { tone: 'plain', text: `${verdict}: ${states} looked at, nothing violated` };
};
