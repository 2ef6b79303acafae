/**
 * Writes values as texts for people: `{rm: [working, prepared], tm: init}`. Two values have one text exactly when they are structurally equal. So
 * a comparison of texts sees every change: `'1'` is not `1`, and a set, a map and an object are written differently.
 */

/** The greatest depth that is written. Nobody reads deeper, and a value may contain itself where a model has a `key` of its own. */
const MOST_DEEP = 200;

/** Texts that stand for themselves: names and short phrases that cannot be taken for anything else. */
const PLAIN = /^[\p{L}_](?:[\p{L}\p{N}_ .#@/-]*[\p{L}\p{N}_.#@/-])?$/u;
const TAKEN = new Set(['true', 'false', 'null', 'undefined', 'NaN', 'Infinity', '-Infinity', 'Invalid Date']);

const CONTROL: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\', "'": "\\'" };

/** Quotes a text where it could be taken for something else. */
const wordText = (word: string): string => {
  if (PLAIN.test(word) && !TAKEN.has(word)) return word;
  // eslint-disable-next-line no-control-regex
  const escaped = word.replace(/[\u0000-\u001f\u007f\u2028\u2029\\']/g, (c) => {
    return CONTROL[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `'${escaped}'`;
};

const listText = (items: ReadonlyArray<unknown>, depth: number): string =>
  `[${Array.from(items, (item) => textAt(item, depth)).join(', ')}]`;

const fieldsText = (value: object, depth: number): string =>
  `{${Object.entries(value)
    .map(([name, field]) => [wordText(name), textAt(field, depth)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${name}: ${field}`)
    .join(', ')}}`;

const setText = (value: ReadonlySet<unknown>, depth: number): string =>
  value.size === 0
    ? 'Set {}'
    : `{${Array.from(value, (item) => textAt(item, depth))
        .sort()
        .join(', ')}}`;

const mapText = (value: ReadonlyMap<unknown, unknown>, depth: number): string =>
  value.size === 0
    ? 'Map {}'
    : `{${Array.from(value, ([k, v]) => `${textAt(k, depth)} -> ${textAt(v, depth)}`)
        .sort()
        .join(', ')}}`;

/** Gives the name of the class of an object that is not a plain one. */
const className = (value: object): string | undefined => {
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: { readonly name?: unknown } } | null;
  if (prototype === Object.prototype || prototype === null) return undefined;
  const name = prototype.constructor?.name;
  return typeof name === 'string' ? name : undefined;
};

const objectText = (value: object, depth: number): string => {
  if (depth > MOST_DEEP) return '…';
  if (Array.isArray(value)) return listText(value, depth);
  if (value instanceof Set) return setText(value, depth);
  if (value instanceof Map) return mapText(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  const name = className(value);
  const named = name === undefined ? '' : `${name} `;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return named + listText(Array.from(value as unknown as Iterable<unknown>), depth);
  return named + fieldsText(value, depth);
};

const textAt = (value: unknown, depth: number): string => {
  if (typeof value === 'string') return wordText(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return value === 0 ? '0' : String(value);
  if (typeof value === 'object' && value !== null) return objectText(value, depth + 1);
  return typeof value === 'function' ? `function ${value.name}` : String(value);
};

/** Gives the text of a value. Fields, members and keys are in the order of their texts, because values are equal in any order of them. */
export const text = (value: unknown): string => textAt(value, 0);
