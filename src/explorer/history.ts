/**
 * Finds a run's steps, and the parts of its states at each step: a part's value is its last change before that step. A run that came in blocks
 * (see {@link Blocks}) is read one block at a time.
 */
import type { Arrow, Block, Changes, Mark, PartShot, RunShot, StepShot } from './shape.js';

// --- steps -----------------------------------------------------------------------------------------------------------------

/** The number of a run's steps. */
export const lengthOf = ({ steps, blocks }: RunShot): number => blocks?.count ?? steps.length;

/** The step with a number, from 1. Undefined: the run has no such step. */
export const stepAt = (run: RunShot, step: number): StepShot | undefined => {
  const { steps, blocks } = run;
  if (blocks === undefined) return steps[step - 1];
  if (step < 1 || step > blocks.count) return undefined;
  return blocks.read(Math.floor((step - 1) / blocks.size)).steps[(step - 1) % blocks.size];
};

// --- parts -----------------------------------------------------------------------------------------------------------------

interface Line {
  readonly at: number[];
  readonly shots: (PartShot | null)[];
}

/** Parts, each with its changes. */
interface Timeline {
  readonly names: ReadonlyArray<string>;
  readonly lines: ReadonlyMap<string, Line>;
}

/** A run or a block of one, from which a timeline is made. */
interface Stretch {
  readonly initial: Changes;
  readonly steps: ReadonlyArray<StepShot>;
}

const made = new WeakMap<Stretch, Timeline>();

const make = ({ initial, steps }: Stretch): Timeline => {
  const lines = new Map<string, Line>();
  const put = (name: string, at: number, shot: PartShot | null): void => {
    let line = lines.get(name);
    if (line === undefined) lines.set(name, (line = { at: [], shots: [] }));
    line.at.push(at);
    line.shots.push(shot);
  };
  for (const [name, shot] of Object.entries(initial)) put(name, 0, shot);
  steps.forEach(({ changed }, i) => {
    for (const [name, shot] of Object.entries(changed)) put(name, i + 1, shot);
  });
  return { names: [...lines.keys()], lines };
};

/** The timeline of a whole run, or of a block. It is made once for each. */
export const timelineOf = (stretch: Stretch): Timeline => {
  let known = made.get(stretch);
  if (known === undefined) made.set(stretch, (known = make(stretch)));
  return known;
};

const lastIn = (stretch: Stretch, name: string, at: number): PartShot | null => {
  const line = timelineOf(stretch).lines.get(name);
  return line?.shots[firstFrom(line.at, (changed) => changed > at) - 1] ?? null;
};

/** A part of the state after `at` steps. Null: the state does not have the part. */
export const partAt = (run: RunShot, name: string, at: number): PartShot | null => {
  const { blocks } = run;
  if (blocks === undefined || blocks.count === 0 || at === 0) return lastIn(run, name, at);
  const index = Math.min(Math.floor((at - 1) / blocks.size), Math.floor((blocks.count - 1) / blocks.size));
  return lastIn(blocks.read(index), name, at - index * blocks.size);
};

/** Did a step, counted from 1, change a part? */
export const isChangedAt = (run: RunShot, name: string, step: number): boolean =>
  Object.hasOwn(stepAt(run, step)?.changed ?? {}, name);

/** The names of all parts that the run's states ever have. */
export const namesOf = (run: RunShot): ReadonlyArray<string> => run.blocks?.names ?? timelineOf(run).names;

/** Sorts names of parts so that `s10` comes after `s9`. */
export const sortedNames = (names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));

// --- what is drawn ---------------------------------------------------------------------------------------------------------

/** The first index of a sorted list from which on `is` is true. */
const firstFrom = <T>(all: ReadonlyArray<T>, is: (item: T) => boolean): number => {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(all[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** The items between two steps in a list that is sorted by step. */
const between = <T>(all: ReadonlyArray<T>, stepOf: (item: T) => number, from: number, to: number): ReadonlyArray<T> =>
  all.slice(
    firstFrom(all, (item) => stepOf(item) >= from),
    firstFrom(all, (item) => stepOf(item) > to),
  );

const blocksWithin = ({ blocks }: RunShot, from: number, to: number): ReadonlyArray<Block> => {
  if (blocks === undefined || blocks.count === 0) return [];
  const [first, last] = [Math.max(1, from), Math.min(blocks.count, to)].map((step) => Math.floor((step - 1) / blocks.size));
  return Array.from({ length: Math.max(0, last! - first! + 1) }, (_, i) => blocks.read(first! + i));
};

/** The marks of a run between two steps. `whole`: all marks, if the run is not in blocks. */
export const marksWithin = (run: RunShot, whole: ReadonlyArray<Mark>, from: number, to: number): ReadonlyArray<Mark> =>
  between(run.blocks === undefined ? whole : blocksWithin(run, from, to).flatMap(({ marks }) => marks), ({ at }) => at, from, to);

/** The arrows of a run that end between two steps. `whole`: all arrows, if the run is not in blocks. */
export const arrowsWithin = (run: RunShot, whole: ReadonlyArray<Arrow>, from: number, to: number): ReadonlyArray<Arrow> =>
  between(
    run.blocks === undefined ? whole : blocksWithin(run, from, to).flatMap(({ arrows }) => arrows),
    ({ to: [, step] }) => step,
    from,
    to,
  );
