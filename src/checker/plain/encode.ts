/** Canonical texts of immutable values, to compare them by. Those for people are in `shown/text.ts`. */

/**
 * A text that two values share exactly when they are structurally equal: primitives by value (`0` and `-0` are one, `NaN` is
 * itself), arrays by their items, maps and sets whatever their order, objects by class name and fields whatever their order.
 *
 * @throws TypeError for a function, a symbol or a promise, which have no structure to compare: give the model a `key` then.
 */
export const encode = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
      // The length keeps it injective: no text inside can be taken for a delimiter.
      return `s${value.length}:${value}`;
    case 'number':
      return `#${value};`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'undefined':
      return 'u';
    case 'bigint':
      return `i${value};`;
    case 'object':
      return value === null ? 'n' : encodeObject(value);
    case 'function':
    case 'symbol':
      throw new TypeError(
        `a state holds a ${typeof value}, which cannot be compared: leave it out, or give the model a key function`,
      );
  }
};

const encodeObject = (value: object): string => {
  if (Array.isArray(value)) return encodeItems('[', value, ']');
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return `{${encodeFields(value)}}`;
  if (value instanceof Map)
    return `M{${Array.from(value, ([k, v]) => encode(k) + encode(v))
      .sort()
      .join(',')}}`;
  if (value instanceof Set) return `S{${Array.from(value, encode).sort().join(',')}}`;
  const name = value.constructor.name;
  if (ArrayBuffer.isView(value)) return encodeItems(`A${name}[`, value as unknown as Iterable<unknown>, ']');
  if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) {
    throw new TypeError(`a state holds a ${name}, which cannot be compared: leave it out, or give the model a key function`);
  }
  return value instanceof Date ? `D${value.getTime()};` : `C${name.length}:${name}{${encodeFields(value)}}`;
};

const encodeItems = (open: string, items: Iterable<unknown>, close: string): string => {
  let out = open;
  for (const item of items) out += encode(item);
  return out + close;
};

const encodeFields = (value: object): string => {
  const fields = value as Readonly<Record<string, unknown>>;
  let out = '';
  for (const name of sortedKeys(value)) out += `${name.length}:${name}${encode(fields[name])}`;
  return out;
};

/** The own keys in order; most objects of a model are built with the same few orders, often the sorted one. */
const sortedKeys = (value: object): ReadonlyArray<string> => {
  const keys = Object.keys(value);
  for (let i = 1; i < keys.length; i++) if (keys[i - 1]! > keys[i]!) return keys.sort();
  return keys;
};
