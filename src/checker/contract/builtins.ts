/**
 * Protects the builtins of JavaScript. The checker is made of them, so a model that changes one changes its own search, and no verdict of
 * that search can be believed. The builtins are compared before and after, and put back. The comparison uses functions that were taken
 * before any model ran, and no iterator or method that a model could change.
 */
import { atNoState } from './fault-location.js';
import { fault } from './model-faults.js';

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, is } = Object;
const { ownKeys, deleteProperty } = Reflect;

/** Classes whose own properties, and whose prototypes' properties, are compared. */
const CLASSES: ReadonlyArray<string> = (
  'Object Function Array String Number Boolean Symbol BigInt Date RegExp Map Set WeakMap WeakSet WeakRef Promise Error TypeError RangeError ' +
  'ArrayBuffer SharedArrayBuffer DataView Uint8Array Int32Array Uint32Array Float64Array BigUint64Array'
).split(' ');

/** Objects whose properties are all compared. */
const SPACES: ReadonlyArray<string> = ['JSON', 'Math', 'Reflect', 'Atomics'];

/** Other globals. */
const GLOBALS: ReadonlyArray<string> =
  'Proxy parseInt parseFloat isNaN isFinite structuredClone setTimeout clearTimeout setInterval clearInterval setImmediate queueMicrotask process'.split(
    ' ',
  );

/** The properties of `process` that the program relies on. */
const OF_PROCESS: ReadonlyArray<string> = ['exit', 'nextTick', 'hrtime', 'memoryUsage', 'kill'];

/** A property of a builtin. */
interface Builtin {
  readonly object: Readonly<Record<string | symbol, unknown>>;
  /** As people write it: `Array.prototype.map`. */
  readonly name: string;
  readonly key: string | symbol;
  /** A computed property is compared by its functions. */
  readonly isComputed: boolean;
}

/**
 * Builtins that are not watched. A model may set the first two, to be the same each time, because nothing here relies on them. The length of the
 * prototype follows from its other properties.
 */
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

/** A snapshot of the builtins: the value of each property, or the functions that compute it. */
export type Builtins = ReadonlyArray<unknown>;

const isOf = ({ object, key, isComputed }: Builtin, known: unknown): boolean => {
  if (!isComputed) return is(object[key], known);
  const now = getOwnPropertyDescriptor(object, key);
  const before = known as PropertyDescriptor;
  return now !== undefined && now.get === before.get && now.set === before.set;
};

/** Takes a snapshot. */
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
    // The property cannot be set any more. The fault is reported all the same.
  }
};

/** Gives a name that every object or every list has now and had not before. It looks the name up in an empty one. */
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

/** Puts all changed builtins back, and gives the name of one; undefined where none has changed. */
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

/**
 * Refuses a model that changed a builtin, and puts it back. `what` says in a few words who changed it. @throws CheckerError (`model`).
 */
export const mustLeaveBuiltins = (before: Builtins, what: string): void => {
  const name = changedSince(before);
  if (name !== undefined)
    throw atNoState(
      fault(`${what} changes ${name}, of which this program is made too: leave what JavaScript comes with as it is`),
    );
};
