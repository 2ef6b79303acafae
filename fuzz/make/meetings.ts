/** Random interactions: tables of steps with their guards, and exchanges, closed under the renamings of the frame. */
import type { Fairness } from '#bayou/checker/model.js';
import { range, type Dice } from '../dice.js';
import {
  sizeOfDomain,
  type RecipePredicate,
  type RecipeInteraction,
  type RecipeRemarks,
  type RecipeQuery,
  type RecipeOutcome,
} from '../recipe/component.js';
import { fairnessOf } from './common.js';
import { renamedRow, renamedSlots, renamedValue, rowsOf, rowWith, valuesIn, type RecipeFrame } from './frame.js';

/** The draft of a component model: its dice and frame, and its looks and exchanges so far. */
export interface ModelDraft {
  readonly dice: Dice;
  readonly frame: RecipeFrame;
  readonly looks: RecipePredicate[];
  readonly exchanges: RecipeQuery[];
  /** The names of step properties that steps may break. */
  readonly violable: ReadonlyArray<string>;
  readonly reachable: ReadonlyArray<string>;
  /** May steps lower the progress that the model declares? */
  readonly falls: boolean;
}

const unique = <T>(items: ReadonlyArray<T>): ReadonlyArray<T> => [
  ...new Map(items.map((item) => [JSON.stringify(item), item])).values(),
];

/** The number of a look; a new look is added. */
export const lookNumber = ({ looks }: ModelDraft, look: RecipePredicate): number => {
  const text = JSON.stringify(look);
  const known = looks.findIndex((other) => JSON.stringify(other) === text);
  return known >= 0 ? known : looks.push(look) - 1;
};

const anySaid = ({ dice, violable, reachable }: ModelDraft): RecipeRemarks => ({
  ...(dice.oneIn(6) ? { note: dice.pick(['well', 'badly', '']) } : {}),
  ...(violable.length > 0 && dice.oneIn(25) ? { violates: dice.some(violable, 0.7) } : {}),
  ...(reachable.length > 0 && dice.oneIn(15) ? { witnesses: dice.some(reachable, 0.7) } : {}),
});

/** The slots that steps may change. */
const activeSlots = ({ slots }: RecipeFrame): ReadonlyArray<number> =>
  range(slots.length).filter((i) => Number(slots[i]!.name.slice(1) || 0) < 3);

/** Draws `count` slots, with `first` among them. */
export const anySlots = (
  { dice, frame }: ModelDraft,
  count: number,
  together: boolean,
  first: ReadonlyArray<number> = [],
): ReadonlyArray<number> => {
  const chosen = [...first];
  for (const slot of dice.shuffled(activeSlots(frame))) {
    if (chosen.includes(slot)) continue;
    const isLeaf = frame.slots[slot]!.domain === 0;
    // Where two leaves never meet, the checker may keep them apart from the rest.
    if (isLeaf && !together && chosen.some((other) => frame.slots[other]!.domain === 0)) continue;
    if (chosen.length < count) chosen.push(slot);
  }
  return chosen;
};

// --- tables ----------------------------------------------------------------------------------------------------------------

const lowers = ({ frame, falls }: ModelDraft, slot: number, before: number, after: number): boolean => {
  const { progress } = frame.domains[frame.slots[slot]!.domain]!;
  return frame.hasProgress && !falls && progress[after]! < progress[before]!;
};

/** Draws the value after a step; the value before it where no other value is allowed. */
const anyNext = (draft: ModelDraft, slot: number, before: number): number => {
  const { dice, frame } = draft;
  if (dice.oneIn(6)) return before;
  const size = sizeOfDomain(frame.domains[frame.slots[slot]!.domain]!);
  const next = dice.oneIn(2) ? (before + 1) % size : dice.below(size);
  return lowers(draft, slot, before, next) ? before : next;
};

type Table = Map<number, ReadonlyArray<RecipeOutcome>>;

const anyTable = (draft: ModelDraft, slots: ReadonlyArray<number>, writes: ReadonlyArray<number>): Table => {
  const { dice, frame } = draft;
  const table: Table = new Map();
  const often = dice.pick([0.3, 0.6, 0.8, 1]);
  for (const row of dice.some(range(rowsOf(frame, slots)), often)) {
    const values = valuesIn(frame, slots, row);
    const outcomes = range(dice.oneIn(5) ? 2 : 1).flatMap((): ReadonlyArray<RecipeOutcome> => {
      const next = writes.map((arg) => anyNext(draft, slots[arg]!, values[arg]!));
      return [{ ...anySaid(draft), next }];
    });
    if (outcomes.length > 0) table.set(row, outcomes);
  }
  return table;
};

/** An interaction with all its images. */
const family = (draft: ModelDraft, name: string, written: number, together: boolean): ReadonlyArray<RecipeInteraction> => {
  const { dice, frame } = draft;
  const slots = dice.shuffled(anySlots(draft, dice.pick([1, 1, 2, 2, 2, 3]), together, [written]));
  const writes = dice.oneIn(12) ? [] : range(slots.length).filter((i) => slots[i] === written || dice.oneIn(2));
  const table = anyTable(draft, slots, writes);
  const tables = new Map<string, { readonly slots: ReadonlyArray<number>; readonly table: Table }>();
  for (const renaming of frame.renamings) {
    const to = renamedSlots(renaming, slots);
    const image = tables.get(to.join()) ?? { slots: to, table: new Map<number, ReadonlyArray<RecipeOutcome>>() };
    tables.set(to.join(), image);
    for (const [row, outcomes] of table) {
      const images = outcomes.map(({ next, ...said }): RecipeOutcome => {
        return { ...said, next: next.map((value, i) => renamedValue(frame, renaming, slots[writes[i]!]!, value)) };
      });
      const at = renamedRow(frame, renaming, slots, row);
      image.table.set(at, unique([...(image.table.get(at) ?? []), ...images]));
    }
  }
  const fair = dice.oneIn(2) ? undefined : dice.oneIn(2) ? name : 'shared';
  const shift = dice.below(2);
  return [...tables.values()].map((image): RecipeInteraction => ({
    family: name,
    args: image.slots.map((slot) => frame.slots[slot]!.name),
    slots: image.slots,
    writes,
    outcomes: [...image.table],
    ...(fair === undefined ? {} : { fair: dice.oneIn(2) || frame.renamings.length > 1 ? fair : `${fair} ${image.slots.join()}` }),
    shift,
  }));
};

/** Gives guards to some meetings. A guard is true where a step is enabled, and sometimes elsewhere. Several meetings may share one. */
const guarded = (draft: ModelDraft, meetings: ReadonlyArray<RecipeInteraction>): ReadonlyArray<RecipeInteraction> => {
  const { dice, frame } = draft;
  const guards = new Map<RecipeInteraction, number>();
  for (const meeting of meetings) {
    if (!dice.oneIn(3) || guards.has(meeting)) continue;
    const chosen = dice.some(meeting.slots, 0.6);
    const over = dice.shuffled(chosen.length > 0 ? chosen : meeting.slots.slice(0, 1));
    const sharing = meetings.filter(
      (other) => other === meeting || (!guards.has(other) && dice.oneIn(2) && over.every((slot) => other.slots.includes(slot))),
    );
    const rows = new Set(dice.some(range(rowsOf(frame, over)), 0.2));
    for (const { slots, outcomes } of sharing) {
      for (const [row] of outcomes) {
        const values = valuesIn(frame, slots, row);
        rows.add(
          rowWith(
            frame,
            over,
            over.map((slot) => values[slots.indexOf(slot)]!),
          ),
        );
      }
    }
    const guard = lookNumber(draft, { slots: over, rows: [...rows], except: false });
    for (const other of sharing) guards.set(other, guard);
  }
  return meetings.map((meeting) => {
    const guard = guards.get(meeting);
    return guard === undefined ? meeting : { ...meeting, guard };
  });
};

// --- exchanges -------------------------------------------------------------------------------------------------------------

/** By value of a slot, its least image under the renamings. */
const leastOf = ({ renamings }: RecipeFrame, domain: number, size: number): ReadonlyArray<number> =>
  range(size).map((value) => Math.min(...renamings.map(({ values }) => values[domain]![value] ?? value)));

const QUESTIONS = 2;
const ANSWERS = 3;

const anyTalking = (draft: ModelDraft, asker: number, answerer: number): RecipeQuery => {
  const { dice, frame } = draft;
  const [a, b] = [frame.slots[asker]!.domain, frame.slots[answerer]!.domain];
  const [askers, answerers] = [sizeOfDomain(frame.domains[a]!), sizeOfDomain(frame.domains[b]!)];
  const asked = range(askers).map(() => (dice.oneIn(4) ? null : dice.below(QUESTIONS)));
  const answers = range(answerers).map(() => range(QUESTIONS).map(() => (dice.oneIn(5) ? null : dice.below(ANSWERS))));
  const taken = range(askers).map((value) =>
    range(ANSWERS).map(() =>
      range(dice.pick([0, 1, 1, 1, 2])).flatMap((): ReadonlyArray<RecipeOutcome> => {
        return [{ ...anySaid(draft), next: [anyNext(draft, asker, value)] }];
      }),
    ),
  );
  const take = range(askers).map((value) =>
    range(ANSWERS).map((answer) =>
      unique(
        frame.renamings.flatMap(({ values }) =>
          range(askers)
            .filter((from) => (values[a]![from] ?? from) === value)
            .flatMap((from) => taken[from]![answer]!.map((way) => ({ ...way, next: way.next.map((n) => values[a]![n] ?? n) }))),
        ),
      ),
    ),
  );
  return {
    asker: a,
    answerer: b,
    ask: leastOf(frame, a, askers).map((least) => asked[least]!),
    answer: leastOf(frame, b, answerers).map((least) => answers[least]!),
    take,
    keyed: dice.oneIn(2),
    shift: dice.below(2),
  };
};

const talkFamily = (draft: ModelDraft, name: string, asker: number, together: boolean): ReadonlyArray<RecipeInteraction> => {
  const { dice, frame, exchanges } = draft;
  const [, answerer, ...others] = anySlots(draft, 4, together || dice.oneIn(3), [asker]);
  if (answerer === undefined) return [];
  const like = exchanges.findIndex((e) => e.asker === frame.slots[asker]!.domain && e.answerer === frame.slots[answerer]!.domain);
  const exchange = like >= 0 && dice.oneIn(2) ? like : exchanges.push(anyTalking(draft, asker, answerer)) - 1;
  const over = dice.oneIn(2) ? [] : others.slice(0, 1 + dice.below(2));
  const when: RecipePredicate | undefined =
    over.length === 0 ? undefined : { slots: over, rows: dice.some(range(rowsOf(frame, over)), 0.6), except: false };
  const fair = dice.oneIn(3) ? { fair: name } : {};
  const made = frame.renamings.map((renaming, g): RecipeInteraction => {
    const slots = renamedSlots(renaming, [asker, answerer]);
    const image: RecipePredicate | undefined = when && {
      slots: renamedSlots(renaming, when.slots),
      rows: when.rows.map((row) => renamedRow(frame, frame.renamings[g]!, when.slots, row)).toSorted((x, y) => x - y),
      except: false,
    };
    const asks = { exchange, ...(image === undefined ? {} : { when: lookNumber(draft, image) }) };
    const args = [...slots, ...(image?.slots ?? [])].map((slot) => frame.slots[slot]!.name);
    return { family: name, args, slots, writes: [0], outcomes: [], talk: asks, shift: 0, ...fair };
  });
  return unique(made);
};

// --- fairness --------------------------------------------------------------------------------------------------------------

/** The same interactions, with some fairness classes made strong. */
const strengthened = (dice: Dice, meetings: ReadonlyArray<RecipeInteraction>): ReadonlyArray<RecipeInteraction> => {
  const classes = new Map<string, Fairness>();
  for (const { fair } of meetings) if (typeof fair === 'string') classes.set(fair, classes.get(fair) ?? fairnessOf(dice, fair));
  return meetings.map((meeting) =>
    typeof meeting.fair === 'string' ? { ...meeting, fair: classes.get(meeting.fair)! } : meeting,
  );
};

// --- all of them -----------------------------------------------------------------------------------------------------------

/** All interactions of a model. */
export const anyMeetings = (draft: ModelDraft): ReadonlyArray<RecipeInteraction> => {
  const { dice, frame } = draft;
  const together = dice.oneIn(6);
  const slots = dice.shuffled(activeSlots(frame));
  const names = ['Go', 'Do', 'Hear', 'Put', 'Ask', 'Say'].slice(0, Math.max(2, slots.length - dice.below(3)));
  const made = names.map((name, i) => {
    const written = slots[i % slots.length]!;
    return dice.oneIn(3) ? talkFamily(draft, name, written, together) : guarded(draft, family(draft, name, written, together));
  });
  return dice.shuffled(strengthened(dice, made.flat()));
};
