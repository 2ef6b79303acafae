/**
 * Tells whether two threads have the same model. Each thread makes the model for itself. A module that looks at a clock, at `Math.random` or at the
 * environment when it is loaded makes another model in each of them, and then what they find together is true of none.
 *
 * What a model declares is compared before the search, its initial states among it. What its functions give is compared after it, on states that
 * a thread has found: on all of a small space, and on a sample of a large one.
 */
import { waysOf } from '../../component-model/as-model.js';
import {
  call,
  holdsIn,
  initialStates,
  isWithin,
  localsAt,
  positionsOf,
  predicatesOf,
  type Tuple,
} from '../../component-model/apply.js';
import { atNoState } from '../../contract/fault-location.js';
import { fault, shortened } from '../../contract/model-faults.js';
import { comparableText } from '../../contract/repeated-call.js';
import { spread } from '../../contract/spread.js';
import { hashKey } from '../../hash.js';
import { showLabel } from '../../report.js';
import { text } from '../../shown/text.js';
import type { CheckerError } from '../../error.js';
import type { ComponentModel, Interaction, Predicate } from '../../model.js';
import { waitingByte } from '../search/depth-bytes.js';
import { valuesOf, type Space } from '../space.js';
import { offsetInPage, type Layer } from '../store/group-store.js';

const another = (what: string): CheckerError =>
  atNoState(
    fault(
      `the model is another one in another thread: ${what}. Each thread loads the module and makes the model for itself, so what it makes must not depend on a clock, Math.random, the environment …`,
    ),
  );

// --- what it declares ------------------------------------------------------------------------------------------------------

/** By what it is of: a text of what a model declares. */
export type ModelDeclarations = Readonly<Record<string, string>>;

/** Gives what a model declares. A value that cannot be compared counts for nothing. */
export const declaredBy = (model: ComponentModel): ModelDeclarations => ({
  name: model.name,
  slots: text(model.slots.map(({ kind, name }) => [kind, name])),
  'initial states': initialStates(model)
    .map((state) => state.map((local) => comparableText(local)).join())
    .join(),
  interactions: text(
    model.interactions.map(({ label, slots, writes, fairness }) => [
      showLabel(label),
      slots.map(({ name }) => name),
      writes,
      fairness,
    ]),
  ),
  properties: text(model.properties.map(({ kind, name, rule, impossible }) => [kind, name, rule, impossible])),
  symmetry: text((model.symmetry ?? []).map(({ name, slotTo }) => [name, slotTo])),
  functions: Object.entries(model)
    .flatMap(([field, value]) => (typeof value === 'function' ? [field] : []))
    .join(),
});

/** Refuses a model that declares something else than that of another thread. @throws CheckerError (`model`). */
export const mustDeclare = (model: ComponentModel, there: ModelDeclarations): void => {
  const here = declaredBy(model);
  const differing = Object.keys(there).find((what) => here[what] !== there[what]);
  if (differing !== undefined) throw another(`its ${differing} ${differing.endsWith('s') ? 'differ' : 'differs'}`);
};

// --- what its functions give -----------------------------------------------------------------------------------------------

/** Which functions a search asks. */
export interface AskedFunctions {
  readonly symmetry: boolean;
  readonly normalize: boolean;
  readonly properties: ReadonlyArray<string> | null;
}

/** What is asked of one state: the name of what gives it, and the answer. */
interface Question {
  readonly what: string;
  /** Whether it is asked only of states that the search has expanded. */
  readonly isStep?: true;
  readonly answer: (state: Tuple) => unknown;
}

const stepsIn = (model: ComponentModel, interaction: Interaction): Question => {
  const positions = positionsOf(model);
  const at = positions(interaction.slots);
  const { guard } = interaction;
  const guardedBy = positions(guard?.slots ?? []);
  const allows = (state: Tuple): boolean => guard === undefined || holdsIn(guard, guardedBy, state);
  return {
    what: `${showLabel(interaction.label)} gives`,
    isStep: true,
    answer: (state) => (allows(state) ? waysOf(interaction, localsAt(state, at)) : []),
  };
};

const ofEachSlot = (
  { slots }: ComponentModel,
  what: string,
  map: ((kind: string, local: never) => unknown) | undefined,
): ReadonlyArray<Question> =>
  map === undefined
    ? []
    : [{ what: `${what} gives`, answer: (state) => slots.map(({ kind }, at) => call(map, [kind, state[at]])) }];

/** Lists what a search asks of states. Two threads with the same declarations have the same list. */
const questionsOf = (model: ComponentModel, { symmetry, normalize, properties }: AskedFunctions): ReadonlyArray<Question> => {
  const truthOf = (predicates: ReadonlyArray<Predicate>): Question['answer'] => {
    const each = predicates.map((predicate) => [predicate, positionsOf(model)(predicate.slots)] as const);
    return (state) => each.map(([predicate, at]) => holdsIn(predicate, at, state));
  };
  return [
    { what: 'the boundary says', answer: truthOf(model.boundary ?? []) },
    ...model.properties
      .filter(({ name }) => properties?.includes(name) ?? true)
      .map((property) => ({ what: `"${property.name}" says`, answer: truthOf(predicatesOf(property)) })),
    ...ofEachSlot(model, 'key', model.key),
    ...ofEachSlot(model, 'normalize', normalize ? model.normalize : undefined),
    ...(symmetry ? (model.symmetry ?? []) : []).flatMap(({ name, apply }) => ofEachSlot(model, `the permutation ${name}`, apply)),
    ...model.interactions.map((interaction) => stepsIn(model, interaction)),
  ];
};

/** What stands for an answer that was not given, or that cannot be compared. */
const NONE = 0;

const numberOf = ({ answer }: Question, state: Tuple): number => {
  const said = comparableText(answer(state));
  return said === undefined ? NONE : hashKey(said) | 1;
};

// --- a sample --------------------------------------------------------------------------------------------------------------

/** A state that a thread has found, and by question a number for its answer. */
interface Answered {
  readonly state: Tuple;
  readonly answers: Int32Array;
}

/** What a thread answers on some of its states. */
export type Answers = ReadonlyArray<Answered>;

/** The most states of a sample, more or less. */
const MOST = 1000;

/** How many ms a thread may take for its answers, after a search of so many. The leader may take as many for each thread. */
const comparingMs = (elapsedMs: number): number => Math.min(1_000, Math.max(100, elapsedMs * 0.01));

/** A cell of a group: its state by places, and its depth byte. */
interface Cell {
  readonly state: Int32Array;
  readonly byte: number;
}

/** Gives cells from all over a group: at least `most` of them, or all that there are. */
function* cellsIn({ shape }: Space, layer: Layer, group: number, most: number): Generator<Cell> {
  const offset = layer.blocks.at(group);
  const page = layer.arena.page(offset);
  const bytes = layer.arena.pageBytes(offset);
  const base = offsetInPage(offset);
  const words = (from: number): ReadonlyArray<number> => [...page.subarray(base + from, base + from + shape.positions)];
  const [counts, rooms] = [words(shape.counts), words(shape.rooms)];
  const all = counts.reduce((product, count) => product * count, 1);
  const first = shape.cells(page, base);
  for (let cell = 0; cell < all; cell += Math.max(1, Math.floor(all / most))) {
    const state = new Int32Array(shape.group + shape.positions);
    state.set(page.subarray(base + 1, base + 1 + shape.group));
    let [rest, at, stride] = [cell, 0, 1];
    let ids = base + shape.ids + rooms.reduce((sum, room) => sum + room, 0);
    for (let p = shape.positions - 1; p >= 0; p--) {
      ids -= rooms[p]!;
      const index = rest % counts[p]!;
      rest = Math.floor(rest / counts[p]!);
      at += index * stride;
      stride *= rooms[p]!;
      state[shape.group + p] = page[ids + index]!;
    }
    const byte = bytes[first + at]!;
    if (byte !== 0) yield { state, byte };
  }
}

function* sampled(space: Space, layer: Layer): Generator<Cell> {
  const every = Math.max(1, Math.floor(layer.size / MOST));
  for (let group = 0; group < layer.size; group += every) yield* cellsIn(space, layer, group, Math.ceil(MOST / layer.size));
}

/** Asks as long as there is time after a search of `elapsedMs`: the answers on states from all over what a thread has found. */
export const answersOf = (space: Space, layer: Layer, asked: AskedFunctions, elapsedMs: number): Answers => {
  let answers: Answers = [];
  space.audit?.quietly(() => (answers = answersUntil(space, layer, asked, performance.now() + comparingMs(elapsedMs))));
  return answers;
};

const answersUntil = (space: Space, layer: Layer, asked: AskedFunctions, until: number): Answers => {
  const { model } = space.compiled;
  const questions = questionsOf(model, asked);
  const answers: Answered[] = [];
  for (const { state, byte } of spread([...sampled(space, layer)])) {
    if (performance.now() > until) break;
    const values = valuesOf(space, state);
    const isExpanded = byte !== waitingByte(0) && byte !== waitingByte(1);
    const steps = isExpanded && isWithin(model, values);
    answers.push({
      state: values,
      answers: Int32Array.from(questions, (question) => (question.isStep === true && !steps ? NONE : numberOf(question, values))),
    });
  }
  return answers;
};

/** Gives the same answer, or refuses the model. */
const answersAlike = (question: Question, state: Tuple, there: number): boolean => {
  try {
    const here = numberOf(question, state);
    return here === NONE || here === there;
  } catch {
    return false;
  }
};

/** Refuses a model that answers otherwise than that of another thread did. It asks as long as there is time after a search of `elapsedMs`. @throws CheckerError (`model`). */
export const mustAnswerAlike = (model: ComponentModel, asked: AskedFunctions, there: Answers, elapsedMs: number): void => {
  const until = performance.now() + comparingMs(elapsedMs);
  const questions = questionsOf(model, asked);
  for (const { state, answers } of there) {
    if (performance.now() > until) return;
    const wrong = questions.find((question, i) => answers[i] !== NONE && !answersAlike(question, state, answers[i]!));
    if (wrong === undefined) continue;
    const parts = Object.fromEntries(model.slots.map(({ name }, at) => [name, state[at]]));
    throw another(`${wrong.what} something else there in the state ${shortened(text(parts))}`);
  }
};
