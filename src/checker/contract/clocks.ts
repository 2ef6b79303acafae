/**
 * Moves the clocks of the program. Whatever tells the time is replaced, so that a function which asks for it gets another answer. What a model's owner
 * has replaced already, as by a constant, is left alone.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * By how many ms the clocks are moved. The first moves every part of a date and of a time. A function that asks for the time runs with the
 * others too: what it makes of the time may be the same at two times by chance (whether the second is below 30).
 */
const SHIFTS: readonly [number, ...number[]] = [
  403 * DAY_MS + 7 * HOUR_MS + 31 * MINUTE_MS + 31 * SECOND_MS + 517,
  SECOND_MS + 1,
  30 * SECOND_MS,
  30 * MINUTE_MS,
  12 * HOUR_MS,
  3 * DAY_MS,
  190 * DAY_MS,
];

/** Whether the clocks are moved now, by how much, whether one of them was asked then, and whether the replacements stay in place. */
const clock = { isMoved: false, shiftMs: SHIFTS[0], isAsked: false, isKept: false };

/** Gives by how many ms a clock is wrong that is asked now. */
const offsetMs = (): number => {
  if (!clock.isMoved) return 0;
  clock.isAsked = true;
  return clock.shiftMs;
};

const isAskedNow = (): boolean => clock.isAsked;

/** The time since the program began, in ms, wherever it is asked for: no {@link elsewhen} moves it. */
export const runningMs: () => number = performance.now.bind(performance);

// --- what tells the time ---------------------------------------------------------------------------------------------------

/** What tells the time: a property of an object, and what takes its place. */
interface Clock {
  readonly owner: object;
  readonly key: string;
  readonly real: PropertyDescriptor;
  readonly moved: PropertyDescriptor;
}

/** Makes a clock of a property, if the object has it and lets it be replaced. */
const clockAt = (owner: object, key: string, replace: (real: PropertyDescriptor) => PropertyDescriptor): ReadonlyArray<Clock> => {
  const real = Object.getOwnPropertyDescriptor(owner, key);
  return real?.configurable !== true ? [] : [{ owner, key, real, moved: { ...real, ...replace(real) } }];
};

/** Makes a clock of a function. */
const clockFunction = (owner: object, key: string, replace: (real: never) => unknown): ReadonlyArray<Clock> =>
  clockAt(owner, key, ({ value }) => ({ value: replace(value as never) }));

const RealDate = Date;
const { value: realNow } = Object.getOwnPropertyDescriptor(RealDate, 'now') as { readonly value: () => number };
const movedNow = (): number => realNow() + offsetMs();

/** A `Date` whose time is the moved one. Where `Date.now` was replaced, the replacement is called. */
const movedDate: DateConstructor = new Proxy(RealDate, {
  apply: () => new RealDate(movedNow()).toString(),
  construct: (target, args: ReadonlyArray<unknown>, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [movedNow()] : args, newTarget) as object,
  get: (target, key): unknown => {
    const value: unknown = Reflect.get(target, key);
    return key === 'now' && value === realNow ? movedNow : value;
  },
});

type Now = (this: unknown) => number;
type Hrtime = ((since?: readonly [number, number]) => [number, number]) & { readonly bigint: () => bigint };

const NANOSECONDS_PER_MS = 1_000_000n;
const NANOSECONDS_PER_S = 1_000_000_000n;

const movedHrtime = (real: Hrtime): Hrtime => {
  const bigint = (): bigint => real.bigint() + BigInt(offsetMs()) * NANOSECONDS_PER_MS;
  const hrtime = (since?: readonly [number, number]): [number, number] => {
    // The real one refuses what is no time.
    if (since !== undefined) real(since);
    const [seconds, nanoseconds] = since ?? [0, 0];
    const elapsed = bigint() - BigInt(seconds) * NANOSECONDS_PER_S - BigInt(nanoseconds);
    return [Number(elapsed / NANOSECONDS_PER_S), Number(elapsed % NANOSECONDS_PER_S)];
  };
  return Object.assign(hrtime, { bigint });
};

/** Makes the method of a format that takes a date, or else the time now. */
const movedFormat =
  <T>(real: (this: unknown, date?: unknown) => T) =>
  (format: unknown) =>
  (date?: unknown): T =>
    real.call(format, date === undefined ? movedNow() : date);

type Format = (this: unknown, date?: unknown) => string;

/** Replaces a getter that gives one function for each format. It may stay in place when the clocks are right again, and gives the real one then. */
const movedGetter = (real: PropertyDescriptor): PropertyDescriptor => {
  const known = new WeakMap<object, Format>();
  const { get: realGet } = real as { readonly get: (this: unknown) => Format };
  return {
    get(this: object): Format {
      if (!clock.isMoved && !clock.isKept) return realGet.call(this);
      const format = known.get(this) ?? movedFormat(realGet.call(this))(this);
      known.set(this, format);
      return format;
    },
  };
};

const OF_PROCESS = typeof process === 'object' ? process : {};

const CLOCKS: ReadonlyArray<Clock> = [
  ...clockAt(globalThis, 'Date', () => ({ value: movedDate })),
  ...clockAt(RealDate.prototype, 'constructor', () => ({ value: movedDate })),
  ...clockFunction(
    Object.getPrototypeOf(performance) as object,
    'now',
    (real: Now) =>
      function now(this: unknown) {
        return real.call(this) + offsetMs();
      },
  ),
  ...clockFunction(OF_PROCESS, 'hrtime', movedHrtime),
  ...clockFunction(OF_PROCESS, 'uptime', (real: Now) => () => real.call(process) + offsetMs() / SECOND_MS),
  ...clockAt(Intl.DateTimeFormat.prototype, 'format', movedGetter),
  ...clockFunction(
    Intl.DateTimeFormat.prototype,
    'formatToParts',
    (real: Format) =>
      function formatToParts(this: unknown, date?: unknown) {
        return movedFormat(real)(this)(date);
      },
  ),
];

// --- moving them -----------------------------------------------------------------------------------------------------------

const isReal = ({ owner, key, real }: Clock): boolean =>
  real.get === undefined
    ? (owner as Readonly<Record<string, unknown>>)[key] === real.value
    : Object.getOwnPropertyDescriptor(owner, key)?.get === real.get;

/** Gives a property its value or its getter. An assignment is fast, and this runs for each call that is done again. */
const put = ({ owner, key }: Clock, descriptor: PropertyDescriptor): void => {
  if (descriptor.get === undefined && descriptor.writable === true)
    (owner as Record<string, unknown>)[key] = descriptor.value as unknown;
  else Object.defineProperty(owner, key, descriptor);
};

/** Whether a getter is replaced now. */
const isMovedGetter = ({ owner, key, moved }: Clock): boolean =>
  moved.get !== undefined && Object.getOwnPropertyDescriptor(owner, key)?.get === moved.get;

/** Replaces a clock, if it is as JavaScript has it and nobody has frozen it. Says whether it is replaced now. */
const replace = (each: Clock): boolean => {
  if (isMovedGetter(each)) return true;
  if (!isReal(each)) return false;
  try {
    put(each, each.moved);
    return true;
  } catch {
    return false;
  }
};

const { queueMicrotask: soon } = globalThis;

/** Whether the replaced getters are put back as soon as nothing runs. */
let isDueSoon = false;

/** Puts back the getters that are replaced still. */
const putGettersBack = (): void => {
  isDueSoon = false;
  if (clock.isKept || clock.isMoved) return;
  for (const each of CLOCKS) {
    try {
      if (isMovedGetter(each)) put(each, each.real);
    } catch {
      // Somebody has frozen it meanwhile. It gives the real function.
    }
  }
};

/**
 * Puts a clock back. A getter takes long to put back, as V8 makes its owner anew, and calls that are done again follow one another. So one that is as it
 * was replaced stays until the program has nothing else to run, and does what the real one does.
 */
const putBack = (each: Clock): void => {
  if (!isMovedGetter(each)) {
    put(each, each.real);
    return;
  }
  if (!isDueSoon) soon(putGettersBack);
  isDueSoon = true;
};

/** Replaces the clocks that can be. Gives a function that puts them back. */
const replaceClocks = (): (() => void) => {
  const replaced = CLOCKS.filter(replace);
  return () => {
    for (const each of replaced) putBack(each);
  };
};

/**
 * Replaces the clocks for as long as the program runs. They are right as long as nobody moves them. A model that is loaded later cannot keep a clock
 * that nobody can move, as in `const { now } = Date`.
 */
export const keepClocks = (): void => {
  if (clock.isKept) return;
  replaceClocks();
  clock.isKept = true;
};

/** Moves the clocks. Gives a function that sets them right again. */
export const moveClocks = (): (() => void) => {
  const { isMoved } = clock;
  const replaceBack = isMoved || clock.isKept ? undefined : replaceClocks();
  clock.isMoved = true;
  return () => {
    clock.isMoved = isMoved;
    replaceBack?.();
  };
};

const atAnotherTime = <T>(run: () => T): T => {
  const setRight = moveClocks();
  try {
    return run();
  } finally {
    setRight();
  }
};

const fails = (run: () => unknown): boolean => {
  try {
    run();
    return false;
  } catch {
    return true;
  }
};

/** An order of times that no function follows by chance which gives two answers in turn. */
const IN_TURN: ReadonlyArray<'now' | 'elsewhen'> = ['now', 'now', 'elsewhen', 'elsewhen', 'now'];

/**
 * Runs something at another time. It may fail there without having asked for the time: a model that knows `Date` from before finds that the class of a
 * date is another one. So what fails whenever the clocks are moved, and never when they are not, does not fail.
 */
export const elsewhen = <T>(run: () => T): T => {
  const { isAsked } = clock;
  clock.isAsked = false;
  try {
    return atAnotherTime(run);
  } catch (error) {
    if (isAskedNow() || clock.isKept || clock.isMoved) throw error;
    const isByTheClass = IN_TURN.every((when) => (when === 'now' ? !fails(run) : fails(() => atAnotherTime(run))));
    if (!isByTheClass) throw error;
    return run();
  } finally {
    clock.isAsked ||= isAsked;
  }
};

/** Runs something that runs {@link elsewhen}. Where it asks for the time, it runs again at other times. */
export const atEachTime = (run: (isFirst: boolean) => void): void => {
  const { shiftMs, isAsked } = clock;
  clock.isAsked = false;
  try {
    run(true);
    if (!isAskedNow()) return;
    for (const shift of SHIFTS.slice(1)) {
      clock.shiftMs = shift;
      run(false);
    }
  } finally {
    clock.shiftMs = shiftMs;
    clock.isAsked ||= isAsked;
  }
};
