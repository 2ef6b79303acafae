import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Report } from '#bayou/checker/report.js';
import { bayou } from '../run.js';

/** A folder of the tests of one file, for models that they write. */
export interface OwnFolder {
  /** Its path; there is none before the first test. */
  readonly path: () => string;
  /** Writes a file into it; gives its path. */
  readonly file: (name: string, text: string) => Promise<string>;
}

/** Makes the folder before the first test of the file, and takes it away after the last. */
export const ownFolder = (): OwnFolder => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bayou-own-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  return {
    path: () => folder,
    file: async (name, text) => {
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    },
  };
};

/** The report of `bayou check`. */
export const report = async (...args: ReadonlyArray<string>): Promise<Report> =>
  JSON.parse((await bayou(['check', ...args, '--json'])).stdout) as Report;
