/** Shows the state at the reader's place: a card for each part, with the changes of the last step marked. */
import type { JSX } from 'preact';
import { isChangedAt, namesOf, partAt, sortedNames, stepAt } from '../history.js';
import { Network, isInNetwork } from './network.js';
import { short, tip } from './short.js';
import { isRaw, RawButton, RawValue } from './raw.js';
import { at, exploration, run } from './store.js';
import { Value, viewOfPart } from './value.js';

/** Parts whose text is shorter than this share a card. */
const SMALL = 22;

const kindOf = (name: string): string => (/^c\d+$/.test(name) ? 'client' : /^s\d+$/.test(name) ? 'server' : 'other');
const RANK = ['client', 'server', 'other'];

const titleOf = (name: string): string => {
  const kind = kindOf(name);
  return kind === 'other' ? (exploration.titles?.[name] ?? name) : `${kind} ${name.slice(1)}`;
};

const Card = ({ name }: { readonly name: string }): JSX.Element | null => {
  const [now, before] = [partAt(run.value, name, at.value), partAt(run.value, name, at.value - 1)];
  if (now === null) return null;
  const isChanged = isChangedAt(run.value, name, at.value);
  const isConcerned = run.value.why?.parts.includes(name) === true && (run.value.why.steps.at(-1) ?? -1) === at.value;
  return (
    <article
      class={`card ${kindOf(name)} ${isChanged ? 'changed' : ''} ${isConcerned ? 'concerned' : ''}`}
      aria-label={titleOf(name)}
    >
      <header>
        <h3>{titleOf(name)}</h3>
        {isChanged && <span class="mark">changed</span>}
        <RawButton card={name} />
      </header>
      {isRaw(name) ? (
        <RawValue card={name} value={now.isBrief === true ? viewOfPart(now) : now.value} />
      ) : (
        <Value {...(at.value === 0 || before === null ? {} : { before: viewOfPart(before) })} after={viewOfPart(now)} />
      )}
    </article>
  );
};

/** With more small parts than these, their card has the whole width. */
const MOST_IN_CARD = 8;

const Small = ({ names, isAll }: { readonly names: ReadonlyArray<string>; readonly isAll: boolean }): JSX.Element => {
  const title = isAll ? 'all parts' : exploration.titles === undefined ? 'other parts' : 'what the model counts';
  const parts = names.map((name) => ({
    name,
    now: partAt(run.value, name, at.value),
    before: partAt(run.value, name, at.value - 1),
    isChanged: isChangedAt(run.value, name, at.value),
  }));
  return (
    <article class={names.length > MOST_IN_CARD ? 'card small wide' : 'card small'} aria-label="Other parts">
      <header>
        <h3>{title}</h3>
        <RawButton card={title} />
      </header>
      {isRaw(title) ? (
        <RawValue
          card={title}
          value={Object.fromEntries(parts.flatMap(({ name, now }) => (now === null ? [] : [[name, now.value] as const])))}
        />
      ) : (
        <dl class="fields">
          {parts.map(({ name, now, before, isChanged }) => (
            <div key={name} class={isChanged ? 'changed' : ''}>
              <dt>{titleOf(name)}</dt>
              <dd>
                {isChanged && before !== null && <del>{before.text}</del>} {now?.text}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </article>
  );
};

export const State = (): JSX.Element => {
  const names = sortedNames(namesOf(run.value)).toSorted((a, b) => RANK.indexOf(kindOf(a)) - RANK.indexOf(kindOf(b)));
  const isSmall = (name: string): boolean =>
    kindOf(name) === 'other' &&
    [at.value, at.value - 1].every((i) => {
      const part = partAt(run.value, name, i);
      return part === null || (part.text.length < SMALL && part.view === undefined);
    });
  const small = names.filter((name) => isSmall(name) && !isInNetwork(name));
  const large = names.filter((name) => !isSmall(name) && !isInNetwork(name));
  const told = stepAt(run.value, at.value)?.told;
  return (
    <section class="state" aria-label="The state">
      <h2>
        {at.value === 0 ? 'The initial state' : `The state after step ${at.value}`}
        {told !== undefined && (
          <span class="told" {...tip(told)}>
            : {short(told)}
          </span>
        )}
      </h2>
      <p class="small">
        {at.value >= (run.value.judgedTo ?? Infinity)
          ? `The model stops before step ${run.value.judgedTo ?? ''}: this is what it has there`
          : 'What the step changed is marked: + came, − went'}
      </p>
      <div class="cards">
        <Network />
        {large.map((name) => (
          <Card key={name} name={name} />
        ))}
        {small.length > 0 && <Small names={small} isAll={small.length === names.length} />}
      </div>
    </section>
  );
};
