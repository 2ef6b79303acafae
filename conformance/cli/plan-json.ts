/** The JSON of a file with a plan, of whichever kind. */
import type * as E from 'fp-ts/lib/Either.js';
import { readJson } from '#bayou/command-line/named-files.js';

/** The longest plan, in bytes. */
const MAX_PLAN_BYTES = 16 * 1024 * 1024;

/** What is in it. Fails with the reason, in words that go on `FILE: `. */
export const planJson = (file: string): E.Either<string, unknown> => readJson(file, MAX_PLAN_BYTES);
