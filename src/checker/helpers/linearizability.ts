/**
 * Linearizability (Herlihy and Wing, 1990) of a history: whether its operations, each at one moment between its invocation and its
 * response, are those of a sequential object. A history is an immutable value, to be kept in the states of a model: an `always` property
 * that asks {@link isLinearizable} of it judges every run.
 *
 * An operation that is under way may have taken effect or not. The search is Wing and Gong's, with what was tried before remembered.
 */
import { A_HISTORY, A_PROCESS, A_SEQUENTIAL_OBJECT, mustTake } from '../contract/argument-checks.js';
import { guarded, VALUE, type TypeTest } from '../contract/guarded-call.js';
import { described } from '../contract/codecs.js';
import { onKeptCopies } from '../contract/repeated-call.js';
import { text } from '../shown/text.js';
import { encodeItem } from '../values/encode.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** What a service should be like: one operation after the other, each applied at once. */
export interface SequentialObject<S, O, R> {
  readonly initial: S;
  /** The state after an operation, and the response to it. A pure function: it changes neither the state nor the operation. */
  readonly apply: (state: S, operation: O) => readonly [state: S, response: R];
}

/** An operation that was invoked. */
export interface PendingOperation<O> {
  /**
   * Of each other process how many of its operations were completed when this one was invoked: those come before it. Processes without any
   * are left out. They are pairs and no fields of an object, since the number 1 and the text `1` are two processes.
   */
  readonly before: ReadonlyArray<readonly [process: number | string, completed: number]>;
  readonly operation: O;
}

/** An operation that has its response. */
export interface CompletedOperation<O, R> extends PendingOperation<O> {
  readonly response: R;
}

/** The operations of one process: one after the other, and perhaps one under way. */
export interface ProcessHistory<O, R> {
  readonly process: number | string;
  readonly done: ReadonlyArray<CompletedOperation<O, R>>;
  readonly pending?: PendingOperation<O>;
}

/** The operations of each process, in the order of the processes' names. */
export interface History<O, R> {
  readonly processes: ReadonlyArray<ProcessHistory<O, R>>;
  /** What could not be: a second invocation before the first was answered, a response to nothing. No such history is linearizable. */
  readonly broken?: string;
}

// --- making histories ------------------------------------------------------------------------------------------------------

/** A history in which nothing has happened. */
export const emptyHistory: History<never, never> = { processes: [] };

const find = <O, R>({ processes }: History<O, R>, process: number | string): ProcessHistory<O, R> =>
  processes.find((known) => known.process === process) ?? { process, done: [] };

const put = <O, R>({ processes }: History<O, R>, changed: ProcessHistory<O, R>): History<O, R> => ({
  processes: [...processes.filter(({ process }) => process !== changed.process), changed].sort((a, b) =>
    encodeItem(a.process) < encodeItem(b.process) ? -1 : 1,
  ),
});

/** A process invokes an operation. */
export const invoked = <O, R>(history: History<O, R>, process: number | string, operation: O): History<O, R> => {
  mustTake('invoked', 'history', A_HISTORY, history);
  mustTake('invoked', 'process', A_PROCESS, process);
  if (history.broken !== undefined) return history;
  const { done, pending } = find(history, process);
  if (pending !== undefined)
    return { ...history, broken: `${text(process)} invoked an operation before its last one was answered` };
  const before = history.processes.flatMap((other) =>
    other.process === process || other.done.length === 0 ? [] : [[other.process, other.done.length] as const],
  );
  return put(history, { process, done, pending: { before, operation } });
};

/** A process has the response to the operation that it invoked last. */
export const responded = <O, R>(history: History<O, R>, process: number | string, response: R): History<O, R> => {
  mustTake('responded', 'history', A_HISTORY, history);
  mustTake('responded', 'process', A_PROCESS, process);
  if (history.broken !== undefined) return history;
  const { done, pending } = find(history, process);
  if (pending === undefined) return { ...history, broken: `${text(process)} had a response and had invoked nothing` };
  return put(history, { process, done: [...done, { ...pending, response }] });
};

// --- judging them ----------------------------------------------------------------------------------------------------------

interface Place<S> {
  /** By process, how many of its completed operations have taken effect. */
  readonly taken: ReadonlyArray<number>;
  /** By process, whether its pending operation has taken effect. */
  readonly early: ReadonlyArray<boolean>;
  readonly state: S;
}

type Step<O, R> = readonly [operation: O, response: R];

const isApplied = (u: unknown): u is readonly [unknown, unknown] => Array.isArray(u) && u.length === 2 && u.every(VALUE.is);

/** What `apply` gives. */
const APPLIED: TypeTest = { is: isApplied, codec: described('a state and a response, [state, response]', isApplied) };

/**
 * The object with a guard before its `apply`, which gets copies at each call. The search tries several operations in one state, and each
 * search begins in one initial state: an `apply` that changed a state would change what the others are applied to.
 */
const guardedObject = <S, O, R>(where: string, object: SequentialObject<S, O, R>): SequentialObject<S, O, R> => {
  const named = `${where}: object.apply`;
  type Apply = SequentialObject<S, O, R>['apply'];
  const apply: Apply = (state, operation) => object.apply(state, operation);
  return { initial: object.initial, apply: guarded(named, APPLIED, onKeptCopies(named, apply as never) as Apply, 2) };
};

/** Lists all operations that can take effect next, each with the place to which it leads. */
const nextPlaces = <S, O, R>(
  { processes }: History<O, R>,
  indexes: ReadonlyMap<number | string, number>,
  object: SequentialObject<S, O, R>,
  { taken, early, state }: Place<S>,
): ReadonlyArray<readonly [Place<S>, Step<O, R>]> => {
  const isDue = (before: PendingOperation<O>['before']): boolean =>
    before.every(([process, completed]) => taken[indexes.get(process)!]! >= completed);
  return processes.flatMap(({ done, pending }, i): ReadonlyArray<readonly [Place<S>, Step<O, R>]> => {
    const completed = done[taken[i]!];
    if (completed !== undefined) {
      if (!isDue(completed.before)) return [];
      const [after, response] = object.apply(state, completed.operation);
      if (encodeItem(response) !== encodeItem(completed.response)) return [];
      return [[{ taken: taken.with(i, taken[i]! + 1), early, state: after }, [completed.operation, response]]];
    }
    if (pending === undefined || early[i] === true || !isDue(pending.before)) return [];
    const [after, response] = object.apply(state, pending.operation);
    return [[{ taken, early: early.with(i, true), state: after }, [pending.operation, response]]];
  });
};

const orderOf = <S, O, R>(
  where: string,
  history: History<O, R>,
  given: SequentialObject<S, O, R>,
): ReadonlyArray<Step<O, R>> | undefined => {
  mustTake(where, 'history', A_HISTORY, history);
  mustTake(where, 'object', A_SEQUENTIAL_OBJECT, given);
  if (history.broken !== undefined) return undefined;
  const object = guardedObject(where, given);
  const { processes } = history;
  const indexes = new Map(processes.map(({ process }, i) => [process, i] as const));
  const tried = new Set<string>();
  const search = (place: Place<S>, order: ReadonlyArray<Step<O, R>>): ReadonlyArray<Step<O, R>> | undefined => {
    if (processes.every(({ done }, i) => place.taken[i] === done.length)) return order;
    const code = encodeItem(place);
    if (tried.has(code)) return undefined;
    tried.add(code);
    for (const [next, step] of nextPlaces(history, indexes, object, place)) {
      const found = search(next, [...order, step]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const start = { taken: processes.map(() => 0), early: processes.map(() => false), state: object.initial };
  return search(start, []);
};

/**
 * An order of the history's operations that the object could have had, those under way that took effect among them; undefined: none.
 *
 * @throws CheckerError (`option`) for what is no history or no sequential object; (`model`) where `apply` throws, changes what it is given,
 * or gives no state and response.
 */
export const linearization = <S, O, R>(
  history: History<O, R>,
  object: SequentialObject<S, O, R>,
): ReadonlyArray<readonly [operation: O, response: R]> | undefined => orderOf('linearization', history, object);

/** Whether the history is one of the object's. @throws CheckerError as {@link linearization} does. */
export const isLinearizable = <S, O, R>(history: History<O, R>, object: SequentialObject<S, O, R>): boolean =>
  orderOf('isLinearizable', history, object) !== undefined;
