/** Refuses two options that name one place, where what is written for one would be lost for the other. */
import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UsageError } from './exit.js';

/** The place of a path, whether something stands there or not: links in the part that exists are followed. */
const placeOf = (path: string): string => {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    const parent = dirname(whole);
    return parent === whole ? whole : join(placeOf(parent), basename(whole));
  }
};

/** A path of the command line, with the option or argument that names it. Undefined: it was not given. */
export interface NamedPath {
  readonly name: string;
  readonly path: string | undefined;
}

type Given = NamedPath & { readonly path: string };

const isGiven = (named: NamedPath): named is Given => named.path !== undefined;

/** Why an output cannot be where it is, in one line: another option names the same place. Undefined: none does. */
export const wrongWithSamePath = (outputs: ReadonlyArray<NamedPath>, inputs: ReadonlyArray<NamedPath>): string | undefined => {
  const all = [...inputs, ...outputs].filter(isGiven).map((named) => ({ ...named, place: placeOf(named.path) }));
  for (const { name, path } of outputs.filter(isGiven)) {
    const other = all.find((one) => one.name !== name && one.place === placeOf(path));
    if (other !== undefined) return `${name}: ${path}: ${other.name} names it too; name another`;
  }
  return undefined;
};

/** Is the path in this folder, at any depth, or the folder itself? */
export const isWithin = (path: string, folder: string): boolean => {
  const way = relative(placeOf(folder), placeOf(path));
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
};

/** @throws UsageError where an output is at the place that another option names */
export const mustDiffer = (outputs: ReadonlyArray<NamedPath>, inputs: ReadonlyArray<NamedPath>): void => {
  const wrong = wrongWithSamePath(outputs, inputs);
  if (wrong !== undefined) throw new UsageError(wrong);
};
