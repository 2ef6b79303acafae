/** Chooses which slots become local positions. A short breadth-first sample shows which choice keeps the states in the least room. */
import { isFaultWithoutRun } from '../contract/fault-location.js';
import type { ComponentModel } from '../model.js';
import { layoutOf, slotIndices, type SlotLayout } from './compile/compile.js';
import { CheckerError } from '../error.js';
import type { ComponentOptions } from '../options.js';
import { BreadthFirst } from './search/breadth-first.js';
import { newSpace, type Space } from './space.js';
import { offsetInPage } from './store/group-store.js';

/** The most states that the sample expands, and the most found states that it compares layouts by. */
const SAMPLE = 300;
const MOST_SAMPLED = 1500;
/**
 * A space with fewer states than this at each depth is narrow. A search would go through a group again at nearly every depth, at a cost that
 * grows with the square of the depth.
 */
const NARROW = 8;
/** The most slots that may be local. */
const MOST_LOCALS = 20;
/** What a group costs beside its cells, in bytes. */
const GROUP_COST = 60;

/** Lists the slots of each kind of which no interaction touches two. Only such slots can be local. */
const eligible = (model: ComponentModel): ReadonlyArray<ReadonlyArray<number>> => {
  const indices = slotIndices(model);
  const kinds = [...new Set(model.slots.map((slot) => slot.kind))];
  return kinds
    .filter((kind) =>
      model.interactions.every((interaction) => interaction.slots.filter((slot) => slot.kind === kind).length <= 1),
    )
    .map((kind) => model.slots.filter((slot) => slot.kind === kind).map((slot) => indices.get(slot)!));
};

/**
 * Lists candidates for local slots: all slots of a kind or only the first few, because matrices grow sparse with many positions. Under a symmetry
 * only whole kinds are candidates, since it permutes them.
 */
const candidates = (model: ComponentModel, symmetry: boolean): ReadonlyArray<ReadonlyArray<number>> =>
  eligible(model).flatMap((slots) => (symmetry ? [slots] : firstOf(slots.length).map((n) => slots.slice(0, n))));

const firstOf = (length: number): ReadonlyArray<number> => [...new Set([1, 2, 3, length].filter((n) => n <= length))];

/** Takes a sample of states. It is empty where the space turns out to be narrow. */
const sampleStates = (space: Space): ReadonlyArray<Int32Array> => {
  const run = new BreadthFirst(space, Infinity);
  try {
    for (let i = 0; i < SAMPLE && run.step(); i++);
  } catch (error) {
    // The search will meet the model's fault too, and knows the run to it.
    if (!isFaultWithoutRun(error)) throw error;
  }
  if (run.at > NARROW && run.layer.size < run.at * NARROW) return [];
  return Array.from(run.layer.blocks.view().subarray(0, MOST_SAMPLED), (offset) => {
    const at = offsetInPage(offset) + 1;
    return run.layer.arena.page(offset).slice(at, at + space.shape.group);
  });
};

/** Estimates the bytes that the states take when these slots are local. */
const cost = (states: ReadonlyArray<Int32Array>, locals: ReadonlyArray<number>): number => {
  const groups = new Map<string, ReadonlyArray<Set<number>>>();
  const isLocal = Array.from(states[0] ?? [], (_, slot) => locals.includes(slot));
  for (const state of states) {
    const key = state.filter((_, slot) => isLocal[slot] === false).join(',');
    const sets = groups.get(key) ?? locals.map(() => new Set<number>());
    groups.set(key, sets);
    locals.forEach((slot, p) => sets[p]!.add(state[slot]!));
  }
  let bytes = 0;
  for (const sets of groups.values()) {
    bytes +=
      GROUP_COST + sets.reduce((cells, set) => cells * (set.size + 1), 1) + sets.reduce((ids, set) => ids + set.size * 4, 0);
  }
  return bytes;
};

/** Chooses the layout by the sample. */
const chooseLayout = (model: ComponentModel, symmetry: boolean): SlotLayout => {
  const space = newSpace(model, layoutOf(model, []), { symmetry: false, normalize: false });
  const states = sampleStates(space);
  let best: ReadonlyArray<number> = [];
  if (states.length === 0) return layoutOf(model, best);
  let least = cost(states, []);
  for (const locals of candidates(model, symmetry)) {
    const bytes = cost(states, locals);
    if (bytes < least) [best, least] = [locals, bytes];
  }
  return layoutOf(model, best);
};

/** Gives the layout for a model: the one that the options ask for, or the chosen one. */
export const layoutFor = (model: ComponentModel, options: ComponentOptions): SlotLayout => {
  const { locals } = options;
  if (locals === undefined) return chooseLayout(model, options.symmetry === true && model.symmetry !== undefined);
  const slots = locals.map((name) => model.slots.findIndex((slot) => slot.name === name));
  if (slots.includes(-1)) throw new CheckerError('option', `locals: ${model.name} has no slot ${locals[slots.indexOf(-1)]!}`);
  if (slots.length > MOST_LOCALS)
    throw new CheckerError('option', `locals: at most ${MOST_LOCALS}, for the cells of a group double with each`);
  const crowded = model.interactions.find(({ slots: met }) => met.filter(({ name }) => locals.includes(name)).length > 1);
  if (crowded !== undefined) {
    throw new CheckerError('option', `locals: ${crowded.label.family} touches more than one of ${locals.join(', ')}`);
  }
  return layoutOf(model, slots);
};
