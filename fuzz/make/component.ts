/** Random component models. */
import { range, type Dice } from '../dice.js';
import {
  sizeOfDomain,
  type ComponentClaim,
  type ComponentRecipe,
  type Domain,
  type RecipePredicate,
  type RecipeInteraction,
  type RecipeSlot,
} from '../recipe/component.js';
import { anyKinds, type ClaimKind } from './common.js';
import { anyFrame, imagesOf, renamedState, rowsOf, type RecipeFrame } from './frame.js';
import { anyMeetings, anySlots, lookNumber, type ModelDraft } from './meetings.js';

/** Looks at some slots, often at the same as before, in the same order or another, with all their images. */
const anyLooks = (draft: ModelDraft, rare: number, except: boolean): ReadonlyArray<number> => {
  const { dice, frame, looks } = draft;
  const known = dice.oneIn(2) && looks.length > 0 ? dice.pick(looks) : undefined;
  const slots = known === undefined ? anySlots(draft, dice.pick([1, 1, 2, 2, 3]), true) : dice.shuffled(known.slots);
  // Often two properties are decided in the same states.
  const isSame = known?.slots.join() === slots.join() && dice.oneIn(2);
  const rows = isSame ? known.rows : dice.some(range(rowsOf(frame, slots)), rare);
  const look: RecipePredicate = { slots, rows, except };
  return dice.shuffled(imagesOf(frame, look)).map((image) => lookNumber(draft, image));
};

const severalLooks = (draft: ModelDraft, rare: number, except: boolean): ReadonlyArray<number> =>
  range(1 + draft.dice.below(3)).flatMap(() => anyLooks(draft, rare, except));

const claimOf = (draft: ModelDraft, name: string, kind: ClaimKind): ComponentClaim => {
  const { dice } = draft;
  const none = { name, kind, over: [], to: [], bare: false };
  const rare = dice.pick([0, 0.05, 0.15, 0.3]);
  switch (kind) {
    case 'always':
      return { ...none, over: severalLooks(draft, rare, true) };
    case 'sometimes':
      return { ...none, over: severalLooks(draft, rare, false) };
    case 'noDeadlock':
      return { ...none, over: anyLooks(draft, 0.4, dice.oneIn(2)), bare: dice.oneIn(3) };
    case 'leadsTo':
      return { ...none, over: anyLooks(draft, 0.4, false), to: anyLooks(draft, 0.3, dice.oneIn(3)) };
    default:
      return kind === 'eventually' || kind === 'eventuallyAlways'
        ? { ...none, over: anyLooks(draft, dice.pick([0.2, 0.5]), dice.oneIn(2)) }
        : none;
  }
};

/** A slot that counts up, deeper than what the checker keeps in a byte, or in two. */
const deepen = (dice: Dice, recipe: ComponentRecipe): ComponentRecipe => {
  const isVery = dice.oneIn(60);
  const count = isVery ? 65_600 + dice.below(500) : 250 + dice.below(600);
  const domain: Domain = { name: 'deep', values: [], count, progress: [], variants: 1 };
  const slot: RecipeSlot = { name: 'deep', domain: 0, initial: 0 };
  const climb: RecipeInteraction = { family: 'Climb', args: [], slots: [0], writes: [0], outcomes: [], climbs: true, shift: 0 };
  const far: RecipePredicate = { slots: [0], rows: [isVery ? count + 1 : count - 1 - dice.below(30)], except: true };
  const mates = isVery ? [] : range(dice.below(3));
  const toggles = mates.map((i): RecipeInteraction => ({
    family: 'Toggle',
    args: [`t${i}`],
    slots: [1 + i, 0],
    writes: [0],
    outcomes: [
      [dice.below(2), [{ next: [dice.below(2)] }]],
      ...(dice.oneIn(2) ? [[2 * dice.below(count), [{ next: [1] }]] as const] : []),
    ],
    shift: 0,
  }));
  return {
    ...recipe,
    domains: [domain, { name: 'toggle', values: [false, true], progress: [0, 1], variants: 1 }],
    slots: [slot, ...mates.map((i): RecipeSlot => ({ name: `t${i}`, domain: 1, initial: 0 }))],
    looks: [far, { slots: [0], rows: [count - 1], except: false }],
    meetings: [climb, ...toggles],
    claims: [
      { name: 'far', kind: 'always', over: [0], to: [], bare: false },
      { name: 'the end', kind: 'sometimes', over: [1], to: [], bare: false },
      { name: 'it ends', kind: 'noDeadlock', over: [1], to: [], bare: false },
    ],
    hasProgress: false,
  };
};

/** Several initial states, with all that renamings make of them; one of them may be there twice. */
const anyInitial = (dice: Dice, frame: RecipeFrame): ReadonlyArray<ReadonlyArray<number>> => {
  const first = frame.slots.map(({ initial }) => initial);
  const others = range(dice.below(3)).map(() =>
    frame.slots.map(({ domain, initial }) => (dice.oneIn(3) ? dice.below(sizeOfDomain(frame.domains[domain]!)) : initial)),
  );
  const some = dice.oneIn(3) ? others : [first, ...others];
  const images = (some.length === 0 ? [first] : some).flatMap((state) =>
    frame.renamings.map((renaming) => renamedState(frame, renaming, state)),
  );
  return dice.shuffled(dice.oneIn(2) ? images : [...new Map(images.map((state) => [state.join(), state])).values()]);
};

const EMPTY: Pick<ComponentRecipe, 'form' | 'exchanges'> = { form: 'component', exchanges: [] };

/** A random component model. */
export const anyComponents = (dice: Dice): ComponentRecipe => {
  const frame: RecipeFrame = anyFrame(dice);
  const kinds = anyKinds(dice);
  const nameOf = (kind: ClaimKind, i: number): string => `${i} ${kind}`;
  const named = (wanted: ClaimKind): ReadonlyArray<string> =>
    kinds.flatMap((kind, i) => (kind === wanted ? [nameOf(kind, i)] : []));
  const draft: ModelDraft = {
    dice,
    frame,
    looks: [],
    exchanges: [],
    violable: named('alwaysStep'),
    reachable: named('sometimesStep'),
    falls: dice.oneIn(12),
  };
  const meetings = anyMeetings(draft);
  const claims = kinds.map((kind, i) => claimOf(draft, nameOf(kind, i), kind));
  const boundary = dice.oneIn(4) ? range(1 + dice.below(2)).flatMap(() => anyLooks(draft, 0.15, true)) : undefined;
  const recipe: ComponentRecipe = {
    ...EMPTY,
    domains: frame.domains,
    slots: frame.slots,
    ...(dice.oneIn(3) ? { initial: anyInitial(dice, frame) } : {}),
    looks: draft.looks,
    meetings,
    exchanges: draft.exchanges,
    claims,
    ...(boundary === undefined ? {} : { boundary }),
    ...(frame.declared.length > 0 ? { symmetry: frame.declared } : {}),
    hasProgress: frame.hasProgress,
    keyed: dice.oneIn(6),
    blurred: frame.domains.some(({ variants }) => variants > 1) && dice.oneIn(4),
    shown: !dice.oneIn(5),
  };
  if (!dice.oneIn(250)) return recipe;
  const { boundary: _b, symmetry: _s, initial: _i, blurred: _k, ...rest } = recipe;
  return deepen(dice, { ...rest, exchanges: [] });
};
