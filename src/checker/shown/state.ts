/** Shows states of a model as traces do: texts for people, values for tools, and what a step changed. */
import { CheckerError } from '../error.js';
import type { ComponentModel, Model } from '../model.js';
import type { ShownState, TraceStep, Counterexample } from '../report.js';
import { change } from './change.js';
import { text } from './text.js';
import { plainValue, type PlainValue } from './value.js';

/** The parts of a state, by name. */
export type StateParts = Readonly<Record<string, unknown>>;

/** What a trace says of a state, and of the step that led to it. */
export type Picture = Pick<TraceStep, 'values' | 'changed'> & { readonly state: ShownState };

/** Gives the default of `Model.parts`: the own fields of an object, the items of an array, otherwise the value as `state`. */
const ownParts = (state: unknown): StateParts => {
  if (typeof state !== 'object' || state === null) return { state };
  if (state instanceof Map || state instanceof Set || state instanceof Date || ArrayBuffer.isView(state)) return { state };
  return Object.fromEntries(Object.entries(state));
};

const WHAT_TO_DO = 'leave out what cannot be read, or give the model a show and a parts function';

/** Reads parts of a state to show them. @throws CheckerError (`model`) where one cannot be read, as a getter that throws. */
const readable = <T>(show: () => T): T => {
  try {
    return show();
  } catch (error) {
    if (error instanceof CheckerError) throw error;
    throw new CheckerError(
      'model',
      `a state cannot be shown: ${error instanceof Error ? String(error) : 'something is thrown'}: ${WHAT_TO_DO}`,
    );
  }
};

/** How a model says that its states are shown, where it does. */
export type ShowFunctions<S> = Pick<Model<S, never>, 'show' | 'parts'>;

/** Gives the parts of a state. */
export const partsOf = <S>(model: ShowFunctions<S>, state: S): StateParts => readable(() => (model.parts ?? ownParts)(state));

const mapValues = <T>(parts: StateParts, f: (part: unknown) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, f(part)]));

/** Remembers what is made of a part: most steps leave most parts as they are, and states are immutable. */
const remembered = <T>(make: (part: unknown) => T): ((part: unknown) => T) => {
  const known = new WeakMap<object, { readonly made: T }>();
  return (part) => {
    if (typeof part !== 'object' || part === null) return make(part);
    let found = known.get(part);
    if (found === undefined) known.set(part, (found = { made: make(part) }));
    return found.made;
  };
};

const partText = remembered(text);
const partValue = remembered(plainValue);

/** Shows a state to people. */
export const showState = <S>(model: ShowFunctions<S>, state: S): ShownState =>
  readable(() => (model.show === undefined ? mapValues(partsOf(model, state), partText) : model.show(state)));

/** Says what a step changed, part by part, where that is shorter than the parts. */
const changesOf = (before: StateParts, after: StateParts): ShownState =>
  Object.fromEntries(
    Object.entries(after).flatMap(([name, part]) => {
      const isSame = !Object.hasOwn(before, name) || before[name] === part;
      const said = isSame ? undefined : change(before[name], part);
      return said === undefined ? [] : [[name, said]];
    }),
  );

/** Makes the picture of a state and of the step before it. `shown` is the model's own text of the state, if there is one. */
const picture = (shown: ShownState | undefined, parts: StateParts, before: StateParts | undefined): Picture => {
  const values: Readonly<Record<string, PlainValue>> = mapValues(parts, partValue);
  if (shown !== undefined) return { state: shown, values };
  const changed = before === undefined ? {} : changesOf(before, parts);
  return { state: mapValues(parts, partText), values, ...(Object.keys(changed).length === 0 ? {} : { changed }) };
};

/** Makes the picture of a state of a plain model; with the state before it, also of what the step between them changed. */
export const pictureOf = <S>(model: ShowFunctions<S>, state: S, before?: { readonly state: S }): Picture =>
  readable(() =>
    picture(
      model.show?.(state),
      partsOf(model, state),
      before === undefined || model.show !== undefined ? undefined : partsOf(model, before.state),
    ),
  );

/** Gives the parts of a state by the values of a component model's slots. */
export const slotParts = ({ slots }: ComponentModel, values: ReadonlyArray<unknown>): StateParts =>
  Object.fromEntries(slots.map(({ name }, at) => [name, values[at]]));

/** Gives a component model's own texts of its slots' values; undefined where it has none. */
export const showSlots = ({ show, slots }: ComponentModel, values: ReadonlyArray<unknown>): ShownState | undefined =>
  show === undefined ? undefined : Object.fromEntries(slots.map(({ kind, name }, at) => [name, show(kind, values[at] as never)]));

/** Makes the picture of a state of a component model, which is given by the values of its slots. */
export const pictureOfSlots = (model: ComponentModel, values: ReadonlyArray<unknown>, before?: ReadonlyArray<unknown>): Picture =>
  readable(() => picture(showSlots(model, values), slotParts(model, values), before && slotParts(model, before)));

/** Gives the initial state of a run, as {@link Counterexample} has it. */
export const initialOf = ({ state, values }: Picture): Pick<Counterexample, 'initial' | 'values'> =>
  values === undefined ? { initial: state } : { initial: state, values };
