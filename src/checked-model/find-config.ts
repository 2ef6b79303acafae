/** Finds, reads, overrides and decodes configurations. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { isRecord } from '../core/codec.js';
import { decodeConfig } from '../model/checking/config.js';
import { isLink, readJson, standsAt } from '../command-line/named-files.js';
import { UsageError } from '../command-line/exit.js';
import type { LoadedConfig, Overrides } from './checked-model.js';
import { asVariant, variantNamed } from './variant-names.js';

/** The folder of the configurations that come with the package. */
const SHIPPED = fileURLToPath(new URL('../../spec/configs', import.meta.url));

// --- operations ------------------------------------------------------------------------------------------------------------

/** The file of a configuration that comes with the package. */
export const shippedConfig = (name: string): string => join(SHIPPED, `${name}.json`);

/** The names of the configurations that come with the package, sorted. */
export const shippedConfigs = async (): Promise<ReadonlyArray<string>> =>
  (await readdir(SHIPPED))
    .filter((file) => file.endsWith('.json'))
    .map((file) => basename(file, '.json'))
    .sort();

/**
 * The configurations that a name stands for. The name of a fault (`V1`, `original-clock`) stands for all configurations of the package with that fault. Any other
 * name stands for itself, or for the configuration whose name differs only in case.
 */
export const namedBy = async (source: string): Promise<ReadonlyArray<string>> => {
  if (!isName(source) || existsSync(source)) return [source];
  const shipped = await shippedConfigs();
  const wanted = source.toLowerCase();
  if (shipped.includes(source)) return [source];
  const alike = shipped.filter((name) => name.toLowerCase() === wanted);
  if (alike.length > 0) return alike;
  const variant = variantNamed(source);
  const faulty = variant === undefined ? [] : shipped.filter((name) => name.startsWith(`${variant.toLowerCase()}-`));
  return faulty.length > 0 ? faulty : [source];
};

const isName = (source: string): boolean => /^[\w-]+$/.test(source);

/** The longest file of a configuration, in bytes. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Is `file` the file that `source` means? A folder with the name of a configuration is not. A link that leads nowhere is, and reading it fails. */
const isMeant = (source: string, file: string): boolean => !isName(source) || !(standsAt(file)?.isDirectory() ?? !isLink(file));

const read = (source: string): unknown => {
  const candidates = isName(source) ? [source, shippedConfig(source)] : [source];
  const file = candidates.find((candidate) => isMeant(source, candidate));
  if (file === undefined)
    throw new UsageError(
      `${source}: there is neither such a file nor a configuration of that name; bayou check --list shows them`,
    );
  const json = readJson(file, MAX_BYTES);
  if (E.isLeft(json)) throw new UsageError(`${source}: ${json.left}`);
  return json.right;
};

/** Why a JSON object is no configuration and no path, in words that follow its file; undefined: nothing is seen. */
export const otherKind = (json: Readonly<Record<string, unknown>>): string | undefined => {
  if (Object.keys(json).length === 0)
    return 'it is empty: a configuration has fields (bayou check --list), a path or a counterexample has steps';
  // All traces in the Informal Trace Format have these two, those of other checkers too.
  return 'vars' in json && 'states' in json
    ? 'it is an ITF file, which other tools read; bayou explore and bayou check --replay read the counterexample that --format json writes'
    : undefined;
};

/** The fields with the variant by its number, where they have it in words. */
const withVariant = (fields: Readonly<Record<string, unknown>>): unknown =>
  'variant' in fields ? { ...fields, variant: asVariant(fields['variant']) } : fields;

/** Says what run a JSON object has where a configuration is expected; undefined: none is seen. */
const runIn = (json: Readonly<Record<string, unknown>>): string | undefined => {
  if ('steps' in json && !('seed' in json)) return 'it is a path or a counterexample: use bayou check --replay, or bayou explore';
  return 'script' in json ? 'it is the plan of a run: use bayou conform' : undefined;
};

/** A complaint about a field, as one about the option that set the field, if one did. */
const blame = (source: string, overrides: Overrides, complaint: string): string => {
  const override = overrides.get(complaint.slice(0, complaint.indexOf(':')));
  return `${override === undefined ? source : override.option}: ${complaint}`;
};

/** Fields that can be overridden and leave what the configuration expects as it is. */
const NEUTRAL = new Set(['name', 'about', 'expect']);

/**
 * The configuration in a file, or the package's configuration with this name.
 * @throws UsageError with one line that names the file or option, the field, and what it should be
 */
export const loadConfig = (source: string, overrides: Overrides = new Map()): LoadedConfig => {
  const json = read(source);
  const other = isRecord(json) ? (otherKind(json) ?? runIn(json)) : undefined;
  if (other !== undefined) throw new UsageError(`${source}: ${other}`);
  const set = Object.fromEntries(Array.from(overrides, ([field, { value }]) => [field, value]));
  const changed = [...overrides.keys()].some((field) => !NEUTRAL.has(field));
  const { expect: claim, ...rest } = isRecord(json) ? json : {};
  const decoded = decodeConfig(isRecord(json) ? withVariant({ ...(changed ? rest : json), ...set }) : json);
  if (E.isLeft(decoded)) throw new UsageError(decoded.left.map((line) => blame(source, overrides, line)).join('; '));
  const config = decoded.right;
  return { source, config, ...(!changed && claim !== undefined ? { expect: config.expect } : {}) };
};
