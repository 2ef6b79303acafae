/** Loads a user's own model: a module whose default export is a `Model` or a `ComponentModel`, or a function that returns one. */
import { statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import type { ComponentModel } from '../../checker/model.js';
import { text } from '../../checker/shown/text.js';
import { codeOf } from '../../files/error-code.js';
import { readBytes } from '../../command-line/named-files.js';
import { UsageError } from '../../command-line/exit.js';
import { tellSupervisor } from '../supervised/supervisor-pipe.js';
import { CheckerError } from '../../checker/error.js';
import { builtinsNow, mustLeaveBuiltins } from '../../checker/contract/builtins.js';
import { keepChance } from '../../checker/contract/chance.js';
import { keepClocks } from '../../checker/contract/clocks.js';
import { begin, leave, LOADING, MAKING } from '../../checker/contract/current-call.js';
import { decodeModel, type DecodedModel } from '../../checker/contract/model-shape.js';
import { mustBeComponentModel } from '../../checker/contract/validate.js';
import { thrown } from '../../checker/contract/model-faults.js';
import { fileOfModule } from './examples.js';
import { moduleDigests } from './module-digests.js';
import { knowOwnPackage } from './own-package.js';
import { FIELD_OPTIONS, type OptionValue } from './field-options.js';
import { propertyNames, slug } from '../../checked-model/file-names.js';
import { parametersOf } from './parameters.js';
import { syntaxErrorAt } from './syntax-error.js';
import type { CheckArgs } from './check-args.js';
import type { Parameters, CheckedModel } from '../../checked-model/checked-model.js';

/** The property that `--deadlock` adds. */
export const DEADLOCK = { name: 'some step can always be taken', kind: 'noDeadlock' } as const;

// --- loading ---------------------------------------------------------------------------------------------------------------

/** How long loading a module may take, and how long its function may take to return the model, in ms. */
const DEADLINE_MS = 60_000;

const inTime = async <T>(what: string, promised: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new UsageError(`${what} did not end within ${DEADLINE_MS / 1000} s`)), DEADLINE_MS);
  });
  return Promise.race([promised, late]).finally(() => clearTimeout(timer));
};

/** Does the error say in one line what is wrong? */
const isTold = (error: unknown): error is UsageError | CheckerError =>
  error instanceof UsageError || error instanceof CheckerError;

/** The longest module, in bytes. */
const MAX_SOURCE_BYTES = 64 * 1024 * 1024;

/** The text of a module. @throws UsageError where its path is not that of a file */
const mustBeFile = (path: string): string => {
  const source = readBytes(path, MAX_SOURCE_BYTES);
  if (E.isLeft(source)) throw new UsageError(source.left);
  // Node reads the module again, and a pipe can be read once.
  if (!statSync(path).isFile()) throw new UsageError('it is a pipe');
  return source.right.toString('utf8');
};

/** Says why an import failed. Of a syntax error it names the line; of TypeScript that this Node cannot run, it says what to do. */
const importFault = (path: string, error: unknown): string => {
  if (codeOf(error) === 'ERR_UNKNOWN_FILE_EXTENSION')
    return `Node ${process.version} cannot run TypeScript: compile it to JavaScript first, or use Node 22.18 or later`;
  const at = error instanceof SyntaxError ? syntaxErrorAt(path) : undefined;
  return `it cannot be loaded: ${thrown(error)}${at === undefined ? '' : ` (${at})`}`;
};

const imported = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
  knowOwnPackage(mustBeFile(path));
  keepClocks();
  keepChance();
  const outer = begin(LOADING);
  const builtins = builtinsNow();
  try {
    const exported = (await inTime('loading it', import(pathToFileURL(path).href))) as Readonly<Record<string, unknown>>;
    mustLeaveBuiltins(builtins, 'it');
    return exported;
  } catch (error) {
    mustLeaveBuiltins(builtins, 'it');
    throw isTold(error) ? error : new UsageError(importFault(path, error));
  } finally {
    leave(outer);
  }
};

/** An export by its name. A module that a compiler turned into CommonJS has its exports inside the default one. */
const namedExport = (exported: Readonly<Record<string, unknown>>, name: string): unknown => {
  if (name in exported) return exported[name];
  const { default: inner } = exported as { readonly default?: Readonly<Record<string, unknown>> | null };
  return inner?.['__esModule'] === true ? inner[name] : undefined;
};

/** The default export. A module that a compiler turned into CommonJS has it inside another default export. */
const defaultOf = (exported: Readonly<Record<string, unknown>>): unknown => {
  const { default: found } = exported;
  if (!('default' in exported)) {
    const names = Object.keys(exported);
    throw new UsageError(
      `it has no default export${names.length === 0 ? '' : `, only ${names.join(', ')}`}: export default the model`,
    );
  }
  const inner = found as { readonly __esModule?: unknown; readonly default?: unknown } | null | undefined;
  return inner?.__esModule === true && 'default' in inner ? inner.default : found;
};

const made = async (exported: unknown, parameters: Parameters | undefined): Promise<unknown> => {
  const make = exported as (parameters?: Parameters) => unknown;
  const outer = begin(MAKING);
  const builtins = builtinsNow();
  try {
    const model = await inTime(
      'its default export',
      Promise.resolve(typeof exported !== 'function' ? exported : parameters === undefined ? make() : make(parameters)),
    );
    mustLeaveBuiltins(builtins, 'its default export');
    return model;
  } catch (error) {
    mustLeaveBuiltins(builtins, 'its default export');
    throw isTold(error) ? error : new UsageError(`its default export threw ${thrown(error)}`);
  } finally {
    leave(outer);
  }
};

/** A model of a module, with the parameters that it was made with. */
interface Made {
  readonly decoded: DecodedModel;
  readonly parameters: Parameters | undefined;
}

/** Adds the deadlock property to a model without properties, which could not be decoded otherwise. Leaves any other model as it is. */
const withSomethingToJudge = (model: unknown): unknown => {
  const { properties } = (model ?? {}) as { readonly properties?: unknown };
  const isPlain = typeof model === 'object' && model !== null && Object.getPrototypeOf(model) === Object.prototype;
  return isPlain && Array.isArray(properties) && properties.length === 0 ? { ...model, properties: [DEADLOCK] } : model;
};

/** Decodes a model. Decoding may run the model's functions (getters, those of a proxy), which may throw. */
const decodedOf = (model: unknown, deadlock: boolean): ReturnType<typeof decodeModel> => {
  try {
    return decodeModel(deadlock ? withSomethingToJudge(model) : model);
  } catch (error) {
    throw isTold(error) ? error : new UsageError(`its default export threw ${thrown(error)}`);
  }
};

const decode = (model: unknown, deadlock: boolean): DecodedModel => {
  const decoded = decodedOf(model, deadlock);
  if (E.isLeft(decoded)) throw new UsageError(`its default export: ${decoded.left}`);
  if (decoded.right.level === 'components') mustBeComponentModel(decoded.right.model);
  return deadlock ? judgingDeadlock(decoded.right) : decoded.right;
};

/** Loads the model of a module. @throws UsageError with one line that says what is wrong with the module, and what is expected */
const load = async (file: string, { sets, deadlock }: CheckArgs): Promise<Made> => {
  const exported = await imported(resolve(file));
  const model = defaultOf(exported);
  const parameters = parametersOf(namedExport(exported, 'parameters'), typeof model === 'function', sets);
  return { decoded: decode(await made(model, parameters), deadlock), parameters };
};

/** The component model of a module, for a thread. Its parameters are those with which the main thread made the model. */
export const componentModelOf = async (file: string, parameters?: Parameters, deadlock = false): Promise<ComponentModel> => {
  const { level, model } = decode(await made(defaultOf(await imported(file)), parameters), deadlock);
  if (level === 'plain') throw new TypeError(`${file}: it has no components`);
  return model;
};

// --- deadlock --------------------------------------------------------------------------------------------------------------

const judgesDeadlock = ({ model: { properties } }: DecodedModel): boolean => properties.some(({ kind }) => kind === 'noDeadlock');

/** Adds a property that judges deadlock to a model that has none. @throws UsageError where the name of that property is taken. */
const judgingDeadlock = (decoded: DecodedModel): DecodedModel => {
  if (judgesDeadlock(decoded)) return decoded;
  if (decoded.model.properties.some(({ name }) => name === DEADLOCK.name))
    throw new UsageError(
      `--deadlock adds a property with the name "${DEADLOCK.name}", and the model has another with it: give that one another name`,
    );
  return decoded.level === 'plain'
    ? { ...decoded, model: { ...decoded.model, properties: [...decoded.model.properties, DEADLOCK] } }
    : { ...decoded, model: { ...decoded.model, properties: [...decoded.model.properties, DEADLOCK] } };
};

// --- properties by name ----------------------------------------------------------------------------------------------------

const PROPERTIES = '--properties';

/** A name without the spaces at its commas. */
const squeezed = (name: string): string => name.replace(/\s*,\s*/g, ',').trim();

/** The properties that a piece of the list means: the one of that very name, or else all whose names differ from it in spaces at commas alone. */
const meantBy = (piece: string, known: ReadonlyArray<string>): ReadonlyArray<string> =>
  known.includes(piece.trim()) ? [piece.trim()] : known.filter((name) => squeezed(name) === squeezed(piece));

/**
 * The property names in a list with commas. Names are sentences and may themselves have commas, so a list may be read in several ways: then
 * the properties of all of them are judged, for one that is left out may be the one that is violated.
 */
const namesIn = ({ value, text: said }: OptionValue, known: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (!t.array(t.string).is(value)) throw new UsageError(`${PROPERTIES}: use the properties' names, with commas between`);
  const pieces = said.split(',');
  const words = (at: number, end: number): ReadonlyArray<string> => meantBy(pieces.slice(at, end).join(','), known);
  // From the end: where a name may begin, so that names follow each other to the end.
  const ends = new Map<number, ReadonlyArray<number>>([[pieces.length, []]]);
  for (let at = pieces.length - 1; at >= 0; at--) {
    const found = pieces.map((_, i) => i + 1).filter((end) => end > at && ends.has(end) && words(at, end).length > 0);
    if (found.length > 0) ends.set(at, found);
  }
  if (!ends.has(0)) {
    const wrong = pieces.find(
      (_, at) => !pieces.some((__, i) => i <= at && pieces.some((___, j) => j >= at && words(i, j + 1).length > 0)),
    );
    throw new UsageError(
      `${PROPERTIES}: it has no property "${(wrong ?? said).trim()}"; it has ${known.map((name) => `"${name}"`).join(', ')}`,
    );
  }
  const begins = new Set([0]);
  const names = new Set<string>();
  for (const at of begins)
    for (const end of ends.get(at)!) {
      begins.add(end);
      words(at, end).forEach((name) => names.add(name));
    }
  return [...names];
};

/** The properties that are judged: those that were named and, with --deadlock, those of deadlock. */
const chosen = (
  { model: { properties } }: DecodedModel,
  named: ReadonlyArray<string>,
  { deadlock }: CheckArgs,
): ReadonlyArray<string> => [
  ...named,
  ...properties.flatMap(({ kind, name }) => (deadlock && kind === 'noDeadlock' && !named.includes(name) ? [name] : [])),
];

// --- the checked model ------------------------------------------------------------------------------------------------------

/** Refuses options that are about Bayou's configurations, and mean nothing for a user's own model. */
const mustBeMeant = ({ fields, format = [] }: CheckArgs): void => {
  const strange = [
    ...FIELD_OPTIONS.flatMap(({ flag, field }) => (fields.has(field) && field !== 'properties' ? [flag] : [])),
    // Where other formats are asked for as well, this one is left out, and a line says so.
    ...(format.length > 0 && format.every((name) => name === 'script') ? ['--format script'] : []),
  ];
  if (strange.length > 0)
    throw new UsageError(`${strange.join(', ')}: for configurations of Bayou's model, and this is a model of your own`);
};

const DEADLOCK_UNJUDGED = 'Deadlock is not judged: the model has no property of kind noDeadlock (--deadlock adds one).';

const checkedModelOf = async (source: string, args: CheckArgs): Promise<CheckedModel> => {
  mustBeMeant(args);
  const file = await fileOfModule(source);
  const { decoded, parameters } = await load(file, args);
  const all = decoded.model.properties.map(({ name }) => name);
  const wanted = args.fields.get('properties');
  const properties = wanted === undefined ? all : chosen(decoded, namesIn(wanted, all), args);
  const { module, name } = { module: import.meta.url, name: 'componentModelOf' };
  const path = resolve(file);
  return {
    source,
    model:
      decoded.level === 'plain' ? decoded : { ...decoded, source: { module, name, args: [path, parameters, args.deadlock] } },
    properties,
    ...(parameters === undefined ? {} : { parameters }),
    unjudged: judgesDeadlock(decoded) || wanted !== undefined ? [] : [DEADLOCK_UNJUDGED],
    legend: [],
    bounds: Object.entries(parameters ?? {}).map(([parameter, value]) => `${parameter} = ${text(value)}`),
    identity: {
      properties,
      ...(parameters === undefined ? {} : { parameters }),
      // Only a checkpoint needs to know whether the module has changed.
      ...(args.checkpoint === undefined && args.resume === undefined ? {} : moduleDigests(file)),
    },
    writing: { stem: slug(basename(path, extname(path))), fileOf: propertyNames(all) },
  };
};

/** The model of a module, ready to be checked. @throws UsageError with one line that names the module, says what is wrong with it, and what is expected */
export const moduleModel = async (source: string, args: CheckArgs): Promise<CheckedModel> => {
  tellSupervisor({ kind: 'model', source });
  try {
    return await checkedModelOf(source, args);
  } catch (error) {
    if (isTold(error)) throw new UsageError(`${source}: ${error.message}`);
    throw error;
  }
};
