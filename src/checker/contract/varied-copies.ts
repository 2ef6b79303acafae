/**
 * Copies of values that are equal to them, but that a model could tell apart: in another order in which a set or a map was filled, in
 * another order of the fields of an object, with the other sign of a zero, and with equal parts as one object or as several.
 */
import { incomparableIn } from '../values/incomparable.js';

/** Which orders a copy changes, whether it negates zeros, and whether its equal parts are one object. */
export interface Variation {
  readonly shared: boolean;
  /** The other order: everything the other way round, or each place with another one in it (the middle of three stays where it is in a reversal). */
  readonly order: 'reversed' | 'rotated';
  readonly sets: boolean;
  readonly maps: boolean;
  readonly zeros: boolean;
  /** The objects whose fields change places, by the names of their fields ({@link namesOf}). */
  readonly fields: (names: string) => boolean;
}

const none = (): boolean => false;
export const all = (): boolean => true;
export const UNVARIED: Variation = { shared: false, order: 'reversed', sets: false, maps: false, zeros: false, fields: none };

/** The names of an object's fields, sorted, as one text. */
export const namesOf = (value: object): string => Object.keys(value).sort().join(', ');

/** Tests that the fields of an object are to come in the other order. Mostly those of every object are, or of none. */
const turnsFields = ({ fields }: Variation, value: object): boolean =>
  fields === all || (fields !== none && fields(namesOf(value)));

const turnedIf = <T>(items: ReadonlyArray<T>, isTurned: boolean, { order }: Variation): ReadonlyArray<T> => {
  if (!isTurned || items.length < 2) return items;
  return order === 'reversed' ? items.toReversed() : [...items.slice(1), items[0]!];
};

/** Gives the copy that stands for a copy of an object. The copies of its parts must have gone through it before. */
type Share = (copy: object, of: object) => object;

const asItIs: Share = (copy) => copy;

/** Makes one object of equal copies, and counts what it saw. */
class Sharing {
  private readonly numbers = new Map<unknown, number>();
  private readonly known = new Map<string, object>();
  private readonly originals = new Set<object>();
  private copies = 0;
  /** The first copy. It is named when there is a second one. */
  private alone: object | undefined;

  readonly share: Share = (copy, of) => {
    this.originals.add(of);
    if (++this.copies === 1) return (this.alone = copy);
    if (this.alone !== undefined) this.known.set(this.textOf(this.alone), this.alone);
    this.alone = undefined;
    const text = this.textOf(copy);
    const first = this.known.get(text);
    if (first === undefined) this.known.set(text, copy);
    return first ?? copy;
  };

  /** Whether equal objects were one object already, where there were several copies. */
  get wereOne(): boolean {
    return this.originals.size === this.known.size;
  }

  /** Whether no two objects were one object. */
  get wereSeveral(): boolean {
    return this.originals.size === this.copies;
  }

  private numberOf(object: object | null): number {
    const known = this.numbers.get(object);
    if (known === undefined) this.numbers.set(object, this.numbers.size);
    return known ?? this.numbers.size - 1;
  }

  /** Names a part. Texts have their lengths, so that no two lists of names are one text. */
  private nameOf(part: unknown): string {
    if (typeof part === 'string') return `${part.length}"${part}`;
    if (typeof part === 'object' && part !== null) return `#${this.numberOf(part)}`;
    return `${typeof part} ${String(part)}`;
  }

  /** Equal values have one text: in any order of what has none, and of either sign of a zero. A search may keep one of them for both. */
  private textOf(copy: object): string {
    const prototype = this.nameOf(Object.getPrototypeOf(copy));
    if (Array.isArray(copy)) return `${prototype},${copy.map((item) => this.nameOf(item)).join()}`;
    const parts: string[] = [];
    if (copy instanceof Date) parts.push(this.nameOf(copy.getTime()));
    else if (copy instanceof Set) for (const member of copy) parts.push(this.nameOf(member));
    else if (copy instanceof Map)
      for (const [key, part] of copy as ReadonlyMap<unknown, unknown>) parts.push(`${this.nameOf(key)}:${this.nameOf(part)}`);
    else for (const [key, part] of Object.entries(copy)) parts.push(`${this.nameOf(key)}:${this.nameOf(part)}`);
    return `${prototype},${parts.sort().join()}`;
  }
}

/** Copies a value, so that a change to the copy can be noticed. The value must be comparable all through. */
type Copy = (value: unknown) => unknown;

/** Makes a function that copies values in one way. */
const copying = (variation: Variation, share: Share): Copy => {
  const copy: Copy = (value) => {
    if (value === 0 && variation.zeros) return -0;
    if (typeof value !== 'object' || value === null) return value;
    const made = copyOfObject(value, variation, copy);
    return share === asItIs ? made : share(made, value);
  };
  return copy;
};

/** It serves at each call that is made on copies, so it is made once. */
const copyUnvaried = copying(UNVARIED, asItIs);

const copyOfObject = (value: object, variation: Variation, copy: Copy): object => {
  if (Array.isArray(value)) return value.map((part) => copy(part));
  if (value instanceof Date) return new Date(value);
  if (value instanceof Set) return new Set(turnedIf(Array.from(value, copy), variation.sets, variation));
  if (value instanceof Map)
    return new Map(
      turnedIf(
        Array.from(value, ([key, part]) => [copy(key), copy(part)] as const),
        variation.maps,
        variation,
      ),
    );
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Object.prototype && !Object.hasOwn(value, '__proto__')) {
    // Fields are assigned, since the copy then has the shape that the model is used to, and V8 runs the model as fast as before.
    const plain: Record<string, unknown> = {};
    for (const name of turnedIf(Object.keys(value), turnsFields(variation, value), variation))
      plain[name] = copy((value as Readonly<Record<string, unknown>>)[name]);
    return plain;
  }
  const made = Object.create(prototype) as object;
  for (const [name, part] of turnedIf(Object.entries(value), turnsFields(variation, value), variation))
    Object.defineProperty(made, name, { value: copy(part), enumerable: true, writable: true, configurable: true });
  return made;
};

/** Gives the arguments of a call, with copies of those that can be compared. */
const copiesBy = (args: ReadonlyArray<unknown>, isCopied: ReadonlyArray<boolean>, copy: Copy): ReadonlyArray<unknown> =>
  args.map((arg, i) => (isCopied[i] === true ? copy(arg) : arg));

/** Values that are comparable all through. Many calls have the same arguments. */
const comparable = new WeakSet();

const isComparable = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null || comparable.has(value)) return true;
  if (incomparableIn(value) !== undefined) return false;
  comparable.add(value);
  return true;
};

const areComparable = (args: ReadonlyArray<unknown>): ReadonlyArray<boolean> => args.map(isComparable);

/** Copies the arguments of a call. What cannot be compared is given as it is. */
export const copiesOf = (args: ReadonlyArray<unknown>, variation: Variation): ReadonlyArray<unknown> =>
  copiesBy(
    args,
    areComparable(args),
    variation === UNVARIED ? copyUnvaried : copying(variation, variation.shared ? new Sharing().share : asItIs),
  );

/**
 * Copies the arguments of a call in the ways in which objects may be one: equal ones are one object, or no two are. A way in which the
 * arguments are themselves is left out where there is another.
 */
export const sharedAndNot = (args: ReadonlyArray<unknown>, variation: Variation): ReadonlyArray<ReadonlyArray<unknown>> => {
  const sharing = new Sharing();
  const isCopied = areComparable(args);
  const shared = copiesBy(args, isCopied, copying(variation, sharing.share));
  if (sharing.wereSeveral) return [shared];
  const several = copiesBy(args, isCopied, copying(variation, asItIs));
  return sharing.wereOne ? [several] : [shared, several];
};
