/**
 * What JavaScript comes with, and everything here is made of: a model that changes some of it changes what searches it, and no verdict of that is
 * to be believed. It is compared before and after, and put back. What is used for that was taken before any model ran, and nothing here goes
 * by an iterator or a method that a model could change.
 */
import { atNoState } from './fault-location.js';
import { fault } from './model-faults.js';

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, is } = Object;
const { ownKeys, deleteProperty } = Reflect;

/** Classes whose own properties and whose prototypes' are looked at. */
const CLASSES: ReadonlyArray<string> = (
  'Object Function Array String Number Boolean Symbol BigInt Date RegExp Map Set WeakMap WeakSet WeakRef Promise Error TypeError RangeError ' +
  'ArrayBuffer SharedArrayBuffer DataView Uint8Array Int32Array Uint32Array Float64Array BigUint64Array'
).split(' ');

/** Objects of which every property is looked at. */
const SPACES: ReadonlyArray<string> = ['JSON', 'Math', 'Reflect', 'Atomics'];

/** Other globals. */
const GLOBALS: ReadonlyArray<string> =
  'Proxy parseInt parseFloat isNaN isFinite structuredClone setTimeout clearTimeout setInterval clearInterval setImmediate queueMicrotask process'.split(
    ' ',
  );

/** What of the process the program relies on. */
const OF_PROCESS: ReadonlyArray<string> = ['exit', 'nextTick', 'hrtime', 'memoryUsage', 'kill'];

/** A property of a builtin. */
interface Builtin {
  readonly object: Readonly<Record<string | symbol, unknown>>;
  /** As people write it: `Array.prototype.map`. */
  readonly name: string;
  readonly key: string | symbol;
  /** One that is computed is compared by its functions. */
  readonly isComputed: boolean;
}

/** What a model may set so that it is the same each time: nothing here relies on it. And what follows from something else. */
const FREE: ReadonlyArray<string> = ['Math.random', 'Date.now', 'Array.prototype.length'];

const nameOf = (name: string, key: string | symbol): string =>
  typeof key === 'symbol' ? `${name}[${String(key)}]` : name === '' ? key : `${name}.${key}`;

const propertiesOf = (object: object, name: string, keys = ownKeys(object)): ReadonlyArray<Builtin> =>
  keys
    .map((key) => ({
      object: object as Builtin['object'],
      name: nameOf(name, key),
      key,
      isComputed: getOwnPropertyDescriptor(object, key)?.get !== undefined,
    }))
    .filter((builtin) => !FREE.includes(builtin.name));

const prototypeOf = (value: object): object => getPrototypeOf(value) as object;

const BUILTINS: ReadonlyArray<Builtin> = (() => {
  const globals = globalThis as unknown as Readonly<Record<string, { readonly prototype: object }>>;
  const list = [][Symbol.iterator]();
  return [
    ...propertiesOf(globalThis, '', [...CLASSES, ...SPACES, ...GLOBALS]),
    ...propertiesOf(process, 'process', [...OF_PROCESS]),
    ...CLASSES.flatMap((name) => [
      ...propertiesOf(globals[name]!, name),
      ...propertiesOf(globals[name]!.prototype, `${name}.prototype`),
    ]),
    ...SPACES.flatMap((name) => propertiesOf(globals[name]!, name)),
    ...propertiesOf(prototypeOf(Uint8Array.prototype), 'TypedArray.prototype'),
    ...propertiesOf(prototypeOf(list), 'the iterator of lists'),
    ...propertiesOf(prototypeOf(prototypeOf(list)), 'the iterators'),
    ...propertiesOf(prototypeOf(new Map()[Symbol.iterator]()), 'the iterator of maps'),
    ...propertiesOf(prototypeOf(new Set()[Symbol.iterator]()), 'the iterator of sets'),
  ];
})();

const OF_OBJECTS = ownKeys(Object.prototype).length;

/** The builtins as they are at one time: what each property is, or the functions that compute it. */
export type Builtins = ReadonlyArray<unknown>;

const isOf = ({ object, key, isComputed }: Builtin, known: unknown): boolean => {
  if (!isComputed) return is(object[key], known);
  const now = getOwnPropertyDescriptor(object, key);
  const before = known as PropertyDescriptor;
  return now !== undefined && now.get === before.get && now.set === before.set;
};

/** The builtins as they are now. */
export const builtinsNow = (): Builtins => {
  const found: unknown[] = [];
  for (let i = 0; i < BUILTINS.length; i++) {
    const { object, key, isComputed } = BUILTINS[i]!;
    found[i] = isComputed ? getOwnPropertyDescriptor(object, key) : object[key];
  }
  return found;
};

/** Puts a builtin back, as far as that can be done. */
const putBack = ({ object, key, isComputed }: Builtin, known: unknown): void => {
  try {
    defineProperty(
      object,
      key,
      isComputed ? (known as PropertyDescriptor) : { value: known, configurable: true, writable: true },
    );
  } catch {
    // It is shut now; the fault is told all the same.
  }
};

/** What every object, or every list, has now and had not: by a name that is looked up in them. */
const strange = (): string | undefined => {
  const keys = ownKeys(Object.prototype);
  if (keys.length > OF_OBJECTS) {
    const key = keys[keys.length - 1]!;
    deleteProperty(Object.prototype, key);
    return nameOf('Object.prototype', key);
  }
  if (Array.prototype.length === 0) return undefined;
  Array.prototype.length = 0;
  return 'Array.prototype[0]';
};

/** The name of a builtin that is not as it was, if any; all of them are put back. */
const changedSince = (before: Builtins): string | undefined => {
  let name = strange();
  while (strange() !== undefined);
  for (let i = 0; i < BUILTINS.length; i++) {
    if (isOf(BUILTINS[i]!, before[i])) continue;
    putBack(BUILTINS[i]!, before[i]);
    name ??= BUILTINS[i]!.name;
  }
  return name;
};

/** Refuses a model that changed a builtin; it is put back. `what` did it, in a few words. @throws CheckerError (`model`). */
export const mustLeaveBuiltins = (before: Builtins, what: string): void => {
  const name = changedSince(before);
  if (name !== undefined)
    throw atNoState(
      fault(`${what} changes ${name}, of which this program is made too: leave what JavaScript comes with as it is`),
    );
};
