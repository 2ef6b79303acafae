/** Values of every plain kind as data that goes through JSON, so that a recipe can be made smaller, sent to a thread and printed. */
import type { Dice } from '../dice.js';
import { canon } from '../oracle/text.js';

/** A value. Numbers, texts, truth values and null stand for themselves. */
export type ValueTree =
  | number
  | string
  | boolean
  | null
  | { readonly odd: 'undefined' | 'NaN' | '-0' | 'Infinity' }
  | { readonly big: string }
  | { readonly list: ReadonlyArray<ValueTree> }
  | { readonly set: ReadonlyArray<ValueTree> }
  | { readonly map: ReadonlyArray<readonly [ValueTree, ValueTree]> }
  | { readonly fields: ReadonlyArray<readonly [string, ValueTree]> };

// --- building --------------------------------------------------------------------------------------------------------------

const ODD = { undefined: undefined, NaN, '-0': -0, Infinity } as const;

/** Makes the value anew. `backwards`: the members of sets, maps and records are in the opposite order, and zeros have the opposite sign. */
const build = (tree: ValueTree, backwards = false): unknown => {
  if (tree === 0 && backwards) return -0;
  if (typeof tree !== 'object' || tree === null) return tree;
  const turned = <T>(items: ReadonlyArray<T>): ReadonlyArray<T> => (backwards ? items.toReversed() : items);
  if ('odd' in tree) return backwards && tree.odd === '-0' ? 0 : ODD[tree.odd];
  if ('big' in tree) return BigInt(tree.big);
  if ('list' in tree) return tree.list.map((item) => build(item, backwards));
  if ('set' in tree) return new Set(turned(tree.set).map((item) => build(item, backwards)));
  if ('map' in tree) return new Map(turned(tree.map).map(([k, v]) => [build(k, backwards), build(v, backwards)]));
  const value = {};
  for (const [name, field] of turned(tree.fields)) {
    // An assignment to `__proto__` would set the prototype.
    Object.defineProperty(value, name, {
      value: build(field, backwards),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return value;
};

/** Freezes a value deeply, so that a write to a value of the model throws. */
const frozen = (value: unknown): unknown => {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(Object.freeze(value))) frozen(part);
  return value;
};

/** Returns two equal values in turns: a frozen one, and one whose fields and members are in the opposite order, with zeros of the opposite sign. */
export const twins = (tree: ValueTree): ((second: boolean) => unknown) => {
  const [one, other] = [frozen(build(tree)), build(tree, true)];
  return (second) => (second ? other : one);
};

/** The value as an expression. */
export const source = (tree: ValueTree): string => {
  if (typeof tree !== 'object' || tree === null) return JSON.stringify(tree);
  if ('odd' in tree) return tree.odd;
  if ('big' in tree) return `${tree.big}n`;
  if ('list' in tree) return `[${tree.list.map(source).join(', ')}]`;
  if ('set' in tree) return `new Set([${tree.set.map(source).join(', ')}])`;
  if ('map' in tree) return `new Map([${tree.map.map(([k, v]) => `[${source(k)}, ${source(v)}]`).join(', ')}])`;
  return `{ ${tree.fields.map(([name, field]) => `[${JSON.stringify(name)}]: ${source(field)}`).join(', ')} }`;
};

// --- making up -------------------------------------------------------------------------------------------------------------

const NAMES = ['a', 'b', 'length', 'constructor', 'toString', '0', '', 'é', 'a b'];
const TEXTS = ['', 'a', '0', 'null', 'undefined', '[]', 's1:a', 'ü\u2028', '#1;', 'toString', 'a,b'];

/** The text of `undefined`, which is no state: `next` returns it where an action is not enabled. */
const NO_STATE = canon(undefined);

const leaf = (dice: Dice): ValueTree => {
  switch (dice.below(9)) {
    case 0:
      return dice.pick(TEXTS);
    case 1:
      return dice.oneIn(2);
    case 2:
      return null;
    case 3:
      return { odd: dice.pick(['undefined', 'NaN', '-0', 'Infinity'] as const) };
    case 4:
      return { big: dice.pick(['0', '1', '-1', '100000000000000000000']) };
    case 5:
      return dice.pick([-1, 0.5, 2 ** 30, 2 ** 31, 2 ** 53, -(2 ** 31), 1e300]);
    default:
      return dice.below(4);
  }
};

const distinct = <T>(items: ReadonlyArray<T>, treeOf: (item: T) => ValueTree): ReadonlyArray<T> => [
  ...new Map(items.map((item) => [canon(build(treeOf(item))), item])).values(),
];

/** Draws a value with at most `levels` levels. */
const anyTree = (dice: Dice, levels: number): ValueTree => {
  if (levels === 0 || dice.oneIn(3)) return leaf(dice);
  const inner = (): ValueTree => anyTree(dice, levels - 1);
  const items = Array.from({ length: dice.below(4) }, inner);
  switch (dice.below(4)) {
    case 0:
      return { list: items };
    case 1:
      return { set: distinct(items, (item) => item) };
    case 2:
      return {
        map: distinct(
          items.map((key) => [key, inner()] as const),
          ([key]) => key,
        ),
      };
    default: {
      const names = dice.some(dice.oneIn(6) ? [...NAMES, '__proto__'] : NAMES, 0.3);
      return { fields: dice.shuffled(names).map((name) => [name, inner()] as const) };
    }
  }
};

/** Draws `count` different values. They are often small numbers, or records that differ in one field, as in most models. */
export const anyTrees = (dice: Dice, count: number): ReadonlyArray<ValueTree> => {
  const style = dice.below(4);
  if (style === 0) return Array.from({ length: count }, (_, i) => i);
  const common = anyTree(dice, 2);
  const made = new Map<string, ValueTree>();
  for (let tries = 0; made.size < count; tries++) {
    const inner = tries > 20 * count ? tries : anyTree(dice, 2);
    const tree: ValueTree =
      style === 1
        ? inner
        : style === 2
          ? {
              fields: [
                ['at', inner],
                ['rest', common],
              ],
            }
          : { list: [common, inner, dice.below(2)] };
    const text = canon(build(tree));
    if (!made.has(text) && text !== NO_STATE) made.set(text, tree);
  }
  return [...made.values()];
};
