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
  if (Array.isArray(value)) return listText(value);
  if (Object.getPrototypeOf(value) === Object.prototype) return fieldsText(value as Fields);
  if (value instanceof Set) return `Set(${unordered(Array.from(value, canon))})`;
  if (value instanceof Map) return `Map(${unordered(Array.from(value, ([k, v]) => `${canon(k)}=>${canon(v)}`))})`;
  return fieldsText(value as Fields);
};

type Fields = Readonly<Record<string, unknown>>;

const listText = (list: ReadonlyArray<unknown>): string => {
  let text = '';
  for (let at = 0; at < list.length; at++) {
    if (at > 0) text += ',';
    // A hole is not what `undefined` is.
    if (list[at] !== undefined || at in list) text += canon(list[at]);
  }
  return `[${text}]`;
};

const fieldsText = (value: Fields): string => {
  const parts: string[] = [];
  for (const name of Object.keys(value)) parts.push(nameText(name) + canon(value[name]));
  return `{${unordered(parts)}}`;
};

/** The texts of the names of fields. The models have few names, and many objects with them. */
const names = new Map<string, string>();

const nameText = (name: string): string => {
  let text = names.get(name);
  if (text === undefined) names.set(name, (text = `${JSON.stringify(name)}:`));
  return text;
};

const unordered = (parts: string[]): string => (parts.length > 1 ? parts.sort().join() : (parts[0] ?? ''));
