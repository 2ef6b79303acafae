/**
 * Replays a path on a component model. Each step of the path is looked up by its label, and its outcome must agree with what was seen of the step.
 * Nothing is searched, so the time grows only with the number of steps.
 */
import { waysOf } from './as-model.js';
import {
  holdsIn,
  initialStates,
  localsAt,
  positionsOf,
  shownStep,
  writesOf,
  written,
  type AnyOutcome,
  type Tuple,
} from './apply.js';
import { contractedComponents } from '../contract/validate.js';
import type { ComponentModel, Interaction, Label, Predicate, Slot } from '../model.js';
import { showLabel, type Counterexample, type ShownState, type TraceStep } from '../report.js';
import { initialOf, pictureOfSlots, slotParts } from '../shown/state.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** By name of a thing that can be seen of a step: the text that was seen. */
export type SeenTexts = Readonly<Record<string, string>>;

/** A step of a path. `note`, `state` and `seen` say what was seen, and may be left out. A step without a `label` changes nothing: it only compares. */
export interface PathStep {
  readonly label?: Label;
  /** The note of the outcome that the step took. It tells several outcomes apart. */
  readonly note?: string;
  /** By name: the text of a part of the state after the step, as the model shows it. */
  readonly state?: ShownState;
  /** Other things that were seen, a text for each by name. The option `look` of a replay gives the model's text for the name. */
  readonly seen?: SeenTexts;
  /** The replay skips the step where the model does not know it or cannot take it. */
  readonly optional?: boolean;
}

/** A step as a model took it, for {@link ReplayOptions.look}. `before` and `after` are states: their values by slot name. */
export interface TakenStep {
  readonly label: Label | undefined;
  readonly note: string | undefined;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/** The options of a replay. */
export interface ReplayOptions {
  /** Gives the model's text for the thing `name` at a step; undefined where the model has no such thing. */
  readonly look?: (taken: TakenStep, name: string) => string | undefined;
}

/** One thing that was seen (`name`, `seen`), and the texts that the model has in its place, one for each outcome (`allowed`). */
export interface Difference {
  readonly name: string;
  readonly seen: string;
  readonly allowed: ReadonlyArray<string>;
}

/** The first step of a path whose outcomes in the model do not agree with what was seen. */
export interface Refusal {
  /** The index of the step in the path. */
  readonly step: number;
  readonly label?: Label;
  /** `unknown`: the model has no such step. `disabled`: the step cannot be taken here. `otherwise`: no outcome of the step is as it was seen. */
  readonly why: 'unknown' | 'disabled' | 'otherwise';
  readonly differences: ReadonlyArray<Difference>;
  /** With `unknown` and `disabled`: the labels of some steps that can be taken, those of the same family first. */
  readonly enabled: ReadonlyArray<string>;
}

/** A property that the replayed run breaks. `after` is the number of steps after which the property is broken for the first time. */
export interface Break {
  readonly property: string;
  readonly rule?: string;
  readonly after: number;
  /** Of a property of liveness: the steps that come again and again from then on break it. */
  readonly forEver?: true;
}

/** The result of a replay. */
export interface Replay {
  /** The run as far as the model takes it. */
  readonly trace: Counterexample;
  /** For each step of the run: the index of this step in the path. */
  readonly from: ReadonlyArray<number>;
  readonly broken: ReadonlyArray<Break>;
  /** Where the path tells of a property: whether the run breaks it, or reaches it where it is a witness. */
  readonly isAsTold?: boolean;
  readonly refusal?: Refusal;
}

// --- the model, by name ----------------------------------------------------------------------------------------------------

interface Machine {
  readonly model: ComponentModel;
  /** By the text of a label. Several interactions may have one label, or labels of one text. */
  readonly byLabel: ReadonlyMap<string, ReadonlyArray<Interaction>>;
  readonly positions: (slots: ReadonlyArray<Slot<unknown>>) => ReadonlyArray<number>;
}

const labelled = (interactions: ReadonlyArray<Interaction>): Machine['byLabel'] => {
  const found = new Map<string, ReadonlyArray<Interaction>>();
  for (const interaction of interactions) {
    const label = showLabel(interaction.label);
    found.set(label, [...(found.get(label) ?? []), interaction]);
  }
  return found;
};

const machineOf = (model: ComponentModel): Machine => ({
  model,
  byLabel: labelled(model.interactions),
  positions: positionsOf(model),
});

const waysFrom = ({ positions }: Machine, state: Tuple, interaction: Interaction): ReadonlyArray<AnyOutcome> =>
  waysOf(interaction, localsAt(state, positions(interaction.slots)));

const after = ({ positions }: Machine, state: Tuple, interaction: Interaction, way: AnyOutcome): Tuple =>
  written(state, writesOf(interaction, positions(interaction.slots), way));

// --- properties ------------------------------------------------------------------------------------------------------------

/** Gives the predicates over a slot that the step has changed, each with its positions. Without `before`, at the start, it gives all predicates. */
const touched = (
  { positions }: Machine,
  over: ReadonlyArray<Predicate>,
  before: Tuple | undefined,
  state: Tuple,
): ReadonlyArray<readonly [Predicate, ReadonlyArray<number>]> =>
  over.flatMap((predicate) => {
    const at = positions(predicate.slots);
    return before === undefined || at.some((i) => before[i] !== state[i]) ? [[predicate, at] as const] : [];
  });

const brokenBy = (
  machine: Machine,
  before: Tuple | undefined,
  state: Tuple,
  way: AnyOutcome | undefined,
): ReadonlyArray<number> =>
  machine.model.properties.flatMap((property, index) => {
    if (property.kind === 'alwaysStep') return way?.violates?.includes(property.name) === true ? [index] : [];
    if (property.kind !== 'always') return [];
    const fails = touched(machine, property.over, before, state).some(([predicate, at]) => !holdsIn(predicate, at, state));
    return fails ? [index] : [];
  });

// --- one step --------------------------------------------------------------------------------------------------------------

/** Gives the things that are otherwise in one outcome of a step than they were seen: by name, the model's text. */
const differing = (
  machine: Machine,
  step: PathStep,
  before: Tuple,
  next: Tuple,
  note: string | undefined,
  look: ReplayOptions['look'],
): SeenTexts => {
  const wrong: Record<string, string> = {};
  if (step.note !== undefined && step.note !== (note ?? '')) wrong['note'] = note ?? '';
  if (step.state !== undefined) {
    const shown = pictureOfSlots(machine.model, next).state;
    for (const [part, text] of Object.entries(step.state)) if (shown[part] !== text) wrong[part] = shown[part] ?? '(none)';
  }
  if (step.seen !== undefined) {
    const { model } = machine;
    const taken = { label: step.label, note, before: slotParts(model, before), after: slotParts(model, next) };
    for (const [name, text] of Object.entries(step.seen)) {
      const has = look?.(taken, name) ?? '(none)';
      if (has !== text) wrong[name] = has;
    }
  }
  return wrong;
};

const MOST_ENABLED = 12;

/** Gives the labels of at most `MOST_ENABLED` steps that can be taken here, those of the family `family` first. */
const enabledAt = (machine: Machine, state: Tuple, family: string): ReadonlyArray<string> => {
  const { interactions } = machine.model;
  const ranked = [
    ...interactions.filter((i) => i.label.family === family),
    ...interactions.filter((i) => i.label.family !== family),
  ];
  const found: string[] = [];
  for (const interaction of ranked) {
    if (found.length >= MOST_ENABLED) break;
    if (waysFrom(machine, state, interaction).length > 0) found.push(showLabel(interaction.label));
  }
  return found;
};

const seenOf = (step: PathStep, name: string): string =>
  name === 'note' ? (step.note ?? '') : (step.seen?.[name] ?? step.state?.[name] ?? '');

const labelOf = ({ label }: PathStep): { readonly label?: Label } => (label === undefined ? {} : { label });

const otherwise = (step: PathStep, index: number, ways: ReadonlyArray<SeenTexts>): Refusal => {
  // The outcomes that differ in the fewest things say best what is wrong.
  const least = Math.min(...ways.map((wrong) => Object.keys(wrong).length));
  const nearest = ways.filter((wrong) => Object.keys(wrong).length === least);
  const names = [...new Set(nearest.flatMap((wrong) => Object.keys(wrong)))];
  const differences = names.map((name) => ({
    name,
    seen: seenOf(step, name),
    allowed: [...new Set(nearest.flatMap((wrong) => wrong[name] ?? []))],
  }));
  return { step: index, ...labelOf(step), why: 'otherwise', differences, enabled: [] };
};

/** The outcome that a step took (`way`), and the state after it (`next`). A step without a label has no outcome. */
interface Done {
  readonly way?: AnyOutcome;
  readonly next: Tuple;
}

const isRefusal = (tried: Done | Refusal): tried is Refusal => 'why' in tried;

const lookOnly = (machine: Machine, state: Tuple, step: PathStep, index: number, look: ReplayOptions['look']): Done | Refusal => {
  const wrong = differing(machine, step, state, state, undefined, look);
  return Object.keys(wrong).length === 0 ? { next: state } : otherwise(step, index, [wrong]);
};

const tryStep = (machine: Machine, state: Tuple, step: PathStep, index: number, look: ReplayOptions['look']): Done | Refusal => {
  if (step.label === undefined) return lookOnly(machine, state, step, index, look);
  const named = machine.byLabel.get(showLabel(step.label)) ?? [];
  const all = named.flatMap((interaction) =>
    waysFrom(machine, state, interaction).map((way) => {
      const next = after(machine, state, interaction, way);
      return { way, next, wrong: differing(machine, step, state, next, way.note, look) };
    }),
  );
  if (all.length === 0) {
    const why = named.length === 0 ? 'unknown' : 'disabled';
    return { step: index, label: step.label, why, differences: [], enabled: enabledAt(machine, state, step.label.family) };
  }
  const right = all.find(({ wrong }) => Object.keys(wrong).length === 0);
  const refused = (): Refusal =>
    otherwise(
      step,
      index,
      all.map(({ wrong }) => wrong),
    );
  return right ?? refused();
};

// --- operations ------------------------------------------------------------------------------------------------------------

/**
 * Replays a path from the model's initial state to the end of the path, or to the first step that the model does not take as it was seen. Each
 * `always` and `alwaysStep` property is judged after every step.
 *
 * @throws CheckerError (`model`) where `given` is no component model, or breaks the contract of models.
 */
export const replay = (given: ComponentModel, path: ReadonlyArray<PathStep>, options: ReplayOptions = {}): Replay => {
  const { model } = contractedComponents(given);
  const machine = machineOf(model);
  const initial: Tuple = initialStates(model)[0]!;
  const steps: TraceStep[] = [];
  const from: number[] = [];
  const broken = new Map<number, number>();
  const judge = (before: Tuple | undefined, state: Tuple, way?: AnyOutcome): void => {
    for (const index of brokenBy(machine, before, state, way)) if (!broken.has(index)) broken.set(index, steps.length);
  };
  const result = (refusal?: Refusal): Replay => ({
    trace: { ...initialOf(pictureOfSlots(model, initial)), steps, shortest: false },
    from,
    broken: [...broken].map(([index, at]) => {
      const { name, rule } = model.properties[index]!;
      return { property: name, after: at, ...(rule === undefined ? {} : { rule }) };
    }),
    ...(refusal === undefined ? {} : { refusal }),
  });
  let state = initial;
  judge(undefined, state);
  for (const [index, step] of path.entries()) {
    const tried = tryStep(machine, state, step, index, options.look);
    if (isRefusal(tried)) {
      if (step.optional === true && tried.why !== 'otherwise') continue;
      return result(tried);
    }
    const { way, next } = tried;
    if (way === undefined || step.label === undefined) continue;
    steps.push(shownStep(model, { label: step.label }, way, state, next));
    from.push(index);
    judge(state, next, way);
    state = next;
  }
  return result();
};
