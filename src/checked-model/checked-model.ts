/** What is checked: a configuration of Bayou's model, or a module with a model of one's own. Everything after this treats both alike. */
import { toModel } from '../checker/component-model/as-model.js';
import { auditOf, trust } from '../checker/contract/guard.js';
import { contracted } from '../checker/contract/validate.js';
import { CheckerError } from '../checker/error.js';
import type { ModelSource } from '../checker/factored/parallel/check-in-parallel.js';
import type { ComponentModel, Model } from '../checker/model.js';
import { traceLines } from '../checker/output/counterexample-lines.js';
import type { Counterexample } from '../checker/report.js';
import type { Config } from '../model/checking/config.js';
import { PROPERTIES } from '../model/checking/sentences.js';
import { bayou } from '../model/system.js';
import { LEGEND } from '../model/checking/texts.js';
import { boundPhrases } from './bounds-in-words.js';
import { UsageError } from '../command-line/exit.js';
import { stemOf } from './file-names.js';
import { thrown } from '../checker/contract/model-faults.js';
import { toScript, type Script } from './counterexample-script.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A model at one of the checker's two levels. */
export type AnyModel =
  | { readonly level: 'plain'; readonly model: Model<unknown, unknown> }
  | {
      readonly level: 'components';
      readonly model: ComponentModel;
      /** Where threads find it. */
      readonly source: ModelSource;
    };

/** How counterexamples are written to files. */
export interface CounterexampleFiles {
  /** What all its files begin with, and what the one of a property goes on with. */
  readonly stem: string;
  readonly fileOf: (property: string) => string;
  /** As a master script; absent where the model is not of a cluster that the master could run. */
  readonly script?: (trace: Counterexample, property: string) => Script;
}

/** A configuration of Bayou's model, where it came from, and what it says the verdict is; absent where it does not say or no longer applies. */
export interface LoadedConfig {
  /** As the user named it. */
  readonly source: string;
  readonly config: Config;
  readonly expect?: Config['expect'];
}

/** The values of a model's parameters, by name. */
export type Parameters = Readonly<Record<string, unknown>>;

/** Fields of a configuration that the command line sets, each with the option that said it. */
export type Overrides = ReadonlyMap<string, { readonly value: unknown; readonly option: string }>;

/** What is checked or replayed. */
export interface CheckedModel {
  /** As the user named it. */
  readonly source: string;
  readonly model: AnyModel;
  /** The configuration; absent where the model is the user's own. What that does wrong is the user's to know, and no bug of ours. */
  readonly config?: Config;
  /** Names of the properties to judge; default all. */
  readonly properties?: ReadonlyArray<string>;
  /** The values of the parameters of a model of one's own. */
  readonly parameters?: Parameters;
  /** What the report does not judge though people may think so, in words. */
  readonly unjudged: ReadonlyArray<string>;
  /** How its states are read, in words. */
  readonly legend: ReadonlyArray<string>;
  /** The bounds of the model, in words. */
  readonly bounds: ReadonlyArray<string>;
  /** What a resumption must agree in. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** What it says its verdict is. */
  readonly expect?: Config['expect'];
  readonly writing: CounterexampleFiles;
}

// --- constructors ----------------------------------------------------------------------------------------------------------

const propertyId = (property: string): string =>
  Object.entries(PROPERTIES).find(([, { name }]) => name === property)?.[0] ?? 'property';

/** A configuration of Bayou's model. */
export const configured = ({ source, config, expect }: LoadedConfig): CheckedModel => {
  // What two configurations that are checked alike have in common: not their names, nor what they are for.
  const { name, about: _about, expect: _expect, ...identity } = config;
  return {
    source,
    config,
    model: {
      level: 'components',
      model: bayou(config),
      source: { module: new URL('../model/system.js', import.meta.url).href, name: 'bayou', args: [config] },
    },
    unjudged: [],
    legend: [LEGEND],
    bounds: boundPhrases(config),
    identity: { ...identity },
    writing: { stem: stemOf(name), fileOf: propertyId, script: (trace, property) => toScript(trace, config, property) },
    ...(expect === undefined ? {} : { expect }),
  };
};

/** A checked model as a plain one, with its guards: for all that goes step by step. @throws CheckerError (`model`) where it is none. */
export const plainModel = ({ model }: CheckedModel): Model<unknown, unknown> =>
  model.level === 'plain' ? contracted(model.model).model : (toModel(model.model) as unknown as Model<unknown, unknown>);

/** The same with only those properties that are wanted. */
export const judgedModel = (checked: CheckedModel): Model<unknown, unknown> => {
  const model = plainModel(checked);
  const { properties } = checked;
  const audit = auditOf(model);
  if (properties === undefined || audit === undefined) return model;
  return trust({ ...model, properties: model.properties.filter(({ name }) => properties.includes(name)) }, audit);
};

/** The run that leads to a fault of the model. */
export const runLines = ({ trace }: CheckerError): ReadonlyArray<string> =>
  trace === undefined ? [] : ['The run that leads there:', ...traceLines(trace), ''];

/** Runs something that calls a model's functions. What goes wrong in a model of one's own is said in one line: it is no bug of ours. */
export const blamed = async <T>(checked: CheckedModel, run: () => T | Promise<T>): Promise<T> => {
  try {
    return await run();
  } catch (error) {
    if (checked.config !== undefined || error instanceof UsageError) throw error;
    if (error instanceof CheckerError) throw new UsageError(`${checked.source}: ${error.message}`, runLines(error));
    throw new UsageError(`${checked.source}: the model went wrong while it was run: ${thrown(error)}`);
  }
};
