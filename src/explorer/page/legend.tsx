/** The meanings of the page's signs that the shown run has. */
import type { ComponentChildren, JSX } from 'preact';
import { drawingOf } from '../draw.js';
import type { Arrow, Band, Mark } from '../shape.js';
import { headOf, SHAPES } from './pieces.js';
import { exploration, run } from './store.js';

const isBayou = (): boolean => 'R4' in exploration.entries;

/** A sign as the picture has it. */
const Sign = ({ children }: { readonly children: ComponentChildren }): JSX.Element => (
  <dt>
    <svg width="40" height="14" aria-hidden="true" class="key">
      {children}
    </svg>
  </dt>
);

const ArrowKey = ({ kind, isSolid }: Pick<Arrow, 'kind' | 'isSolid'>): JSX.Element => (
  <Sign>
    <g class={`arrow ${kind} ${isSolid ? 'solid' : 'idle'}`}>
      <line x1="2" y1="7" x2="32" y2="7" />
      {headOf(kind, 0, 38, 7)}
    </g>
  </Sign>
);

const MarkKey = ({ kind }: Pick<Mark, 'kind'>): JSX.Element => (
  <Sign>
    <g class={`event ${kind}`}>
      <path transform="translate(20 7)" d={SHAPES[kind]} />
    </g>
  </Sign>
);

const BandKey = ({ kind }: Pick<Band, 'kind'>): JSX.Element => (
  <Sign>
    <g class={`band ${kind}`}>
      <rect x="1" y={kind === 'down' ? 1 : 4} width="38" height={kind === 'down' ? 12 : 6} />
    </g>
  </Sign>
);

const Notation = (): JSX.Element => (
  <>
    <dt class="mono">a=11#2</dt>
    <dd>the key a has the value of client 11’s second put</dd>
    <dt class="mono">1@0.0</dt>
    <dd>a stamp: accept time 1, at replica 0.0 (server 0, its first life). Stamps are ordered by time, then by replica</dd>
    <dt class="mono">vector</dt>
    <dd>for each replica, up to which time its writes are known</dd>
  </>
);

const Messages = (): JSX.Element => (
  <>
    <ArrowKey kind="put" isSolid />
    <dd>a put; solid: it changed something</dd>
    <ArrowKey kind="get" isSolid={false} />
    <dd>a get; dashed: it changed nothing</dd>
    <ArrowKey kind="pull" isSolid />
    <dd>a pull, from the server that answers to the one that asked</dd>
  </>
);

const BANDS: ReadonlyArray<readonly [Band['kind'], string]> = [
  ['down', 'a process is down: it was killed, and is not back yet'],
  ['cut', 'a link is cut: a bar in each of the two lanes that it joins'],
];

const MARKS: ReadonlyArray<readonly [Mark['kind'], string]> = [
  ['other', 'something in one lane: a command of the script, or a step'],
  ['kill', 'a kill'],
  ['start', 'a process, or a session, begins'],
  ['link', 'an end of a link is made, or with ✂ cut'],
];

/** Signs that not every run has. A long run's marks and arrows come in parts: it may have any of them. */
const Others = (): JSX.Element => {
  const { bands, marks, arrows } = drawingOf(run.value);
  const isLong = run.value.blocks !== undefined;
  const goals = exploration.properties.some(({ kind }) => kind !== 'always' && kind !== 'alwaysStep' && kind !== 'noDeadlock');
  return (
    <>
      {arrows.some(({ kind }) => kind === 'other') && (
        <>
          <ArrowKey kind="other" isSolid />
          <dd>a step of two; solid: it changed something</dd>
        </>
      )}
      {MARKS.filter(([wanted]) => isLong || marks.some(({ kind }) => kind === wanted)).flatMap(([kind, says]) => [
        <MarkKey key={kind} kind={kind} />,
        <dd key={`${kind} is`}>{says}</dd>,
      ])}
      {BANDS.filter(([wanted]) => bands.some(({ kind }) => kind === wanted)).flatMap(([kind, says]) => [
        <BandKey key={kind} kind={kind} />,
        <dd key={`${kind} is`}>{says}</dd>,
      ])}
      {exploration.properties.length > 0 && (
        <>
          <dt>• ✕{goals && ' ✓'}</dt>
          <dd>a property, state by state: kept, broken{goals && '; of what should come about ✓: here it is so'}</dd>
        </>
      )}
    </>
  );
};

const Names = (): JSX.Element | null => {
  const names = Object.entries(exploration.names ?? {});
  if (names.length === 0) return null;
  return (
    <>
      <h3>Names in the run</h3>
      <dl>{names.flatMap(([name, is]) => [<dt key={name}>{name}</dt>, <dd key={`${name} is`}>{is}</dd>])}</dl>
    </>
  );
};

export const Legend = (): JSX.Element => (
  <details class="legend">
    <summary>What the signs mean</summary>
    <dl>
      {isBayou() && (
        <>
          <Notation />
          <Messages />
        </>
      )}
      <Others />
      <dt>+ −</dt>
      <dd>came and went in this step</dd>
    </dl>
    <Names />
  </details>
);
