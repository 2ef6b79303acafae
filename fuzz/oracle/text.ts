/**
 * The canonical text of a value, by which the oracle tells states apart: two values have the same text exactly when they are equal in structure. Sets,
 * maps and the fields of objects have no order; 0 and -0 are one number; NaN equals NaN. Values are immutable, so each object's text is made once.
 */
export const canon = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (value === undefined) return 'undefined';
  if (typeof value === 'number') return value === 0 ? '0' : String(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} is no value of a model`);
  let text = texts.get(value);
  if (text === undefined) texts.set(value, (text = textOf(value)));
  return text;
};

const texts = new WeakMap<object, string>();

const textOf = (value: object): string => {
  if (value instanceof Set) return `Set(${unordered(Array.from(value, canon))})`;
  if (value instanceof Map) return `Map(${unordered(Array.from(value, ([k, v]) => `${canon(k)}=>${canon(v)}`))})`;
  if (Array.isArray(value)) return `[${value.map(canon).join()}]`;
  return `{${unordered(Object.entries(value).map(([name, field]) => `${JSON.stringify(name)}:${canon(field)}`))}}`;
};

const unordered = (parts: ReadonlyArray<string>): string => parts.toSorted().join();
