/**
 * The transport form of an exploration: JSON in one line, and the steps of its long runs in blocks of one line each. So a page opens before it
 * reads the blocks, and reads a block only when the user looks at it.
 */
import { drawingOf } from './draw.js';
import { namesOf } from './history.js';
import type { Block, Blocks, Changes, Exploration, RunShot, StepShot } from './shape.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** The most steps of a run that is packed in one piece. A longer run is packed in blocks. */
const LONG = 2000;
/** The number of steps in a block. */
const SIZE = 500;
/** The most blocks that are kept after reading: as many as the page shows together, and some more. */
const MOST_KEPT = 24;

/** The blocks of a run, as the first line has them. */
type Packed = Omit<Blocks, 'read'> & {
  /** The number of the run's first block, among the blocks of all runs. */
  readonly first: number;
};

type PackedRun = Omit<RunShot, 'blocks'> & { readonly blocks?: Packed };
type Head = Omit<Exploration, 'runs'> & { readonly runs: ReadonlyArray<PackedRun> };

/** An exploration as lines of JSON. */
export interface Lines {
  readonly head: string;
  readonly blocks: ReadonlyArray<string>;
}

// --- packing ---------------------------------------------------------------------------------------------------------------

const sliced = <T>(all: ReadonlyArray<T>, stepOf: (item: T) => number): ReadonlyArray<ReadonlyArray<T>> => {
  const slices: T[][] = [];
  for (const item of all) (slices[Math.floor((Math.max(1, stepOf(item)) - 1) / SIZE)] ??= []).push(item);
  return slices;
};

const waysOf = (steps: ReadonlyArray<StepShot>): ReadonlyArray<number> | undefined => {
  const ways = steps.flatMap(({ way }) => way ?? []);
  return ways.length === steps.length ? ways : undefined;
};

const blocksOf = ({ initial, steps }: RunShot, marks: ReadonlyArray<Block['marks']>, arrows: ReadonlyArray<Block['arrows']>) => {
  const blocks: Block[] = [];
  const now = new Map<string, Changes[string]>(Object.entries(initial));
  for (let from = 0, i = 0; from < steps.length; from += SIZE, i++) {
    const some = steps.slice(from, from + SIZE);
    blocks.push({ initial: Object.fromEntries(now), steps: some, marks: marks[i] ?? [], arrows: arrows[i] ?? [] });
    for (const { changed } of some) for (const [name, shot] of Object.entries(changed)) now.set(name, shot);
  }
  return blocks;
};

const packedRun = (run: RunShot, first: number): readonly [PackedRun, ReadonlyArray<Block>] => {
  const { lanes, bands, marks, arrows, hasLinks } = drawingOf(run);
  const ways = waysOf(run.steps);
  const noted = run.steps.findIndex(({ aside }) => aside !== undefined) + 1;
  const about: Packed = {
    first,
    count: run.steps.length,
    size: SIZE,
    names: namesOf(run),
    messages: arrows.length,
    ...(ways === undefined ? {} : { ways }),
    ...(noted === 0 ? {} : { noted }),
  };
  const drawing = { lanes, bands, marks: [], arrows: [], ...(hasLinks === undefined ? {} : { hasLinks }) };
  return [
    { ...run, steps: [], blocks: about, drawing },
    blocksOf(
      run,
      sliced(marks, ({ at }) => at),
      sliced(arrows, ({ to: [, at] }) => at),
    ),
  ];
};

/** Packs an exploration. */
export const pack = (exploration: Exploration): Lines => {
  const blocks: string[] = [];
  const runs = exploration.runs.map((run): PackedRun => {
    const { blocks: _, ...whole } = run;
    if (run.steps.length <= LONG) return whole;
    const [packed, its] = packedRun(run, blocks.length);
    blocks.push(...its.map((block) => JSON.stringify(block)));
    return packed;
  });
  return { head: JSON.stringify({ ...exploration, runs } satisfies Head), blocks };
};

// --- unpacking -------------------------------------------------------------------------------------------------------------

/** Reads blocks, and keeps the last ones. */
const reading = (first: number, blockAt: (index: number) => string): Blocks['read'] => {
  const kept = new Map<number, Block>();
  return (index) => {
    const known = kept.get(index) ?? (JSON.parse(blockAt(first + index)) as Block);
    // The block goes to the end of `kept`, so the first block is the least recently read one.
    kept.delete(index);
    kept.set(index, known);
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
    return known;
  };
};

/** The exploration that a first line begins. `blockAt`: reads one of the lines after it, which are numbered from 0. */
export const unpack = (head: string, blockAt: (index: number) => string): Exploration => {
  const { runs, ...rest } = JSON.parse(head) as Head;
  return {
    ...rest,
    runs: runs.map(({ blocks, ...run }): RunShot => {
      if (blocks === undefined) return run;
      const { first, ...about } = blocks;
      return { ...run, blocks: { ...about, read: reading(first, blockAt) } };
    }),
  };
};
