/**
 * The checker must give a model equal values in one form: the sets and maps in one order, and zeros without a sign. Otherwise a model that reads the
 * order would be another model for each search. The models of the fuzz do not use the order, but while they are watched they notice a value that they
 * are given in two forms.
 */
import { canon } from '../oracle/text.js';

/** The text of a value's form: members and entries in their order, zeros with their sign. The order of fields has no meaning. */
const formOf = (value: unknown): string => {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value !== 'object' || value === null) return canon(value);
  let text = texts.get(value);
  if (text === undefined) texts.set(value, (text = textOf(value)));
  return text;
};

const texts = new WeakMap<object, string>();

const textOf = (value: object): string => {
  if (value instanceof Set) return `Set(${Array.from(value, formOf).join()})`;
  if (value instanceof Map) return `Map(${Array.from(value, ([k, v]) => `${formOf(k)}=>${formOf(v)}`).join()})`;
  if (Array.isArray(value)) return `[${value.map(formOf).join()}]`;
  const fields = Object.entries(value).map(([name, field]) => `${JSON.stringify(name)}:${formOf(field)}`);
  return `{${fields.toSorted().join()}}`;
};

/** The forms of the values that a model was given, in all searches during which it was watched. */
export class Forms {
  isWatched = false;
  private readonly known = new Map<string, string>();
  /** The objects that were noted. Values are immutable, so an object keeps its form. */
  private readonly seen = new WeakSet();

  /** Notes a value that the model is given. Of a value that is no object, zero alone has two forms. */
  see(value: unknown): void {
    if (!this.isWatched) return;
    const isObject = typeof value === 'object' && value !== null;
    if (isObject ? this.seen.has(value) : value !== 0) return;
    const name = canon(value);
    const form = formOf(value);
    const first = this.known.get(name);
    if (first === undefined) this.known.set(name, form);
    else if (first !== form) throw new Error(`the model is given one value in two forms: ${first}, and ${form}`);
    if (isObject) this.seen.add(value);
  }
}
