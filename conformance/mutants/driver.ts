/** The commands that try mutants share this: copies of the build, several mutants at the same time, outcomes that outlive an interrupted run, rows of a table. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyWith, type Mutant } from './copy.js';

/** The project's folder, as seen from `dist/conformance/mutants`. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The folder of copies and kept outcomes of a command. */
export const copiesOf = (command: string): string => join(ROOT, 'node_modules/.cache', command);

/** Makes a copy of the build that has a mutant, and calls `use`. The copy is removed afterwards. */
export const inCopyWith = async <A>(mutant: Mutant, copy: string, use: (copy: string) => Promise<A>): Promise<A> => {
  try {
    copyWith(mutant, copy, ROOT);
    return await use(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};

/** Tries mutants, `atOnce` of them at the same time. */
export const tryMutants = async <M extends Mutant>(
  mutants: ReadonlyArray<M>,
  atOnce: number,
  tryOne: (mutant: M) => Promise<void>,
): Promise<void> => {
  const queue = [...mutants];
  const work = async (): Promise<void> => {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) await tryOne(mutant);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
};

/** The arguments of a command: names of mutants, and `--resume`. */
export const readArguments = (
  args: ReadonlyArray<string>,
): { readonly resumes: boolean; readonly names: ReadonlyArray<string> } => ({
  resumes: args.includes('--resume'),
  names: args.filter((arg) => arg !== '--resume'),
});

/** The outcomes of a run in a file, so that an interrupted run can go on. */
export interface KeptOutcomes<O> {
  /** The kept outcomes; none where they are those of another build. */
  readonly read: () => ReadonlyArray<O>;
  readonly write: (outcomes: Iterable<O>) => void;
}

/** Keeps outcomes in `file`. `build`: what the outcomes depend on; where this text has changed, they are not read again. */
export const keptOutcomes = <O>(file: string, build: string): KeptOutcomes<O> => ({
  read: () => {
    if (!existsSync(file)) return [];
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { readonly build: string; readonly outcomes: ReadonlyArray<O> };
    return kept.build === build ? kept.outcomes : [];
  },
  write: (outcomes) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ build, outcomes: [...outcomes] }));
  },
});

/** A row of a table in Markdown. */
export const rowOf = (cells: ReadonlyArray<string>): string => `| ${cells.join(' | ').replaceAll('\n', ' ')} |`;
