/** Collections that are values: equal however they came about, so that a state that holds them is found again. */
import { A_DENSE_LIST, A_LIST, ITEMS, mustTake } from '../contract/argument-checks.js';
import { encodeItem } from '../values/encode.js';

const byCode = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Sorts items: by their structural texts, or, of numbers alone or texts alone, in their own order. */
const inOrder = <T>(items: Iterable<T>): ReadonlyArray<readonly [code: string, item: T]> => {
  const coded = Array.from(items, (item) => [encodeItem(item), item] as const);
  const allNumbers = coded.every(([, item]) => typeof item === 'number' && !Number.isNaN(item));
  if (allNumbers) return coded.sort(([, a], [, b]) => Number(a) - Number(b));
  if (coded.every(([, item]) => typeof item === 'string')) return coded.sort(([, a], [, b]) => byCode(String(a), String(b)));
  return coded.sort(([a], [b]) => byCode(a, b));
};

/**
 * The distinct items as a list in one order: a set that is compared as a list. `new Set([...old, { id: 1 }])` has an equal member twice,
 * as JavaScript compares objects by identity; this has it once.
 */
export const sortedSet = <T>(items: Iterable<T>): ReadonlyArray<T> => {
  mustTake('sortedSet', 'items', ITEMS, items);
  return inOrder(items).flatMap(([code, item], i, all) => (i > 0 && all[i - 1]![0] === code ? [] : [item]));
};

/** The items as a list in one order, each as often as it is there: a bag, such as a network whose messages may be there twice. */
export const bag = <T>(items: Iterable<T>): ReadonlyArray<T> => {
  mustTake('bag', 'items', ITEMS, items);
  return inOrder(items).map(([, item]) => item);
};

/** The bag without one of the items that are structurally equal to this one; the bag itself where there is none. */
export const bagWithout = <T>(items: ReadonlyArray<T>, item: T): ReadonlyArray<T> => {
  mustTake('bagWithout', 'items', A_LIST, items);
  const code = encodeItem(item);
  const at = items.findIndex((other) => encodeItem(other) === code);
  return at < 0 ? items : [...items.slice(0, at), ...items.slice(at + 1)];
};

/** More ids than this have more permutations than a checker should try. */
const MOST_IDS = 8;

/** All orders of a list. */
const ordersOf = <T>(items: ReadonlyArray<T>): ReadonlyArray<ReadonlyArray<T>> =>
  items.length === 0 ? [[]] : items.flatMap((item, i) => ordersOf(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));

/** How ids are told apart. An object is what is in it, since a state may have a copy of the object that was given. */
const nameOfIds = (ids: ReadonlyArray<unknown>): ((id: unknown) => unknown) =>
  ids.some((id) => typeof id === 'object' && id !== null) ? encodeItem : (id) => id;

/**
 * Every way to rename these ids to each other but the one that changes nothing, as functions: what `symmetry` is made of. An id that is
 * none of these is renamed to itself.
 *
 * @throws RangeError for more than 8 ids (40,320 permutations), and for an id that is there twice.
 */
export const permutations = <T>(ids: ReadonlyArray<T>): ReadonlyArray<(id: T) => T> => {
  mustTake('permutations', 'ids', A_DENSE_LIST, ids);
  if (ids.length > MOST_IDS) throw new RangeError(`${ids.length} ids have too many permutations: at most ${MOST_IDS}`);
  const nameOf = nameOfIds(ids);
  if (new Set(ids.map(nameOf)).size < ids.length) throw new RangeError('an id is there twice');
  return ordersOf(ids)
    .filter((order) => order.some((id, i) => !Object.is(id, ids[i])))
    .map((order) => {
      const to = new Map(ids.map((id, i) => [nameOf(id), order[i]!] as const));
      return (id: T): T => {
        const name = nameOf(id);
        // An id may itself be null or undefined.
        return to.has(name) ? to.get(name)! : id;
      };
    });
};
