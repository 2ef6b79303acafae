/** Reads the JSON of a file with a plan of any kind. */
import type * as E from 'fp-ts/lib/Either.js';
import { readJson } from '#bayou/command-line/named-files.js';

/** The longest plan, in bytes. */
const MAX_PLAN_BYTES = 16 * 1024 * 1024;

/** Is it the name of a file with a plan? */
export const isPlan = (path: string): boolean => path.endsWith('.json');

/** The JSON value in a file. Left: the reason, as words that follow `FILE: `. */
export const planJson = (file: string): E.Either<string, unknown> => readJson(file, MAX_PLAN_BYTES);
