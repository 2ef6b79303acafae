/** The pieces of the space-time diagram: its measures, arrows, marks, bands, the loop, and a row for each property. */
import type { JSX } from 'preact';
import type { Arrow, Band, SpaceTimeDiagram, Mark, RunShot } from '../shape.js';
import { lengthOf } from '../history.js';
import { short } from './short.js';
import { exploration, length, run } from './store.js';

// --- measures --------------------------------------------------------------------------------------------------------------

/** The width of the names of lanes and properties, in px. */
export const LABELS = 120;
const HEAD = 22;
export const TRUTH = 20;
const LOOP = 26;
const WIDEST = 132;
const NARROWEST = 30;
/** The room for words beside the last column, in px. */
export const MARGIN = 46;

export interface Measures {
  readonly column: number;
  readonly lane: number;
  readonly width: number;
  readonly height: number;
  readonly x: (step: number) => number;
  readonly y: (lane: string) => number;
  readonly truthAt: number;
}

/** The most properties that all have a row. Of more, only those have one that the run is about, or that have a mark. The list at the right has all. */
const MOST_ROWS = 5;

export const rowsOf = ({ truth, property }: RunShot): ReadonlyArray<number> => {
  const all = truth.map((_, index) => index);
  return all.length <= MOST_ROWS ? all : all.filter((index) => index === property || truth[index]!.marks.length > 0);
};

export const measuresOf = ({ lanes }: SpaceTimeDiagram, shot: RunShot, room: number): Measures => {
  const { loop } = shot;
  const rows = rowsOf(shot);
  const count = lengthOf(shot) + 1;
  const column = Math.max(NARROWEST, Math.min(WIDEST, Math.floor((room - MARGIN) / count)));
  const lane = lanes.length <= 4 ? 52 : lanes.length <= 8 ? 38 : 28;
  const places = new Map(lanes.map(({ id }, i) => [id, HEAD + lane * (i + 0.5)]));
  const truthAt = HEAD + lane * lanes.length + (loop === undefined ? 6 : LOOP);
  return {
    column,
    lane,
    width: column * count + MARGIN,
    height: truthAt + TRUTH * rows.length + 6,
    x: (step) => column * step + Math.min(column / 2, 22),
    y: (id) => places.get(id) ?? HEAD,
    truthAt,
  };
};

// --- pieces ----------------------------------------------------------------------------------------------------------------

/** As much of a text as has room. A shortened text ends with an ellipsis. */
export const fitted = (text: string, px: number): string => {
  const most = Math.floor(px / 6.4);
  return text.length <= most ? text : most < 4 ? '' : `${text.slice(0, most - 1)}…`;
};

/** The arrowhead of a message. A put's is filled, a get's open, a pull's double. */
export const headOf = (kind: Arrow['kind'], angle: number, x: number, y: number): JSX.Element => {
  const turn = `translate(${x} ${y}) rotate(${angle})`;
  switch (kind) {
    case 'get':
      return <path class="head open" transform={turn} d="M-9 -5 L0 0 L-9 5" />;
    case 'other':
      // It is not known which of the two ends began, so both ends look alike.
      return <circle cx={x} cy={y} r="4" />;
    case 'pull':
      return <path class="head open" transform={turn} d="M-9 -4.5 L-1 0 L-9 4.5 M-15 -4.5 L-7 0 L-15 4.5" />;
    default:
      return <path class="head" transform={turn} d="M-10 -5 L0 0 L-10 5 Z" />;
  }
};

export const ArrowOf = ({ arrow, m }: { readonly arrow: Arrow; readonly m: Measures }): JSX.Element => {
  const { from, to, kind, label, stamp, isSolid, isBad } = arrow;
  const [x1, y1, x2, y2] = [m.x(from[1]), m.y(from[0]), m.x(to[1]), m.y(to[0])];
  const down = Math.sign(y2 - y1) || 1;
  const angle = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI;
  const isUpright = x1 === x2;
  const [tx, ty] = isUpright
    ? [x1 + 8, y1 + (down * m.lane) / 2 + (stamp === undefined ? 4 : -1)]
    : [(x1 + x2) / 2 + 8, (y1 + y2) / 2 + 4];
  return (
    <g class={`arrow ${kind} ${isSolid ? 'solid' : 'idle'} ${isBad === true ? 'bad' : ''}`}>
      <line x1={x1} y1={y1} x2={x2} y2={y2 - (isUpright ? down * 5 : 0)} />
      <circle cx={x1} cy={y1} r="4" />
      {headOf(kind, angle, x2, isUpright ? y2 - down * 4 : y2)}
      <text x={tx} y={ty}>
        {isBad === true && '✕ '}
        {!isUpright
          ? fitted(short(`${label} ${stamp ?? ''}`), x2 - x1 + 40)
          : fitted(label, (from[1] === length.value ? m.column + MARGIN - 24 : m.column - 10) - (isBad === true ? 14 : 0))}
      </text>
      {stamp !== undefined && isUpright && m.column >= 60 && m.lane > 36 && (
        <text class="stamped" x={tx} y={ty + 14}>
          {short(stamp)}
        </text>
      )}
    </g>
  );
};

export const SHAPES: Readonly<Record<Mark['kind'], string>> = {
  put: 'M-5 -5 H5 V5 H-5 Z',
  get: 'M0 -6 L6 0 L0 6 L-6 0 Z',
  pull: 'M0 -6 L6 5 H-6 Z',
  other: 'M-5 0 A5 5 0 1 0 5 0 A5 5 0 1 0 -5 0',
  kill: 'M-6 -6 L6 6 M6 -6 L-6 6',
  start: 'M-4 -6 L6 0 L-4 6 Z',
  link: 'M-6 0 H6 M0 -6 V6',
};

export const MarkOf = ({ mark, m, room }: { readonly mark: Mark; readonly m: Measures; readonly room: number }): JSX.Element => {
  const [x, y] = [m.x(mark.at), m.y(mark.lane)];
  return (
    <g class={`event ${mark.kind} ${mark.isBad === true ? 'bad' : ''}`}>
      <path transform={`translate(${x} ${y})`} d={SHAPES[mark.kind]} />
      <text x={x - 12} y={y - 10}>
        {mark.isBad === true && '✕ '}
        {fitted(short(mark.label), room - 10)}
      </text>
    </g>
  );
};

interface BandProps {
  readonly band: Band;
  readonly m: Measures;
  readonly last: number;
  /** The first column in sight. A band that begins before it has its words there. */
  readonly sight: number;
}

export const BandOf = ({ band, m, last, sight }: BandProps): JSX.Element => {
  const { lanes, kind, label, from, to = last + 1 } = band;
  const [x, end] = [from === 0 ? 0 : m.x(from), to > last ? m.width : m.x(to)];
  const wordsAt = Math.max(x, m.column * sight);
  return (
    <g class={`band ${kind}`}>
      {lanes.map((lane, i) => (
        <g key={lane}>
          <rect
            x={x}
            y={m.y(lane) - (kind === 'down' ? m.lane * 0.36 : 3)}
            width={Math.max(2, end - x)}
            height={kind === 'down' ? m.lane * 0.72 : 6}
          />
          {i === 0 && (
            <text x={wordsAt + 8} y={m.y(lane) + (kind === 'down' ? m.lane * 0.36 - 4 : 15)}>
              {fitted(label, end - wordsAt)}
            </text>
          )}
        </g>
      ))}
    </g>
  );
};

export const LoopOf = ({
  m,
  loop,
  last,
}: {
  readonly m: Measures;
  readonly loop: number;
  readonly last: number;
}): JSX.Element => {
  const [x1, x2, y] = [m.x(loop), m.x(last), m.truthAt - LOOP + 4];
  return (
    <g class="loop">
      {loop === last ? (
        <path d={`M${x1 - 8} ${y} C${x1 - 24} ${y + 18} ${x1 + 24} ${y + 18} ${x1 + 8} ${y}`} />
      ) : (
        <path d={`M${x2} ${y} V${y + 10} H${x1} V${y}`} />
      )}
      <path class="head" transform={`translate(${loop === last ? x1 + 8 : x1} ${y}) rotate(-90)`} d="M-8 -5 L0 0 L-8 5 Z" />
      <text x={(x1 + x2) / 2} y={y + 20}>
        {loop === last ? 'nothing changes any more, for ever' : 'and so for ever'}
      </text>
    </g>
  );
};

// --- truth -----------------------------------------------------------------------------------------------------------------

const isGoal = (kind: string): boolean =>
  kind.startsWith('sometimes') || kind === 'eventually' || kind === 'eventuallyAlways' || kind === 'leadsTo';

/** The row of a property: a dot where it is kept, a cross where it is broken. A witness or a liveness property has a tick where it is reached. */
export const TruthRow = ({
  index,
  row,
  m,
  from,
  to,
}: {
  readonly index: number;
  readonly row: number;
  readonly m: Measures;
  readonly from: number;
  readonly to: number;
}): JSX.Element => {
  const goal = isGoal(exploration.properties[index]?.kind ?? '');
  const marks = new Set(run.value.truth[index]?.marks);
  const y = m.truthAt + TRUTH * (row + 0.5);
  return (
    <g class={`truth ${goal ? 'goal' : 'safety'}`}>
      {Array.from({ length: to - from + 1 }, (_, i) => {
        const step = from + i;
        const isMarked = marks.has(step);
        return isMarked ? (
          <text key={step} class={goal ? 'tick' : 'cross'} x={m.x(step)} y={y + 5}>
            {goal ? '✓' : '✕'}
          </text>
        ) : (
          <circle key={step} cx={m.x(step)} cy={y} r="2.5" />
        );
      })}
    </g>
  );
};
