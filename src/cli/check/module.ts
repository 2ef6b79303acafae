/** A model of one's own: a module whose default export is a `Model` or a `ComponentModel`, or a function that gives one. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import type { ComponentModel } from '../../checker/interface.js';
import { UsageError } from '../exit.js';
import { propertyNames, slug } from './names.js';
import type { CheckArgs } from './args.js';
import { faultOf, probe } from './probe.js';
import { decodeModel, type Decoded } from './shape.js';
import type { Subject } from './subject.js';

// --- loading ---------------------------------------------------------------------------------------------------------------

const EXTENSIONS = ['.mjs', '.js', '.cjs', '.ts', '.mts', '.cts'];

/** How long a module may take to be loaded, and its function to give the model, in ms each. */
const DEADLINE_MS = 60_000;

/** Whether what the user named is a module, by its extension. */
export const isModule = (source: string): boolean => EXTENSIONS.includes(extname(source));

const inTime = async <T>(what: string, promised: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new UsageError(`${what} did not end within ${DEADLINE_MS / 1000} s`)), DEADLINE_MS);
  });
  return Promise.race([promised, late]).finally(() => clearTimeout(timer));
};

const mustBeFile = (path: string): void => {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError('there is no such file');
  if (!found.isFile()) throw new UsageError('it is no file');
};

/** What a failed import says; of what Node cannot run at all, what to do. */
const importFault = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION')
    return `Node ${process.version} cannot run TypeScript: compile it to JavaScript first, or use Node 22.18 or later`;
  return `it cannot be loaded: ${faultOf(error)}`;
};

const imported = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
  mustBeFile(path);
  try {
    return await inTime('loading it', import(pathToFileURL(path).href) as Promise<Readonly<Record<string, unknown>>>);
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(importFault(error));
  }
};

/** The default export; of a module that a compiler made CommonJS, what it calls the default. */
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

const made = async (exported: unknown): Promise<unknown> => {
  try {
    return await inTime(
      'its default export',
      Promise.resolve(typeof exported === 'function' ? (exported as () => unknown)() : exported),
    );
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`its default export threw ${faultOf(error)}`);
  }
};

/** Loads the model of a module. @throws UsageError with one line: what is wrong with it, and what is expected. */
const load = async (source: string): Promise<Decoded> => {
  const decoded = decodeModel(await made(defaultOf(await imported(resolve(source)))));
  if (E.isLeft(decoded)) throw new UsageError(`its default export: ${decoded.left}`);
  probe(decoded.right);
  return decoded.right;
};

/** The component model of a module, for a thread. */
export const componentModelOf = async (path: string): Promise<ComponentModel> => {
  const { level, model } = await load(path);
  if (level === 'plain') throw new TypeError(`${path}: it has no components`);
  return model;
};

// --- properties by name ----------------------------------------------------------------------------------------------------

/** What the command line says of a field. */
type Override = CheckArgs['overrides'] extends ReadonlyMap<string, infer O> ? O : never;

/** Names are sentences and may hold commas: of the pieces between commas, as many are a name as can be. */
const namesIn = ({ value, option }: Override, known: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (!t.array(t.string).is(value)) throw new UsageError(`${option}: use the properties' names, with commas between`);
  const pieces = value.map((piece) => piece.replace(/\s*,\s*/g, ','));
  const squeezed = new Map(
    known.map((name) => [
      name
        .split(',')
        .map((piece) => piece.trim())
        .join(','),
      name,
    ]),
  );
  const names: string[] = [];
  for (let at = 0; at < pieces.length;) {
    let end = pieces.length;
    while (end > at && !squeezed.has(pieces.slice(at, end).join(','))) end--;
    if (end === at)
      throw new UsageError(
        `${option}: it has no property "${pieces[at]!}"; it has ${known.map((name) => `"${name}"`).join(', ')}`,
      );
    names.push(squeezed.get(pieces.slice(at, end).join(','))!);
    at = end;
  }
  return names;
};

// --- the subject -----------------------------------------------------------------------------------------------------------

const refuse = (source: string, why: string): UsageError => new UsageError(`${source}: ${why}`);

/** Options about Bayou's configurations say nothing of a model of one's own. */
const mustBeMeant = ({ overrides, format = [] }: CheckArgs): void => {
  const strange = [
    ...[...overrides].flatMap(([field, { option }]) => (field === 'properties' ? [] : [option])),
    ...(format.includes('script') ? ['--format script'] : []),
  ];
  if (strange.length > 0)
    throw new UsageError(`${strange.join(', ')}: for configurations of Bayou's model, and this is a model of your own`);
};

/** The model of a module. @throws UsageError with one line: the module, what is wrong with it, and what is expected. */
export const moduleSubject = async (source: string, args: CheckArgs): Promise<Subject> => {
  try {
    mustBeMeant(args);
    const decoded = await load(source);
    const all = decoded.model.properties.map(({ name }) => name);
    const wanted = args.overrides.get('properties');
    const properties = wanted === undefined ? all : namesIn(wanted, all);
    return {
      source,
      model:
        decoded.level === 'plain'
          ? decoded
          : { ...decoded, source: { module: import.meta.url, name: 'componentModelOf', args: [resolve(source)] } },
      properties,
      bounds: [],
      identity: { properties, 'SHA-256 of the module': createHash('sha256').update(readFileSync(source)).digest('hex') },
      writing: { stem: slug(basename(source, extname(source))), fileOf: propertyNames(all) },
    };
  } catch (error) {
    if (error instanceof UsageError) throw refuse(source, error.message);
    throw error;
  }
};
