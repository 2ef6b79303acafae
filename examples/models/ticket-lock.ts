/**
 * A ticket lock (Mellor-Crummey and Scott, 1991): who wants in draws the next number and waits until it is served. A model made of
 * components, so all searches and several threads are there for it. Numbers are counted modulo the processes, of which no more can wait.
 */
import { interaction, over, slot, type ComponentModel, type Interaction, type Slot } from 'bayou/checker';

export interface Customer {
  readonly at: 'outside' | 'waiting' | 'inside';
  /** Its number, while it waits or is inside. */
  readonly ticket: number | null;
}

type Counter = Slot<number>;

const OUTSIDE: Customer = { at: 'outside', ticket: null };

/** What the model can be made with. `broken`: the number is read, and only later counted up. */
export const parameters = {
  processes: { default: 3, min: 2, max: 8 },
  variant: { default: 'correct', oneOf: ['correct', 'broken'] },
};

export interface TicketLockParameters {
  readonly processes: number;
  readonly variant: string;
}

const drawing = (customer: Slot<Customer>, next: Counter, count: number): Interaction =>
  interaction({
    label: { family: 'draw', args: [customer.name] },
    slots: [customer, next],
    writes: [0, 1],
    step: ({ at }, number) =>
      at === 'outside' ? [{ next: [{ at: 'waiting', ticket: number }, (number + 1) % count], note: `number ${number}` }] : [],
    fairness: customer.name,
  });

/** The number is read in one step and counted up in another: two may have the same. */
const looking = (customer: Slot<Customer>, next: Counter): Interaction =>
  interaction({
    label: { family: 'look', args: [customer.name] },
    slots: [customer, next],
    writes: [0],
    step: ({ at, ticket }, number) => (at === 'outside' && ticket === null ? [{ next: [{ at, ticket: number }, number] }] : []),
  });

const counting = (customer: Slot<Customer>, next: Counter, count: number): Interaction =>
  interaction({
    label: { family: 'count', args: [customer.name] },
    slots: [customer, next],
    writes: [0, 1],
    step: ({ at, ticket }) =>
      at === 'outside' && ticket !== null ? [{ next: [{ at: 'waiting', ticket }, (ticket + 1) % count] }] : [],
    fairness: customer.name,
  });

const entering = (customer: Slot<Customer>, serving: Counter): Interaction =>
  interaction({
    label: { family: 'enter', args: [customer.name] },
    slots: [customer, serving],
    writes: [0],
    step: ({ at, ticket }, served) =>
      at === 'waiting' && ticket === served ? [{ next: [{ at: 'inside', ticket }, served] }] : [],
    fairness: customer.name,
  });

const leaving = (customer: Slot<Customer>, serving: Counter, count: number): Interaction =>
  interaction({
    label: { family: 'leave', args: [customer.name] },
    slots: [customer, serving],
    writes: [0, 1],
    step: ({ at }, served) => (at === 'inside' ? [{ next: [OUTSIDE, (served + 1) % count] }] : []),
    fairness: customer.name,
  });

/** The lock with so many processes. */
export const ticketLock = ({ processes, variant }: TicketLockParameters): ComponentModel => {
  const next = slot('counter', 'next', 0);
  const serving = slot('counter', 'serving', 0);
  const customers = Array.from({ length: processes }, (_, i) => slot<Customer>('customer', `p${i}`, OUTSIDE));
  const pairs = customers.flatMap((one, i) => customers.slice(i + 1).map((other) => [one, other] as const));
  return {
    name: `ticket lock, ${processes} processes, ${variant}`,
    slots: [next, serving, ...customers],
    interactions: customers.flatMap((customer) => [
      ...(variant === 'broken'
        ? [looking(customer, next), counting(customer, next, processes)]
        : [drawing(customer, next, processes)]),
      entering(customer, serving),
      leaving(customer, serving, processes),
    ]),
    properties: [
      {
        name: 'at most one is inside',
        kind: 'always',
        over: pairs.map(([a, b]) => over([a, b], (one, other) => one.at !== 'inside' || other.at !== 'inside')),
      },
      { name: 'some step can always be taken', kind: 'noDeadlock' },
      ...customers.map((customer) => ({
        name: `${customer.name} is served once it waits`,
        kind: 'leadsTo' as const,
        from: [over([customer], ({ at }) => at === 'waiting')],
        to: [over([customer], ({ at }) => at === 'inside')],
      })),
    ],
  };
};

export default ticketLock;
