/**
 * Replaying a path on a component model: each step is looked up by its label, and must come to what was seen of it. Nothing is
 * searched; a path of thousands of steps takes as long as its steps.
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
import { showLabel, type Counterexample, type Shown, type TraceStep } from '../report.js';
import { initialOf, pictureOfSlots, slotParts } from '../shown/state.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** What was seen of a step, one text for each thing, by name. */
export type Seen = Readonly<Record<string, string>>;

/** A step of a path. Everything but the label says what was seen, and may be left out. Without a label nothing is done, only looked. */
export interface PathStep {
  readonly label?: Label;
  /** What the model says of the step: which of several ways it went. */
  readonly note?: string;
  /** Parts of the state after the step, as the model shows them. */
  readonly state?: Shown;
  /** What else was seen; `look` of the replay's options says what the model has in its place. */
  readonly seen?: Seen;
  /** The step is left out where the model cannot take it. */
  readonly optional?: boolean;
}

/** A step as a model took it, for {@link ReplayOptions.look}. The states' parts are by slot name. */
export interface Taken {
  readonly label: Label | undefined;
  readonly note: string | undefined;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/** What a replay takes besides the model and the path. */
export interface ReplayOptions {
  /** What the model has for one thing that can be seen of a step; undefined where it has no such thing. */
  readonly look?: (taken: Taken, name: string) => string | undefined;
}

/** One thing that was seen, and what the model has in its place, way by way. */
export interface Difference {
  readonly name: string;
  readonly seen: string;
  readonly allowed: ReadonlyArray<string>;
}

/** The first step that the model does not take as it was seen. */
export interface Refusal {
  /** Its index in the path. */
  readonly step: number;
  readonly label?: Label;
  /** `unknown`: the model has no such step; `disabled`: it cannot be taken here; `otherwise`: it comes to something else. */
  readonly why: 'unknown' | 'disabled' | 'otherwise';
  readonly differences: ReadonlyArray<Difference>;
  /** Where the step cannot be taken: the labels of some that can, those that are most like it first. */
  readonly enabled: ReadonlyArray<string>;
}

/** A property that the replayed run breaks, and the number of steps after which it is broken for the first time. */
export interface Break {
  readonly property: string;
  readonly rule?: string;
  readonly after: number;
  /** A property of liveness: it is broken by what comes again and again from then on. */
  readonly forEver?: true;
}

/** What came of a replay. */
export interface Replay {
  /** The run as far as the model takes it. */
  readonly trace: Counterexample;
  /** For each step of the run, the index of the step of the path. */
  readonly from: ReadonlyArray<number>;
  readonly broken: ReadonlyArray<Break>;
  readonly refusal?: Refusal;
}

// --- the model, by name ----------------------------------------------------------------------------------------------------

interface Machine {
  readonly model: ComponentModel;
  readonly byLabel: ReadonlyMap<string, Interaction>;
  readonly positions: (slots: ReadonlyArray<Slot<unknown>>) => ReadonlyArray<number>;
}

const machineOf = (model: ComponentModel): Machine => ({
  model,
  byLabel: new Map(model.interactions.map((interaction) => [showLabel(interaction.label), interaction])),
  positions: positionsOf(model),
});

const waysFrom = ({ positions }: Machine, state: Tuple, interaction: Interaction): ReadonlyArray<AnyOutcome> =>
  waysOf(interaction, localsAt(state, positions(interaction.slots)));

const after = ({ positions }: Machine, state: Tuple, interaction: Interaction, way: AnyOutcome): Tuple =>
  written(state, writesOf(interaction, positions(interaction.slots), way));

// --- properties ------------------------------------------------------------------------------------------------------------

/** Those of the predicates that look at a part which the step has changed; all of them at the start. */
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

/** What of a step's way is not as it was seen. */
const differing = (
  machine: Machine,
  step: PathStep,
  before: Tuple,
  next: Tuple,
  note: string | undefined,
  look: ReplayOptions['look'],
): Seen => {
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

const MAX_ENABLED = 12;

/** Labels that can be taken here, those of the step's own family first. */
const enabledAt = (machine: Machine, state: Tuple, family: string): ReadonlyArray<string> => {
  const { interactions } = machine.model;
  const ranked = [
    ...interactions.filter((i) => i.label.family === family),
    ...interactions.filter((i) => i.label.family !== family),
  ];
  const found: string[] = [];
  for (const interaction of ranked) {
    if (found.length >= MAX_ENABLED) break;
    if (waysFrom(machine, state, interaction).length > 0) found.push(showLabel(interaction.label));
  }
  return found;
};

const seenOf = (step: PathStep, name: string): string =>
  name === 'note' ? (step.note ?? '') : (step.seen?.[name] ?? step.state?.[name] ?? '');

const labelOf = ({ label }: PathStep): { readonly label?: Label } => (label === undefined ? {} : { label });

const otherwise = (step: PathStep, index: number, ways: ReadonlyArray<Seen>): Refusal => {
  // Of the ways in which it may go, those that differ in the fewest things say best what is wrong.
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

/** What a step did; without a way nothing was done, only looked. */
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
  const interaction = machine.byLabel.get(showLabel(step.label));
  const ways = interaction === undefined ? [] : waysFrom(machine, state, interaction);
  if (interaction === undefined || ways.length === 0) {
    const why = interaction === undefined ? 'unknown' : 'disabled';
    return { step: index, label: step.label, why, differences: [], enabled: enabledAt(machine, state, step.label.family) };
  }
  const all = ways.map((way) => {
    const next = after(machine, state, interaction, way);
    return { way, next, wrong: differing(machine, step, state, next, way.note, look) };
  });
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
 * Replays a path from the model's initial state to its end, or to the first step that the model does not take as it was seen. Each
 * `always` and `alwaysStep` property is judged after every step.
 *
 * @throws CheckerError (`model`) for what is no component model, or breaks its contract.
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
