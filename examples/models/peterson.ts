/**
 * Peterson's algorithm for mutual exclusion of two processes (1981), one step per read or write of a shared variable. `broken`
 * leaves out the turn: both can then wait for ever.
 */
import type { Model } from 'bayou/checker';

type Place = 'idle' | 'flag up' | 'waiting' | 'critical';

export interface PetersonState {
  readonly at: readonly [Place, Place];
  readonly wants: readonly [boolean, boolean];
  readonly turn: 0 | 1;
}

export interface PetersonAction {
  readonly name: 'want' | 'yield' | 'enter' | 'leave';
  readonly process: 0 | 1;
}

const place = <T>([left, right]: readonly [T, T], process: 0 | 1, value: T): readonly [T, T] =>
  process === 0 ? [value, right] : [left, value];

const STEP_FROM = { idle: 'want', 'flag up': 'yield', waiting: 'enter', critical: 'leave' } as const;

const mayEnter = ({ wants, turn }: PetersonState, process: 0 | 1, useTurn: boolean): boolean =>
  !wants[process === 0 ? 1 : 0] || (useTurn && turn === process);

const next = (state: PetersonState, { name, process }: PetersonAction, useTurn: boolean): PetersonState | undefined => {
  const { at, wants } = state;
  switch (name) {
    case 'want':
      return { ...state, at: place(at, process, 'flag up'), wants: place(wants, process, true) };
    case 'yield':
      return { ...state, at: place(at, process, 'waiting'), turn: process === 0 ? 1 : 0 };
    case 'enter':
      return mayEnter(state, process, useTurn) ? { ...state, at: place(at, process, 'critical') } : undefined;
    case 'leave':
      return { ...state, at: place(at, process, 'idle'), wants: place(wants, process, false) };
  }
};

/** What the model can be made with. */
export const parameters = { variant: { default: 'correct', oneOf: ['correct', 'broken'] } };

/** Peterson's algorithm, or the same without the turn. */
export const peterson = (variant: 'correct' | 'broken' = 'correct'): Model<PetersonState, PetersonAction> => ({
  name: `Peterson's algorithm, ${variant}`,
  initial: [{ at: ['idle', 'idle'], wants: [false, false], turn: 0 }],
  actions: ({ at }) => ([0, 1] as const).map((process) => ({ name: STEP_FROM[at[process]], process })),
  next: (state, action) => next(state, action, variant === 'correct'),
  label: ({ name, process }) => ({ family: name, args: [`p${process}`] }),
  fairness: ({ name, process }) => (name === 'want' ? undefined : `p${process}`),
  properties: [
    {
      name: 'at most one process is critical',
      kind: 'always',
      holds: ({ at }) => !(at[0] === 'critical' && at[1] === 'critical'),
    },
    { name: 'some step can always be taken', kind: 'noDeadlock' },
    ...([0, 1] as const).map((process) => ({
      name: `process ${process} enters once it wants to`,
      kind: 'leadsTo' as const,
      from: ({ at }: PetersonState) => at[process] === 'flag up',
      to: ({ at }: PetersonState) => at[process] === 'critical',
    })),
  ],
});

export default ({ variant }: { readonly variant: 'correct' | 'broken' }): Model<PetersonState, PetersonAction> =>
  peterson(variant);
