/** What a function of a model may do against the contract of models. */

import { canon } from '../oracle/text.js';

export type GivenValues = ReadonlyArray<unknown>;

/** The answer of a function at the place of its misdeed. `times`: how often it was called there and had a step to return, with this call. */
export type Misbehaviour = (args: GivenValues, answer: unknown, times: number) => unknown;

/** Changes a value in place; does nothing to a value without parts. */
const change = (value: unknown): void => {
  if (Array.isArray(value)) value.push('changed');
  else if (value instanceof Set) value.add('changed');
  else if (value instanceof Map) value.set('changed', 1);
  else if (typeof value === 'object' && value !== null) (value as Record<string, unknown>)['changed'] = 1;
};

export const canChange = (value: unknown): boolean => typeof value === 'object' && value !== null;

const { stringify } = JSON;

/** Undoes the changes of a model. True where there was one. */
export const putBack = (): boolean => {
  const isChanged = JSON.stringify !== stringify;
  JSON.stringify = stringify;
  return isChanged;
};

/** The misdeeds that any function of steps may commit. */
export const ofSteps: Readonly<Record<string, Misbehaviour>> = {
  'changes what it is given': (args, answer) => {
    args.forEach(change);
    return answer;
  },
  throws: () => {
    throw new Error('the model throws');
  },
  'changes what JavaScript comes with': (_, answer) => {
    JSON.stringify = ((...args: Parameters<typeof stringify>) => stringify(...args)) as typeof stringify;
    return answer;
  },
};

// --- which object it is ------------------------------------------------------------------------------------------------------

const objectsIn = (value: unknown): ReadonlyArray<object> => {
  if (typeof value !== 'object' || value === null) return [];
  const parts: ReadonlyArray<unknown> =
    value instanceof Map
      ? [...(value as ReadonlyMap<unknown, unknown>)].flat()
      : value instanceof Set
        ? [...value]
        : Object.values(value);
  return [value, ...parts.flatMap(objectsIn)];
};

/** Answers for one of equal objects, the first that it is given, and says something else for the others. */
const byObject = (other: () => unknown): Misbehaviour => {
  const first = new Map<string, object>();
  return (args, answer) => {
    const [one] = args.flatMap(objectsIn);
    const text = canon(args);
    if (!first.has(text)) first.set(text, one!);
    return first.get(text) === one ? answer : other();
  };
};

/** The text of an object that is twice in what a function is given; undefined where there is none. */
const twiceIn = (args: GivenValues): string | undefined => {
  const texts = args.flatMap(objectsIn).map(canon);
  return texts.find((text, i) => texts.indexOf(text) < i);
};

export const hasEqualParts = (args: GivenValues): boolean => twiceIn(args) !== undefined;

/** Answers where the equal objects of this text are several, and says something else where some are one. */
const bySharing =
  (text: string, other: () => unknown): Misbehaviour =>
  (args, answer) => {
    const equal = args.flatMap(objectsIn).filter((object) => canon(object) === text);
    return new Set(equal).size < equal.length ? other() : answer;
  };

/** The misdeed that needs a place with equal parts. */
export const TELLS_SHARING = 'tells whether equal parts are one object';

/** The misdeeds of functions that look at which objects they are given. `args`: what the function is given at the place. */
export const ofIdentity = (args: GivenValues, other: () => unknown): Readonly<Record<string, Misbehaviour>> => {
  const twice = twiceIn(args);
  return {
    ...(args.some(canChange) ? { 'tells equal objects apart': byObject(other) } : {}),
    ...(twice === undefined ? {} : { [TELLS_SHARING]: bySharing(twice, other) }),
  };
};

const HIDDEN = Symbol('hidden');

export const unseen: ReadonlyArray<() => unknown> = [
  () => ({ run: () => 1 }),
  () => ({ [HIDDEN]: 1 }),
  () => ({
    get computed() {
      return 1;
    },
  }),
  () => Object.defineProperty({}, 'hidden', { value: 1, enumerable: false }),
  () => Object.assign([1], { more: 1 }),
  () => new WeakMap(),
  () => /text/,
];

const withGetter = (value: object): object =>
  Object.defineProperty(value, 'computed', { get: () => 1, enumerable: false, configurable: true });

/** Copies of a value with something beside it that no encoding sees: by its structure each is equal to the value. Of a value without parts there is none. */
export const hiding: ReadonlyArray<(value: object) => object> = [
  (value) => Object.assign(bareCopy(value), { [HIDDEN]: 1 }),
  (value) => withGetter(bareCopy(value)),
];

const bareCopy = (value: object): object =>
  Array.isArray(value)
    ? [...(value as ReadonlyArray<unknown>)]
    : value instanceof Set
      ? new Set(value)
      : value instanceof Map
        ? new Map(value)
        : { ...value };

export const noBoolean: GivenValues = [undefined, 1, 0, 'yes', null];
