/** Freezes states: a model cannot change what it was given once. */

/** The methods that change a map, a set or a date. */
const changingMethods = (value: object): ReadonlyArray<string> => {
  if (value instanceof Map) return ['set', 'delete', 'clear'];
  if (value instanceof Set) return ['add', 'delete', 'clear'];
  return value instanceof Date ? DATE_METHODS : [];
};

const DATE_METHODS = Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set'));

/** Marks the methods that {@link freeze} gave a map, set or date, whichever copy of this module did. */
const FROZEN_METHOD = Symbol.for('bayou.shut');

/** The names of the methods by which any map or set is changed. Immer gives all of them to each map and each set that it freezes. */
const OF_COLLECTIONS: ReadonlyArray<string> = ['set', 'add', 'delete', 'clear'];

/** How many fields of its own a frozen map, set or date has that only keep it from being changed: those that {@link freeze} gave it, or Immer. */
export const frozenMethodCount = (value: object): number => {
  if (!Object.isFrozen(value)) return 0;
  const own = value as Readonly<Record<string, { readonly [FROZEN_METHOD]?: boolean }>>;
  const isCollection = value instanceof Map || value instanceof Set;
  const isShut = (method: string): boolean =>
    Object.hasOwn(value, method) && (isCollection ? typeof own[method] === 'function' : own[method]?.[FROZEN_METHOD] === true);
  return (isCollection ? OF_COLLECTIONS : changingMethods(value)).filter(isShut).length;
};

/** Thrown at a model that changes a map, a set or a date which it was given. */
export class FrozenValueError extends TypeError {
  constructor(method: string, value: object) {
    super(`it calls ${method} of a ${value.constructor.name}`);
  }
}

const shutDown = (value: object): void => {
  const methods = changingMethods(value);
  if (methods.length === 0) return;
  for (const method of methods) {
    const refuse = (): never => {
      throw new FrozenValueError(method, value);
    };
    Object.defineProperty(value, method, { value: Object.assign(refuse, { [FROZEN_METHOD]: true }), enumerable: false });
  }
};

/** Freezes a value with all its parts. A part that is frozen already is taken to be frozen all through. */
export const freeze = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return;
  if (value instanceof Map || value instanceof Set || value instanceof Date) {
    shutDown(value);
    Object.freeze(value);
    if (value instanceof Map) for (const key of value.keys()) freeze(key);
    if (!(value instanceof Date)) for (const part of value.values()) freeze(part);
    return;
  }
  Object.freeze(value);
  if (Array.isArray(value)) for (const item of value) freeze(item);
  else for (const name of Object.keys(value)) freeze((value as Readonly<Record<string, unknown>>)[name]);
};
