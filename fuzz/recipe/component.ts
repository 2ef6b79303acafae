/* eslint-disable max-lines -- a recipe and the model that is made from it: the model reads each field of the recipe. */
/** A component model as data: domains of values, slots, and tables for steps, guards, exchanges and predicates. */
import {
  query,
  type ComponentModel,
  type ComponentProperty,
  type Query,
  type Fairness,
  type Interaction,
  type ReplyOutcome,
  type Outcome,
  type Permutation,
  type Predicate,
  type Slot,
} from '#bayou/checker/model.js';
import { canon } from '../oracle/text.js';
import { range } from '../dice.js';
import { Forms } from './forms.js';
import { twins, type ValueTree } from './values.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** The values of a kind of slot. Tables speak of them by number. */
export interface Domain {
  readonly name: string;
  readonly values: ReadonlyArray<ValueTree>;
  /** The number of values where they are whole numbers from 0, as in a deep model. */
  readonly count?: number;
  readonly progress: ReadonlyArray<number>;
  /** The number of variants of each value, which a quotient merges. */
  readonly variants: number;
}

export interface RecipeSlot {
  readonly name: string;
  readonly domain: number;
  readonly initial: number;
}

/** Values of some slots as one number: the first slot's is the least digit. */
export type ValueRow = number;

export interface RecipePredicate {
  readonly slots: ReadonlyArray<number>;
  readonly rows: ReadonlyArray<ValueRow>;
  /** Is the look true everywhere but in `rows`? Otherwise it is true in `rows` alone. */
  readonly except: boolean;
}

export interface RecipeRemarks {
  readonly note?: string;
  readonly violates?: ReadonlyArray<string>;
  readonly witnesses?: ReadonlyArray<string>;
}

/** An outcome of a step: `next` has the values of the written slots, in their order. */
export interface RecipeOutcome extends RecipeRemarks {
  readonly next: ReadonlyArray<number>;
}

export interface RecipeInteraction {
  readonly family: string;
  readonly args: ReadonlyArray<string>;
  readonly slots: ReadonlyArray<number>;
  readonly writes: ReadonlyArray<number>;
  readonly outcomes: ReadonlyArray<readonly [ValueRow, ReadonlyArray<RecipeOutcome>]>;
  /** The step adds one to its one slot, up to the greatest value, without a table. */
  readonly climbs?: boolean;
  readonly guard?: number;
  readonly fair?: Fairness;
  readonly talk?: { readonly exchange: number; readonly when?: number };
  readonly shift: number;
}

/** Tables of an exchange: by asker, by answerer and question, by asker and answer. */
export interface RecipeQuery {
  readonly asker: number;
  readonly answerer: number;
  readonly ask: ReadonlyArray<number | null>;
  readonly answer: ReadonlyArray<ReadonlyArray<number | null>>;
  readonly take: ReadonlyArray<ReadonlyArray<ReadonlyArray<RecipeOutcome>>>;
  readonly keyed: boolean;
  readonly shift: number;
}

export interface ComponentClaim {
  readonly name: string;
  readonly kind: ComponentProperty['kind'];
  /** The numbers of looks. Of `leadsTo`: those from which it leads; of `noDeadlock`: those of final states. */
  readonly over: ReadonlyArray<number>;
  readonly to: ReadonlyArray<number>;
  readonly bare: boolean;
}

export interface SlotRenaming {
  readonly name: string;
  readonly slotTo: ReadonlyArray<number>;
  /** The images of values, by domain and value. */
  readonly values: ReadonlyArray<ReadonlyArray<number>>;
}

export interface ComponentRecipe {
  readonly form: 'component';
  readonly domains: ReadonlyArray<Domain>;
  readonly slots: ReadonlyArray<RecipeSlot>;
  /** The initial states, perhaps with repetitions, each as the values of all slots. */
  readonly initial?: ReadonlyArray<ReadonlyArray<number>>;
  readonly looks: ReadonlyArray<RecipePredicate>;
  readonly meetings: ReadonlyArray<RecipeInteraction>;
  readonly exchanges: ReadonlyArray<RecipeQuery>;
  readonly claims: ReadonlyArray<ComponentClaim>;
  readonly boundary?: ReadonlyArray<number>;
  readonly symmetry?: ReadonlyArray<SlotRenaming>;
  /** A quotient that merges values with others, by domain. */
  readonly folds?: ReadonlyArray<ReadonlyArray<number>>;
  /** The reductions may be false. */
  readonly spoiled?: true;
  readonly hasProgress: boolean;
  readonly keyed: boolean;
  /** `blurred`: a key that merges the variants of a value. `keyFolds`: a key that merges values with others, by domain. */
  readonly blurred?: boolean;
  readonly keyFolds?: ReadonlyArray<ReadonlyArray<number>>;
  readonly shown: boolean;
}

/** Has the model normal forms? */
export const hasNormalForms = ({ domains, folds }: ComponentRecipe): boolean =>
  folds !== undefined || domains.some(({ variants }) => variants > 1);

/** The numbers of the looks that a claim, the boundary or an interaction uses. */
export const usedLooks = ({ claims, boundary = [], meetings }: ComponentRecipe): ReadonlySet<number> =>
  new Set([
    ...claims.flatMap(({ over, to }) => [...over, ...to]),
    ...boundary,
    ...meetings.flatMap(({ guard, talk }) => [guard, talk?.when].filter((look) => look !== undefined)),
  ]);

// --- values ----------------------------------------------------------------------------------------------------------------

/** The values of a domain, as the model has them. */
interface Values {
  readonly size: number;
  /** The number of a value, and of its variant. */
  readonly indexOf: (local: unknown) => readonly [index: number, variant: number];
  readonly at: (index: number, variant: number) => unknown;
}

export const sizeOfDomain = ({ values, count }: Domain): number => count ?? values.length;

const valuesOf = (domain: Domain): Values => {
  const { variants, values, count } = domain;
  if (count !== undefined) return { size: count, indexOf: (local) => [local as number, 0], at: (index) => index };
  const made = values.map((value) =>
    range(variants).map((variant) => twins(variants === 1 ? value : { list: [value, variant] })),
  );
  const known = new Map<string, readonly [number, number]>();
  made.forEach((all, index) => all.forEach((twin, variant) => known.set(canon(twin(false)), [index, variant])));
  let turn = 0;
  return {
    size: values.length,
    indexOf: (local) => {
      const found = known.get(canon(local));
      if (found === undefined)
        throw new Error(`the checker asks about a value that ${domain.name} does not have: ${canon(local)}`);
      return found;
    },
    at: (index, variant) => made[index]![variant]!(turn++ % 2 === 1),
  };
};

// --- the model -------------------------------------------------------------------------------------------------------------

type Locals = ReadonlyArray<unknown>;

/** The model that a recipe describes. */
// eslint-disable-next-line max-lines-per-function -- a model is cooked field by field, as the interface lists them.
export const componentModel = (recipe: ComponentRecipe, forms = new Forms()): ComponentModel => {
  const domains = new Map(recipe.domains.map((domain) => [domain.name, domain]));
  const values = new Map(recipe.domains.map((domain) => [domain.name, valuesOf(domain)]));
  const kindOf = (slot: number): string => recipe.domains[recipe.slots[slot]!.domain]!.name;
  const slots: ReadonlyArray<Slot<unknown>> = recipe.slots.map(({ name, domain, initial }) => {
    const kind = recipe.domains[domain]!.name;
    return { kind, name, initial: values.get(kind)!.at(initial, 0) };
  });
  /** The row of some slots' values. */
  const rowOf = (which: ReadonlyArray<number>, locals: Locals): ValueRow => {
    let row = 0;
    for (let i = which.length - 1; i >= 0; i--) {
      const { size, indexOf } = values.get(kindOf(which[i]!))!;
      forms.see(locals[i]);
      row = row * size + indexOf(locals[i])[0];
    }
    return row;
  };
  const moved = (kind: string, local: unknown, index: number, shift: number): unknown => {
    const { indexOf, at } = values.get(kind)!;
    return at(index, (indexOf(local)[1] + shift) % domains.get(kind)!.variants);
  };
  const said = ({ note, violates, witnesses }: RecipeRemarks): RecipeRemarks => ({
    ...(note === undefined ? {} : { note }),
    ...(violates === undefined ? {} : { violates }),
    ...(witnesses === undefined ? {} : { witnesses }),
  });
  const predicates = recipe.looks.map((look): Predicate => {
    const rows = new Set(look.rows);
    return {
      slots: look.slots.map((i) => slots[i]!),
      holds: (...locals: Locals) => rows.has(rowOf(look.slots, locals)) !== look.except,
    };
  });
  const exchanges = recipe.exchanges.map((talking): Query<unknown, unknown, unknown, unknown> => {
    const asker = recipe.domains[talking.asker]!.name;
    const answerer = recipe.domains[talking.answerer]!.name;
    const at = (kind: string, local: unknown): number => {
      forms.see(local);
      return values.get(kind)!.indexOf(local)[0];
    };
    const askerAt = (local: unknown): number => at(asker, local);
    const question = (n: number): unknown => ({ question: n, of: [n] });
    return {
      request: (local) => {
        const n = talking.ask[askerAt(local)] ?? undefined;
        return n === undefined ? undefined : question(n);
      },
      reply: (local, asked) => {
        return talking.answer[at(answerer, local)]![(asked as { readonly question: number }).question] ?? undefined;
      },
      receive: (local, answer): ReadonlyArray<ReplyOutcome<unknown>> =>
        talking.take[askerAt(local)]![answer as number]!.map((way) => ({
          ...said(way),
          next: moved(asker, local, way.next[0]!, talking.shift),
        })),
      ...(talking.keyed
        ? {
            requestKey: (asked: unknown) => String((asked as { readonly question: number }).question),
            replyKey: (answer: unknown) => String(answer),
          }
        : {}),
    };
  });
  const climb = ({ slots: [slot] }: RecipeInteraction): Interaction['step'] => {
    const { size } = values.get(kindOf(slot!))!;
    return (local) => ((local as number) + 1 < size ? [{ next: [(local as number) + 1] }] : []);
  };
  const stepOf = (meeting: RecipeInteraction): Interaction['step'] => {
    if (meeting.climbs === true) return climb(meeting);
    const outcomes = new Map(meeting.outcomes);
    return (...locals: Locals): ReadonlyArray<Outcome<ReadonlyArray<Slot<unknown>>>> =>
      (outcomes.get(rowOf(meeting.slots, locals)) ?? []).map((outcome) => {
        const next = [...locals];
        meeting.writes.forEach((arg, i) => {
          next[arg] = moved(kindOf(meeting.slots[arg]!), locals[arg], outcome.next[i]!, meeting.shift);
        });
        return { ...said(outcome), next };
      });
  };
  const interactionOf = (meeting: RecipeInteraction): Interaction => {
    const { family, args, guard, fair, talk } = meeting;
    const common = { label: { family, args }, ...(fair === undefined ? {} : { fairness: fair }) };
    if (talk === undefined) {
      const met = meeting.slots.map((i) => slots[i]!);
      const guarded = guard === undefined ? {} : { guard: predicates[guard]! };
      return { ...common, slots: met, writes: meeting.writes, step: stepOf(meeting), ...guarded };
    }
    const [asker, answerer] = meeting.slots.map((i) => slots[i]!);
    const when = talk.when === undefined ? {} : { when: predicates[talk.when]! };
    return query({ ...common, requester: asker!, replier: answerer!, query: exchanges[talk.exchange]!, ...when });
  };
  const all = (which: ReadonlyArray<number>): ReadonlyArray<Predicate> => which.map((i) => predicates[i]!);
  const propertyOf = ({ name, kind, over, to, bare }: ComponentClaim): ComponentProperty => {
    switch (kind) {
      case 'alwaysStep':
      case 'sometimesStep':
        return { name, kind };
      case 'leadsTo':
        return { name, kind, from: all(over), to: all(to) };
      case 'noDeadlock':
        return { name, kind, ...(bare ? {} : { final: all(over) }) };
      default:
        return { name, kind, over: all(over) };
    }
  };
  const renamed = ({ name, slotTo, values: to }: SlotRenaming): Permutation => ({
    name,
    slotTo,
    apply: (kind, local) => {
      const domain = recipe.domains.findIndex((d) => d.name === kind);
      const [index, variant] = values.get(kind)!.indexOf(local);
      return values.get(kind)!.at(to[domain]![index]!, variant);
    },
  });
  const { boundary, symmetry, initial, folds, keyFolds } = recipe;
  const inDomain = (to: typeof folds, kind: string, index: number): number =>
    to?.[recipe.domains.findIndex(({ name }) => name === kind)]?.[index] ?? index;
  /** The values of an initial state that differ from the slots' initial values. */
  const beginning = (numbers: ReadonlyArray<number>): Readonly<Record<string, unknown>> =>
    Object.fromEntries(
      recipe.slots.flatMap((place, i) =>
        numbers[i] === place.initial ? [] : [[place.name, values.get(kindOf(i))!.at(numbers[i]!, 0)] as const],
      ),
    );
  return {
    name: 'fuzz, components',
    slots,
    interactions: recipe.meetings.map(interactionOf),
    properties: recipe.claims.map(propertyOf),
    ...(initial === undefined ? {} : { initial: initial.map(beginning) }),
    ...(boundary === undefined ? {} : { boundary: all(boundary) }),
    ...(symmetry === undefined ? {} : { symmetry: symmetry.map(renamed) }),
    ...(recipe.blurred === true || keyFolds !== undefined
      ? { key: (kind: string, local: never) => String(inDomain(keyFolds, kind, values.get(kind)!.indexOf(local)[0])) }
      : recipe.keyed
        ? { key: (_: string, local: never) => canon(local) }
        : {}),
    ...(recipe.shown ? { show: (_: string, local: never) => canon(local) } : {}),
    ...(recipe.hasProgress
      ? { progress: (kind: string, local: never) => domains.get(kind)!.progress[values.get(kind)!.indexOf(local)[0]] ?? 0 }
      : {}),
    ...(hasNormalForms(recipe)
      ? {
          normalize: (kind: string, local: never): unknown =>
            values.get(kind)!.at(inDomain(folds, kind, values.get(kind)!.indexOf(local)[0]), 0),
        }
      : {}),
  };
};
