/** Says what a step did to a part of the state, what came and what went, where that is shorter to read than the part after the step. */
import { text } from './text.js';

/** A text of at most `SHORT` characters is shown whole, because it is read at a glance. */
const SHORT = 60;

/** Deeper inside a value than this, what changed is shown whole. */
const MOST_DEEP = 8;

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** `+ a, b  - c` */
const cameAndWent = (came: ReadonlyArray<string>, went: ReadonlyArray<string>): string =>
  [...(came.length === 0 ? [] : [`+ ${came.join(', ')}`]), ...(went.length === 0 ? [] : [`- ${went.join(', ')}`])].join('  ');

const without = (all: ReadonlyArray<string>, others: ReadonlyArray<string>): ReadonlyArray<string> => {
  const known = new Set(others);
  return all.filter((item) => !known.has(item));
};

const membersOf = (value: ReadonlySet<unknown> | ReadonlyMap<unknown, unknown>): ReadonlyArray<string> =>
  value instanceof Map
    ? Array.from(value as ReadonlyMap<unknown, unknown>, ([k, v]) => `${text(k)} -> ${text(v)}`).sort()
    : Array.from(value as ReadonlySet<unknown>, text).sort();

/** Says what was put in or taken out of a list at one place; undefined where more was changed. */
const inserted = (before: ReadonlyArray<unknown>, after: ReadonlyArray<unknown>): string | undefined => {
  const [old, now] = [Array.from(before, text), Array.from(after, text)];
  const least = Math.min(old.length, now.length);
  let head = 0;
  while (head < least && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < least - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  const [went, came] = [old.slice(head, old.length - tail), now.slice(head, now.length - tail)];
  return came.length > 0 && went.length > 0 ? undefined : cameAndWent(came, went);
};

const path = (at: string, field: string): string => (at === '' ? field : `${at}.${field}`);

/** Lists the places inside a value that changed, each with its new content. */
const places = (before: unknown, after: unknown, at: string, depth: number): ReadonlyArray<string> => {
  if (Object.is(before, after) || text(before) === text(after)) return [];
  const said = (what: string): ReadonlyArray<string> => [at === '' ? what : `${at} ${what}`];
  if (depth > MOST_DEEP) return said(text(after));
  if ((before instanceof Set && after instanceof Set) || (before instanceof Map && after instanceof Map)) {
    const [old, now] = [membersOf(before), membersOf(after)];
    return said(cameAndWent(without(now, old), without(old, now)));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    if (before.length !== after.length) return said(inserted(before, after) ?? text(after));
    return after.flatMap((item, i) => places(before[i], item, `${at}[${i}]`, depth + 1));
  }
  if (isPlainObject(before) && isPlainObject(after)) {
    const gone = Object.keys(before).flatMap((name) => (Object.hasOwn(after, name) ? [] : [`${path(at, name)} (gone)`]));
    const changed = Object.entries(after).flatMap(([name, field]) =>
      places(Object.hasOwn(before, name) ? before[name] : undefined, field, path(at, name), depth + 1),
    );
    return [...changed, ...gone];
  }
  return said(text(after));
};

/** Says what changed from one value to the other; undefined where the new value is as short to read. */
export const change = (before: unknown, after: unknown): string | undefined => {
  const whole = text(after);
  const isSet = before instanceof Set || before instanceof Map;
  if (whole.length <= SHORT && !isSet) return undefined;
  const parts = places(before, after, '', 0);
  const said = parts.join('; ');
  return parts.length === 0 || said.length >= whole.length ? undefined : said;
};
