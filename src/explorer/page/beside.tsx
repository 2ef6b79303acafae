/** What stands beside the reason: paragraphs of the contract, the properties along the run, what the signs mean. */
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

// --- what things mean ------------------------------------------------------------------------------------------------------

const isBayou = (): boolean => 'R4' in exploration.entries;

interface ArrowKeyProps {
  /** What kind of message it is, and whether it changed something. */
  readonly arrow: string;
  /** Where its line ends: the head comes after it. */
  readonly to: number;
  readonly head: string;
  readonly shape: string;
}

/** An arrow as the picture has it, beside what it means. */
const ArrowKey = ({ arrow, to, head, shape }: ArrowKeyProps): JSX.Element => (
  <dt>
    <svg width="40" height="14" aria-hidden="true" class="key">
      <g class={`arrow ${arrow}`}>
        <line x1="2" y1="7" x2={to} y2="7" />
        <path class={head} transform="translate(38 7)" d={shape} />
      </g>
    </svg>
  </dt>
);

export const Legend = (): JSX.Element => (
  <details class="legend">
    <summary>What the signs mean</summary>
    <dl>
      {isBayou() && (
        <>
          <dt class="mono">a=11#2</dt>
          <dd>the key a has the value of client 11’s second put</dd>
          <dt class="mono">1@0.0</dt>
          <dd>a stamp: accept time 1, at replica 0.0 (server 0, its first life). Stamps are ordered by time, then by replica</dd>
          <dt class="mono">vector</dt>
          <dd>for each replica, up to which time its writes are known</dd>
        </>
      )}
      <ArrowKey arrow="put solid" to={30} head="head" shape="M-10 -5 L0 0 L-10 5 Z" />
      <dd>a put, or another message; solid: it changed something</dd>
      <ArrowKey arrow="get idle" to={36} head="head open" shape="M-9 -5 L0 0 L-9 5" />
      <dd>a get; dashed: it changed nothing</dd>
      <ArrowKey arrow="pull solid" to={34} head="head open" shape="M-9 -4.5 L-1 0 L-9 4.5 M-15 -4.5 L-7 0 L-15 4.5" />
      <dd>a pull, from the server that answers to the one that asked</dd>
      <dt>+ −</dt>
      <dd>came and went in this step</dd>
    </dl>
    {exploration.names !== undefined && Object.keys(exploration.names).length > 0 && (
      <>
        <h3>Names in the run</h3>
        <dl>
          {Object.entries(exploration.names).flatMap(([name, is]) => [
            <dt key={name}>{name}</dt>,
            <dd key={`${name} is`}>{is}</dd>,
          ])}
        </dl>
      </>
    )}
  </details>
);
