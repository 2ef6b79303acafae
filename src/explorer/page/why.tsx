/** Says why a property is broken: the two things compared, the steps that led there, what the protocol does instead, and the rules. */
import type { JSX } from 'preact';
import type { ComparedThing, Departure, PropertyShot, WhyShot } from '../shape.js';
import { stepAt } from '../history.js';
import { short, tip } from './short.js';
import { Entries, Properties, StepLink } from './beside.js';
import { Legend } from './legend.js';
import { at, exploration, run } from './store.js';
import { Value, viewOfPart } from './value.js';

const Thing = ({ of }: { readonly of: ComparedThing }): JSX.Element => (
  <div class="thing">
    <span class="what">
      {of.what} {of.step !== undefined && <StepLink step={of.step} />}
    </span>
    <span class="entry">
      <strong {...tip(of.text)}>{short(of.text)}</strong>
      {of.stamp !== undefined && (
        <span class="stamp" {...tip(of.stamp)}>
          {short(of.stamp)}
        </span>
      )}
    </span>
  </div>
);

const ORDINALS = ['', 'first', 'second', 'third', 'fourth', 'fifth'];

/** Explains the notation, by the text and the stamp of the first write that is compared. */
const Notation = ({ of }: { readonly of: ReadonlyArray<ComparedThing> }): JSX.Element | null => {
  const written = of.find(({ text, stamp = '' }) => /^\S+=\d+(\.\d+)?#\d+$/.test(text) && /^\d+@\d+\.\d+$/.test(stamp));
  const [, key, client, session, count] = /^(\S+)=(\d+)(?:\.(\d+))?#(\d+)$/.exec(written?.text ?? '') ?? [];
  const [, time, server] = /^(\d+)@(\d+)/.exec(written?.stamp ?? '') ?? [];
  if (written === undefined) return null;
  const nth = ORDINALS[Number(count)] ?? `${count}th`;
  const who = `client ${client}’s${session === undefined ? '' : ` session ${session}’s`}`;
  return (
    <p class="notation small">
      Read <b>{written.text}</b> as “key {key} has the value of {who} {nth} put”, and its stamp <b>{written.stamp}</b> as
      “accepted at time {time} by server {server}”.
    </p>
  );
};

const Story = ({ lines }: { readonly lines: ReadonlyArray<string> }): JSX.Element => (
  <ol class="story">
    {lines.map((line) => {
      const [, step, rest] = /^Step (\d+): (.*)$/.exec(line) ?? [];
      return (
        <li key={line}>
          {step === undefined ? (
            line
          ) : (
            <>
              <StepLink step={Number(step)} /> {rest}
            </>
          )}
        </li>
      );
    })}
  </ol>
);

const DepartureOf = ({ of }: { readonly of: Departure }): JSX.Element => (
  <div class="departure">
    <h3>
      Where it goes wrong: <StepLink step={of.step} />
    </h3>
    <p>The fault: {of.fault}.</p>
    {of.parts.length === 0 && of.instead === undefined ? (
      <p>The protocol has no such step.</p>
    ) : (
      <p>
        The protocol instead: <em>{of.instead}</em>
        {of.because !== undefined && `: ${of.because}`}.
      </p>
    )}
    {of.parts.length > 0 && (
      <details>
        <summary>what would be different afterwards</summary>
        {of.parts.map(({ part, here, protocol }) => (
          <div key={part} class="differs">
            <b>{part}</b>
            <Value before={viewOfPart(here)} after={viewOfPart(protocol)} />
          </div>
        ))}
        <p class="small">− here, + by the protocol</p>
      </details>
    )}
  </div>
);

/** The sentence of a property that has a title. Its name is `MR (Monotonic Reads): no get …` or `UNIQUE: no two …`. */
const sentenceIn = (name: string): string => name.slice(name.indexOf(': ') + 2);

/** The title and the sentence of a property; its whole name where it has no title. */
const Title = ({ of: { name, title } }: { readonly of: PropertyShot }): JSX.Element =>
  title === undefined ? (
    <p class="property">{name}</p>
  ) : (
    <p class="property">
      <strong>{title}</strong> promises: {sentenceIn(name)}.
    </p>
  );

const Why = (): JSX.Element | null => {
  const { why, property } = run.value;
  if (why === undefined) return null;
  const judged = property === undefined ? undefined : exploration.properties[property];
  return (
    <section class="why" aria-label="Why">
      <h2>{judged === undefined ? 'What no step explains' : 'Why it is broken'}</h2>
      {judged !== undefined && <Title of={judged} />}
      <p class="headline">
        <span aria-hidden="true">✕</span> {why.headline}
      </p>
      <Reasons of={why} />
    </section>
  );
};

/** Further words about the step where the reader stands. */
const Aside = (): JSX.Element | null => {
  const aside = stepAt(run.value, at.value)?.aside;
  if (aside === undefined) return null;
  return (
    <section class="why aside" aria-label="About this step">
      <h2>About step {at.value}</h2>
      <p class="headline">{aside.headline}</p>
      <Reasons of={aside} />
    </section>
  );
};

/** The event of a real run that a step shows, as its process wrote it down. */
const Event = (): JSX.Element | null => {
  const event = stepAt(run.value, at.value)?.event;
  if (event === undefined) return null;
  return (
    <details class="raw-event">
      <summary>
        Event {event.n} of {event.process}, as it was written down
      </summary>
      <pre tabIndex={0} aria-label="the event as JSON">
        {typeof event.raw === 'string' ? event.raw : JSON.stringify(event.raw, null, 1)}
      </pre>
    </details>
  );
};

const Reasons = ({ of: why }: { readonly of: WhyShot }): JSX.Element => (
  <>
    {why.compared !== undefined && (
      <div class="compared">
        <Thing of={why.compared[0]} />
        <Thing of={why.compared[1]} />
        <Notation of={why.compared} />
      </div>
    )}
    {why.relation !== undefined && (
      <p class="relation" {...tip(why.relation)}>
        {short(why.relation)}.
      </p>
    )}
    {why.meaning !== undefined && <p class="meaning">{why.meaning}.</p>}
    {why.departure !== undefined && <DepartureOf of={why.departure} />}
    {why.story.length > 0 && (
      <>
        <h3>How it came to that</h3>
        <Story lines={why.story} />
      </>
    )}
    <Entries names={why.rules} isOpen={run.value.property === undefined} />
  </>
);

const About = (): JSX.Element => (
  <section class="about" aria-label="About">
    {exploration.about !== undefined && <p>{exploration.about}</p>}
    {run.value.live !== undefined && exploration.names !== undefined && (
      <p class="small">
        In the run:{' '}
        {Object.entries(exploration.names)
          .map(([name, is]) => `${name} is ${is}`)
          .join(', ')}
      </p>
    )}
    {exploration.bounds.length > 0 && <p class="small">Within: {exploration.bounds.join('; ')}</p>}
    <p class="small">
      Made by <code>{exploration.repeat}</code>
    </p>
  </section>
);

export const Right = (): JSX.Element => (
  <aside class="right" aria-label="Why, and what is promised" tabIndex={0}>
    <Aside />
    <Why />
    <Event />
    {run.value.truth.length > 0 && <Properties />}
    <Legend />
    <About />
  </aside>
);
