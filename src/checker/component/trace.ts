/**
 * Shortest counterexamples from a breadth-first search that keeps no parents: only the depth of each state, modulo 255, in its cell.
 *
 * A predecessor of a state of depth `d` that was found has depth `d - 1` or more, and when a violation is found at depth `d` no
 * state deeper than `d` is known. So of the predecessors known, one marked `d - 1` modulo 255 has depth `d - 1` exactly, and one
 * exists. Predecessors are read off the memo: a row whose outcome has the ids that the state has in the interaction's slots, and
 * whose other ids are the state's own.
 *
 * Under a reduction the states on the way are representatives. The run is then done again on the unreduced model, choosing at each
 * step one whose result has the next representative; one exists, as permutations are automorphisms and the quotient commutes with the steps.
 */
import { type Counterexample, type Shown, type TraceStep } from '../report.js';
import type { ComponentModel, Outcome } from '../interface.js';
import type { Meeting, Talk } from './compile.js';
import { CheckerError } from './error.js';
import type { Evidence } from './judge.js';
import { IDLE, strideOf } from './memo.js';
import { type Breadth, depthMark } from './search.js';
import { cellOf } from './store.js';
import type { Space } from './space.js';

/** The depth mark of a state (by places), or 0 where it is not known. */
const markOf = (space: Space, run: Breadth, state: Int32Array): number => {
  const cell = cellOf(space.shape, run.layer, state);
  return cell === undefined ? 0 : cell.bytes[cell.at]!;
};

/** Where an interaction's arguments are in a state by places. */
const placesOf = (space: Space, meeting: Meeting): ReadonlyArray<number> => {
  const places: number[] = [];
  meeting.groupArgs.forEach((arg, i) => (places[arg] = meeting.groupPlaces[i]!));
  meeting.localArgs.forEach((arg, i) => (places[arg] = space.shape.group + meeting.localPositions[i]!));
  return places;
};

/** A row of an interaction that may lead to a state: the ids before the step, in the order of `groupArgs` and `localArgs`. */
interface Candidate {
  readonly ids: ReadonlyArray<number>;
  readonly row: number;
  readonly state: Int32Array;
}

/** The rows of an interaction that may lead to one of these states. */
function* candidates(
  space: Space,
  meeting: Meeting,
  slots: ReadonlyArray<number>,
  states: ReadonlyArray<Int32Array>,
): Generator<Candidate> {
  if (meeting.talk !== undefined) {
    for (const state of states) yield* exchangesTo(space, meeting, meeting.talk, slots, state);
  } else {
    for (const { ids, row } of space.memo.rowsOf(meeting)) for (const state of states) yield { ids, row, state };
  }
}

/** Of an exchange all but the asker is as it was before. */
function* exchangesTo(
  space: Space,
  meeting: Meeting,
  talk: Talk,
  slots: ReadonlyArray<number>,
  state: Int32Array,
): Generator<Candidate> {
  const { memo, shape } = space;
  const when = talk.when ?? meeting.guard;
  const tuple = state.subarray(0, shape.group);
  if (when !== undefined && !memo.holds(when, tuple, state.subarray(shape.group))) return;
  const [asking, answering] = [0, 1].map((arg) => [...meeting.groupArgs, ...meeting.localArgs].indexOf(arg)) as [number, number];
  for (const asker of memo.askers(talk)) {
    const row = memo.knownRow(talk, asker, state[slots[answering]!]!);
    if (row > IDLE) yield { ids: slots.map((place, i) => (i === asking ? asker : state[place]!)), row, state };
  }
}

/** A state one step before `state` that is marked `mark`. */
const predecessor = (space: Space, run: Breadth, state: Int32Array, mark: number): Int32Array | undefined => {
  const images = space.symmetry?.imagesOf(state) ?? [state];
  for (const meeting of space.compiled.meetings) {
    const order = [...meeting.groupArgs, ...meeting.localArgs];
    const places = placesOf(space, meeting);
    const slots = order.map((arg) => places[arg]!);
    for (const { ids, row, state: image } of candidates(space, meeting, slots, images)) {
      if (!leadsTo(space, meeting, row, ids, slots, image)) continue;
      const before = image.slice();
      slots.forEach((place, i) => (before[place] = ids[i]!));
      if (markOf(space, run, before) === mark) return before;
    }
  }
  return undefined;
};

/** Whether some outcome of a row for these ids has those that the state has in these places. */
const leadsTo = (
  space: Space,
  meeting: Meeting,
  row: number,
  ids: ReadonlyArray<number>,
  places: ReadonlyArray<number>,
  state: Int32Array,
): boolean => {
  const { data } = space.memo.pool;
  const stride = strideOf(meeting);
  const written = [...meeting.groupArgs, ...meeting.localArgs].map((arg) => meeting.writes[arg]);
  for (let o = 0, at = row + 1; o < data[row]!; o++, at += stride) {
    let word = at + 1;
    if (places.every((place, i) => (written[i] === true ? data[word++] : ids[i]) === state[place])) return true;
  }
  return false;
};

/** The states (representatives, by places) from the initial one to one that a breadth-first search found, as few as can be. */
export const shortestPath = (space: Space, run: Breadth, target: Int32Array): ReadonlyArray<Int32Array> => {
  const path = [target];
  // The state was found at the depth that is being expanded, or one beyond it.
  let depth = markOf(space, run, target) === depthMark(run.at) ? run.at : run.at + 1;
  for (let state = target; depth > 0; depth--) {
    const before = predecessor(space, run, state, depthMark(depth - 1));
    if (before === undefined) throw new Error('a state was found of which no predecessor is known');
    path.unshift(before);
    state = before;
  }
  return path;
};

type AnyStep = (...locals: ReadonlyArray<unknown>) => ReadonlyArray<Outcome<ReadonlyArray<never>>>;

const unsound = (): CheckerError =>
  new CheckerError('model', 'a step of the reduced model has none in the unreduced one: the reduction is not sound');

type AnyHolds = (...locals: ReadonlyArray<unknown>) => boolean;

/** One step on the unreduced model. */
interface Taken {
  readonly meeting: Meeting;
  readonly outcome: Outcome<ReadonlyArray<never>>;
  readonly values: ReadonlyArray<unknown>;
}

/** All steps from a state of the unreduced model, which is given by the values of its slots. */
const stepsFrom = (space: Space, values: ReadonlyArray<unknown>, only?: Meeting): ReadonlyArray<Taken> => {
  const { model, meetings } = space.compiled;
  return (only === undefined ? meetings : [only]).flatMap((meeting) => {
    const slots = meeting.source.slots.map((slot) => model.slots.indexOf(slot));
    const outcomes = (meeting.source.step as unknown as AnyStep)(...slots.map((slot) => values[slot]));
    return outcomes.map((outcome): Taken => {
      const after = [...values];
      slots.forEach((slot, i) => (after[slot] = outcome.next[i]));
      return { meeting, outcome, values: after };
    });
  });
};

/** A state of the unreduced model as its representative, by places. */
const represent = (space: Space, values: ReadonlyArray<unknown>): Int32Array => {
  const { layout, kinds } = space.compiled;
  const state = Int32Array.from([...layout.group, ...layout.locals], (slot, place) =>
    space.components.intern(kinds[place]!, values[slot]),
  );
  return space.symmetry?.canonical(state) ?? state;
};

const same = (a: Int32Array, b: Int32Array): boolean => a.every((id, i) => id === b[i]);

const show = (model: ComponentModel, values: ReadonlyArray<unknown>): Shown => {
  const shown = model.show as ((kind: string, local: unknown) => string) | undefined;
  return Object.fromEntries(
    model.slots.map((slot, i) => [slot.name, shown?.(slot.kind, values[i]) ?? JSON.stringify(values[i])]),
  );
};

const showStep = (model: ComponentModel, taken: Taken): TraceStep => ({
  label: taken.meeting.source.label,
  ...(taken.outcome.note === undefined ? {} : { note: taken.outcome.note }),
  state: show(model, taken.values),
});

/**
 * The counterexample (or witness) that evidence stands for, on the unreduced model, along a path of representatives to the evidence's
 * state.
 */
export const traceOf = (
  space: Space,
  path: ReadonlyArray<Int32Array>,
  property: string,
  evidence: Evidence,
  shortest: boolean,
): Counterexample => {
  const { model } = space.compiled;
  let values: ReadonlyArray<unknown> = model.slots.map((slot) => slot.initial);
  const steps: TraceStep[] = [];
  for (const next of path.slice(1)) {
    const taken = stepsFrom(space, values).find((step) => same(represent(space, step.values), next));
    if (taken === undefined) throw unsound();
    steps.push(showStep(model, taken));
    values = taken.values;
  }
  if (evidence.step !== undefined) {
    const last = stepsFrom(space, values).find((step) => says(step, property));
    if (last === undefined) throw unsound();
    steps.push(showStep(model, last));
  } else mustStand(space, property, values);
  return {
    initial: show(
      model,
      model.slots.map((slot) => slot.initial),
    ),
    steps,
    shortest,
  };
};

/** A state that breaks an `always` under a reduction must break it as it stands: else the reduction does not keep the property. */
const mustStand = (space: Space, name: string, values: ReadonlyArray<unknown>): void => {
  const { model } = space.compiled;
  const property = model.properties.find((p) => p.name === name);
  if (property?.kind !== 'always') return;
  const holds = property.over.every((predicate) =>
    (predicate.holds as unknown as AnyHolds)(...predicate.slots.map((slot) => values[model.slots.indexOf(slot)])),
  );
  if (holds) throw new CheckerError('model', `the reduction does not keep "${name}": it is violated in a normal form alone`);
};

const says = ({ outcome }: Taken, property: string): boolean =>
  outcome.violates?.includes(property) === true || outcome.witnesses?.includes(property) === true;
