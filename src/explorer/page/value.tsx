/** Draws values, and a step's changes of them: a new part is marked `+`, a removed one `−`, and a changed text is shown before and after. */
import type { JSX } from 'preact';
import type { PlainValue } from '../../checker/shown/value.js';
import type { View } from '../../checker/view.js';
import type { PartShot } from '../shape.js';
import { short, tip } from './short.js';

// --- values as views -------------------------------------------------------------------------------------------------------

const isList = Array.isArray as (value: unknown) => value is ReadonlyArray<PlainValue>;

/** A value in one line, as far as it is short. */
const inLine = (value: PlainValue): string => {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(inLine).join(', ')}]`;
  const entries = Object.entries(value) as ReadonlyArray<readonly [string, PlainValue]>;
  const [[name, inner] = ['', '']] = entries;
  if (name === '#bigint' || name === '#unserializable') return typeof inner === 'string' ? inner : '';
  if (name === '#set' && isList(inner)) return `{${inner.map(inLine).join(', ')}}`;
  if (name === '#map' && isList(inner))
    return `{${inner.map((pair) => (isList(pair) ? pair.map(inLine).join(' → ') : '')).join(', ')}}`;
  return `{${entries.map(([field, of]) => `${field}: ${inLine(of)}`).join(', ')}}`;
};

/** The longest value, in characters, that is read at a glance. */
const SHORT = 34;
const MOST_DEEP = 2;

/** The view of a value whose model gives no view. */
const viewOfValue = (value: PlainValue, depth = 0): View => {
  const text = inLine(value);
  if (typeof value !== 'object' || depth > MOST_DEEP || (depth > 0 && text.length <= SHORT)) return { kind: 'text', text };
  if (isList(value))
    return text.length <= SHORT && (value.length < 2 || value.every((item) => typeof item !== 'object'))
      ? { kind: 'text', text }
      : { kind: 'list', items: value.map((item) => viewOfValue(item, depth + 1)) };
  const entries = Object.entries(value) as ReadonlyArray<readonly [string, PlainValue]>;
  const [[name, inner] = ['', '']] = entries;
  if (name === '#set' && isList(inner)) return { kind: 'set', items: inner.map((item) => viewOfValue(item, depth + 1)) };
  if (name === '#map' && isList(inner))
    return {
      kind: 'fields',
      fields: inner.flatMap((pair) => (isList(pair) ? [[inLine(pair[0]!), viewOfValue(pair[1]!, depth + 1)] as const] : [])),
    };
  if (name.startsWith('#') || entries.length === 0) return { kind: 'text', text };
  return { kind: 'fields', fields: entries.map(([field, of]) => [field, viewOfValue(of, depth + 1)] as const) };
};

export const viewOfPart = ({ view, value }: PartShot): View => view ?? viewOfValue(value);

const same = (a: View | undefined, b: View | undefined): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

// --- drawing ---------------------------------------------------------------------------------------------------------------

const textOf = (view: View): string | undefined => (view.kind === 'text' || view.kind === 'badge' ? view.text : undefined);

const Nothing = ({ of }: { readonly of: string }): JSX.Element => <span class="nothing">{of}</span>;

const Entry = ({
  name,
  value,
  stamp,
}: {
  readonly name: string;
  readonly value: string;
  readonly stamp: string;
}): JSX.Element => (
  <span class="entry">
    <span>
      {name}
      {value === '' ? '' : `=${value}`}
    </span>
    <span class="stamp" {...tip(stamp)}>
      {short(stamp)}
    </span>
  </span>
);

interface Marked {
  readonly view: View;
  readonly how: 'came' | 'went' | 'stayed';
}

/** Items with their changes marked. A removed item keeps its place. */
const marked = (before: ReadonlyArray<View> | undefined, after: ReadonlyArray<View>): ReadonlyArray<Marked> => {
  if (before === undefined) return after.map((view) => ({ view, how: 'stayed' }));
  const names = after.map((view) => JSON.stringify(view));
  const left = [...names];
  const went = before.flatMap((view, i) => {
    const at = left.indexOf(JSON.stringify(view));
    if (at >= 0) {
      left.splice(at, 1);
      return [];
    }
    return [{ view, i }];
  });
  const came = new Map<string, number>();
  for (const name of left) came.set(name, (came.get(name) ?? 0) + 1);
  const all: Marked[] = after.map((view, i): Marked => {
    const count = came.get(names[i]!) ?? 0;
    if (count > 0) came.set(names[i]!, count - 1);
    return { view, how: count > 0 ? 'came' : 'stayed' };
  });
  for (const { view, i } of went) all.splice(Math.min(i, all.length), 0, { view, how: 'went' });
  return all;
};

const SIGN = { came: '+', went: '−', stayed: '' } as const;
const SAID = { came: 'added: ', went: 'removed: ', stayed: '' } as const;

const Items = ({
  before,
  after,
}: {
  readonly before: View | undefined;
  readonly after: View & { kind: 'set' | 'list' };
}): JSX.Element => {
  const former = before?.kind === after.kind ? before.items : undefined;
  const items = marked(former, after.items);
  if (items.length === 0) return <Nothing of="empty" />;
  return (
    <ul class="items">
      {items.map(({ view, how }, i) => (
        <li key={i} class={how}>
          <span class="sign" aria-hidden="true">
            {SIGN[how]}
          </span>
          <span class="unseen">{SAID[how]}</span>
          <Value after={view} />
        </li>
      ))}
    </ul>
  );
};

const Vector = ({
  before,
  after,
}: {
  readonly before: View | undefined;
  readonly after: View & { kind: 'vector' };
}): JSX.Element => {
  const former = new Map(before?.kind === 'vector' ? before.entries : []);
  const most = Math.max(1, ...after.entries.map(([, count]) => count));
  if (after.entries.length === 0) return <Nothing of="[ ]" />;
  return (
    <span class="vector">
      {after.entries.map(([name, count]) => {
        const isNew = before !== undefined && former.get(name) !== count;
        return (
          <span key={name} class={isNew ? 'bar came' : 'bar'}>
            <span class="name" {...tip(name)}>
              {short(name)}
            </span>
            <svg width="34" height="8" aria-hidden="true">
              <rect width={(34 * count) / most} height="8" rx="2" />
            </svg>
            <span>
              {isNew && <del>{former.get(name) ?? 0}</del>} {count}
            </span>
          </span>
        );
      })}
    </span>
  );
};

const Text = ({ before, after }: { readonly before: View | undefined; readonly after: View }): JSX.Element => {
  const [old, now] = [before && textOf(before), textOf(after) ?? ''];
  const tone = after.kind === 'badge' ? `badge ${after.tone}` : 'text';
  if (old === undefined || old === now)
    return (
      <span class={tone} {...tip(now)}>
        {short(now)}
      </span>
    );
  return (
    <span>
      <del>{short(old)}</del> <ins class={tone}>{short(now)}</ins>
    </span>
  );
};

const Fields = ({
  before,
  after,
}: {
  readonly before: View | undefined;
  readonly after: View & { kind: 'fields' };
}): JSX.Element => {
  const former = new Map(before?.kind === 'fields' ? before.fields : []);
  const gone = before?.kind === 'fields' ? before.fields.filter(([name]) => after.fields.every(([other]) => other !== name)) : [];
  return (
    <dl class="fields">
      {after.fields.map(([name, of]) => {
        const isChanged = before !== undefined && !same(former.get(name), of);
        return (
          <div key={name} class={isChanged ? 'changed' : ''}>
            <dt>{name}</dt>
            <dd>
              <Value {...(before === undefined ? {} : { before: former.get(name) ?? { kind: 'text', text: '–' } })} after={of} />
            </dd>
          </div>
        );
      })}
      {gone.map(([name, of]) => (
        <div key={name} class="changed went">
          <dt>{name}</dt>
          <dd>
            <del>
              <Value after={of} />
            </del>
          </dd>
        </div>
      ))}
    </dl>
  );
};

/** Draws the view `after`. Where `before` is given, the changes are marked. */
export const Value = ({ before, after }: { readonly before?: View; readonly after: View }): JSX.Element => {
  switch (after.kind) {
    case 'text':
    case 'badge':
      return <Text before={before} after={after} />;
    case 'entry':
      return <Entry {...after} />;
    case 'vector':
      return <Vector before={before} after={after} />;
    case 'set':
    case 'list':
      return <Items before={before} after={after} />;
    case 'fields':
      return <Fields before={before} after={after} />;
  }
};
