/** Shows paragraphs of the contract, and the properties along the run. */
import type { JSX } from 'preact';
import { at, exploration, goTo, run } from './store.js';

export const StepLink = ({ step }: { readonly step: number }): JSX.Element => (
  <button type="button" class={`link ${step === at.value ? 'here' : ''}`} onClick={() => goTo(step)}>
    step {step}
  </button>
);

// --- the contract ----------------------------------------------------------------------------------------------------------

/** A paragraph of the contract, without its Markdown. */
const plain = (text: string): string =>
  text
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[*`]/g, '')
    .trim();

export const Entries = ({
  names,
  isOpen = false,
}: {
  readonly names: ReadonlyArray<string>;
  readonly isOpen?: boolean;
}): JSX.Element => (
  <div class="entries">
    {names.flatMap((name, i) => {
      const text = exploration.entries[name];
      if (text === undefined) return [];
      const [title = '', ...rest] = text.split('\n\n');
      return [
        <details key={name} open={isOpen && i === 0}>
          <summary>{plain(title)}</summary>
          {rest.map((paragraph) =>
            paragraph.startsWith('|') ? (
              <pre key={paragraph} tabIndex={0}>
                {plain(paragraph)}
              </pre>
            ) : (
              <p key={paragraph}>{plain(paragraph)}</p>
            ),
          )}
        </details>,
      ];
    })}
  </div>
);

// --- properties ------------------------------------------------------------------------------------------------------------

export const Properties = (): JSX.Element => (
  <section class="properties" aria-label="Properties">
    <h2>Properties along this run</h2>
    <ul>
      {exploration.properties.map(({ id, title, name, kind, rule }, i) => {
        const { marks = [], isLost = false } = run.value.truth[i] ?? {};
        const isSafety = kind === 'always' || kind === 'alwaysStep' || kind === 'noDeadlock';
        const [first] = marks;
        const isBroken = isSafety ? first !== undefined : isLost || (run.value.property === i && run.value.loop !== undefined);
        const said = isBroken
          ? isSafety
            ? 'broken in'
            : 'broken by the loop'
          : isSafety
            ? 'kept'
            : first === undefined
              ? kind.startsWith('sometimes')
                ? 'not reached'
                : 'not so in any state of it'
              : kind.startsWith('sometimes')
                ? 'reached in'
                : 'so in';
        return (
          <li key={name} class={isBroken ? 'broken' : ''} title={rule === undefined ? name : `${name} [${rule}]`}>
            <span aria-hidden="true">{isBroken ? '✕' : isSafety || first !== undefined ? '✓' : '·'}</span>
            <span>
              {title ?? id ?? name} <span class="small">{said}</span>{' '}
              {first !== undefined && (isBroken ? isSafety : !isSafety) && <StepLink step={first} />}
            </span>
          </li>
        );
      })}
    </ul>
  </section>
);
