/** Shows the run as a list of steps, and the steps that can be taken at the reader's place. */
import type { JSX } from 'preact';
import { showLabel } from '../../checker/report.js';
import type { ChoiceShot } from '../asked.js';
import type { StepShot } from '../shape.js';
import { List } from './list.js';
import { short } from './short.js';
import { at, beginAt, choices, client, calledOf, goTo, initialOf, length, run, search, take, trouble, wayTo } from './store.js';
import { Value, viewOfPart } from './value.js';
import { lengthOf, partAt, stepAt } from '../history.js';

const ROW = 62;

const isBroken = (step: number): boolean => {
  const { property, truth, why } = run.value;
  return (
    why !== undefined && property !== undefined && truth[property]?.marks.includes(step) === true && run.value.loop === undefined
  );
};

const toneOf = (step: number, shot: StepShot | undefined): string => {
  if (shot?.isRefused === true || isBroken(step)) return 'bad';
  if (step > (run.value.judgedTo ?? Infinity)) return 'after';
  return run.value.why?.steps.includes(step) === true ? 'concerned' : '';
};

const MOST_NAMED = 4;

/** The parts that a step changed, as text, for a model that has no words for the step. */
const changedText = ({ changed }: StepShot): string => {
  const names = Object.keys(changed);
  if (names.length === 0) return 'changes nothing';
  return `changes ${names.slice(0, MOST_NAMED).join(', ')}${names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : ''}`;
};

const Row = ({ step }: { readonly step: number }): JSX.Element => {
  const shot = stepAt(run.value, step);
  const tone = toneOf(step, shot);
  const title = shot === undefined ? 'the initial state' : (shot.told ?? showLabel(shot.label));
  const small =
    shot === undefined
      ? 'before anything is done'
      : shot.event !== undefined
        ? `event ${shot.event.n} of ${shot.event.process}`
        : `${shot.told === undefined ? changedText(shot) : showLabel(shot.label)}${shot.note === undefined ? '' : ` · ${shot.note}`}`;
  return (
    <div class={`step ${tone} ${step === at.value ? 'here' : ''}`} onClick={() => goTo(step)}>
      <span class="number">{tone === 'bad' ? '✕' : step}</span>
      <span class="words">
        <span class="title" title={title}>
          {short(title)}
        </span>
        <span class="small">
          {run.value.loop === step && '↺ the loop begins here · '}
          {tone === 'after' && 'not judged · '}
          {small}
        </span>
      </span>
    </div>
  );
};

/** The number of the first step, from a place on, whose words contain a text. After the last step the search goes on with the first. */
export const find = (text: string, from: number): number | undefined => {
  const wanted = text.toLowerCase();
  const count = lengthOf(run.value);
  for (let i = 0; i < count; i++) {
    const index = (from + i) % count;
    const { label, note = '', told = '', event } = stepAt(run.value, index + 1)!;
    const words = `${showLabel(label)} ${note} ${told} ${event === undefined ? '' : `${event.process} ${JSON.stringify(event.raw)}`}`;
    if (words.toLowerCase().includes(wanted)) return index + 1;
  }
  return undefined;
};

const Search = (): JSX.Element => (
  <input
    id="search"
    type="search"
    placeholder="Find in the run   /"
    aria-label="Find in the run"
    value={search.value}
    onInput={(event) => (search.value = event.currentTarget.value)}
    onKeyDown={(event) => {
      if (event.key === 'Escape') event.currentTarget.blur();
      if (event.key !== 'Enter' || search.value === '') return;
      const found = find(search.value, at.value);
      if (found !== undefined) goTo(found);
    }}
  />
);

// --- choices ---------------------------------------------------------------------------------------------------------------

const Preview = ({ choice }: { readonly choice: ChoiceShot }): JSX.Element => (
  <div class="preview">
    <p class="small">what it would change</p>
    {Object.entries(choice.changed).map(([name, part]) => {
      const before = partAt(run.value, name, at.value);
      return (
        <div key={name}>
          <b>{name}</b>
          {part === null ? (
            ' is gone'
          ) : (
            <Value {...(before === null ? {} : { before: viewOfPart(before) })} after={viewOfPart(part)} />
          )}
        </div>
      );
    })}
    {Object.keys(choice.changed).length === 0 && <p>It changes nothing.</p>}
  </div>
);

const Choice = ({ choice, index }: { readonly choice: ChoiceShot; readonly index: number }): JSX.Element => {
  const isTaken = stepAt(run.value, at.value + 1)?.way === index;
  const isIdle = Object.keys(choice.changed).length === 0;
  return (
    <li>
      <button
        type="button"
        class={`choice ${isIdle ? 'idle' : ''} ${choice.breaks.length > 0 ? 'bad' : ''}`}
        data-choice={index}
        onClick={() => void take(index)}
      >
        <span>
          {choice.label.args.join(' ')}
          {choice.label.args.length === 0 && choice.label.family}
        </span>
        <span class="small">
          {choice.note}
          {choice.breaks.length > 0 && ` ✕ breaks ${choice.breaks.map((i) => calledOf(i)).join(', ')}`}
          {isTaken && ' ▸ this run'}
          {isIdle && ' changes nothing'}
        </span>
      </button>
      <Preview choice={choice} />
    </li>
  );
};

const Families = ({ all }: { readonly all: ReadonlyArray<ChoiceShot> }): JSX.Element => {
  const families = [...new Set(all.map(({ label }) => label.family))];
  return (
    <>
      {families.map((family) => (
        <section key={family} class="family">
          <h3>{family}</h3>
          <ul>
            {all.map((choice, index) =>
              choice.label.family === family ? <Choice key={index} choice={choice} index={index} /> : null,
            )}
          </ul>
        </section>
      ))}
    </>
  );
};

const Choices = (): JSX.Element | null => {
  if (client.value === undefined) return null;
  const here = choices.value;
  return (
    <section class="choices" aria-label="What can be done here">
      <h2>
        What can be done here <span class="small">{here === undefined ? '…' : here.choices.length}</span>
      </h2>
      {trouble.value !== undefined && <p class="trouble">{trouble.value}</p>}
      {here !== undefined && here.initials > 1 && (
        <label class="initials">
          Begin in initial state{' '}
          <select value={String(initialOf.value)} onChange={(event) => void beginAt(Number(event.currentTarget.value))}>
            {Array.from({ length: here.initials }, (_, i) => (
              <option key={i} value={i}>
                {i}
              </option>
            ))}
          </select>
        </label>
      )}
      <div class="scroll" tabIndex={0} role="group" aria-label="Steps that can be taken">
        {wayTo(at.value) === undefined ? (
          <p class="small">This run is too long to be gone on with: its steps are shown as they were found.</p>
        ) : here === undefined ? (
          <p class="small">looking…</p>
        ) : here.choices.length === 0 ? (
          <p>
            {here.isBeyond === true
              ? 'This state is beyond the model’s boundary: a check judges it, and does not go on from it.'
              : 'Nothing can be done here.'}
          </p>
        ) : (
          <Families all={here.choices} />
        )}
      </div>
    </section>
  );
};

export const Steps = (): JSX.Element => (
  <aside class="left" aria-label="The run, step by step">
    <div class="tools">
      <Search />
    </div>
    <List count={length.value + 1} row={ROW} current={at.value} label="Steps of the run" draw={(index) => <Row step={index} />} />
    <Choices />
  </aside>
);
