/** What the parts of a run's states are at each step: found by the last change before it, however long the run is. */
import type { PartShot, RunShot } from '../shape.js';

interface Line {
  readonly at: number[];
  readonly shots: (PartShot | null)[];
}

/** The parts of a run, each with its changes. */
export interface Timeline {
  readonly names: ReadonlyArray<string>;
  readonly lines: ReadonlyMap<string, Line>;
}

const made = new WeakMap<RunShot, Timeline>();

const make = ({ initial, steps }: RunShot): Timeline => {
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

/** The changes of a run; made once for each. */
export const timelineOf = (run: RunShot): Timeline => {
  let known = made.get(run);
  if (known === undefined) made.set(run, (known = make(run)));
  return known;
};

/** A part in the state after so many steps; null where it is not there. */
export const partAt = (run: RunShot, name: string, at: number): PartShot | null => {
  const line = timelineOf(run).lines.get(name);
  if (line === undefined) return null;
  let [low, high] = [0, line.at.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (line.at[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return line.shots[low - 1] ?? null;
};

/** Parts in an order in which `s10` comes after `s9`. */
export const sortedNames = (names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
