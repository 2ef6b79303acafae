/* eslint-disable max-lines -- one picture: its parts are placed by the same measures. */
/** The space-time diagram: a lane for each process, an arrow for each message, bands where one is down or cut off; only what is in sight is drawn. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Arrow, Band, Drawing, Mark, RunShot } from '../shape.js';
import { drawingOf } from '../draw.js';
import { arrowsWithin, lengthOf, marksWithin } from '../history.js';
import { short } from './short.js';
import { at, calledOf, exploration, goTo, isPlaying, length, run, stepBy } from './store.js';

// --- measures --------------------------------------------------------------------------------------------------------------

/** Of the names of lanes and properties. */
const LABELS = 120;
const HEAD = 22;
const TRUTH = 20;
const LOOP = 26;
const WIDEST = 132;
const NARROWEST = 30;
/** What is written beside the last column has room, too. */
const MARGIN = 46;

interface Measures {
  readonly column: number;
  readonly lane: number;
  readonly width: number;
  readonly height: number;
  readonly x: (step: number) => number;
  readonly y: (lane: string) => number;
  readonly truthAt: number;
}

/** So many properties each have a row; of more those that are broken, or come about, somewhere on the run. The list at the right has all. */
const MOST_ROWS = 5;

const rowsOf = ({ truth, property }: RunShot): ReadonlyArray<number> => {
  const all = truth.map((_, index) => index);
  return all.length <= MOST_ROWS ? all : all.filter((index) => index === property || truth[index]!.marks.length > 0);
};

const measuresOf = ({ lanes }: Drawing, shot: RunShot, room: number): Measures => {
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

/** Only letters that have room; a text that is cut ends with an ellipsis. */
const fitted = (text: string, px: number): string => {
  const most = Math.floor(px / 6.4);
  return text.length <= most ? text : most < 4 ? '' : `${text.slice(0, most - 1)}…`;
};

/** Arrowheads differ by kind: a put's is filled, a get's open, a pull's double. */
const headOf = (kind: Arrow['kind'], angle: number, x: number, y: number): JSX.Element => {
  const turn = `translate(${x} ${y}) rotate(${angle})`;
  switch (kind) {
    case 'get':
      return <path class="head open" transform={turn} d="M-9 -5 L0 0 L-9 5" />;
    case 'pull':
      return <path class="head open" transform={turn} d="M-9 -4.5 L-1 0 L-9 4.5 M-15 -4.5 L-7 0 L-15 4.5" />;
    default:
      return <path class="head" transform={turn} d="M-10 -5 L0 0 L-10 5 Z" />;
  }
};

const ArrowOf = ({ arrow, m }: { readonly arrow: Arrow; readonly m: Measures }): JSX.Element => {
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
          : fitted(label, from[1] === length.value ? m.column + MARGIN - 24 : m.column - 10)}
      </text>
      {stamp !== undefined && isUpright && m.column >= 60 && m.lane > 36 && (
        <text class="stamped" x={tx} y={ty + 14}>
          {short(stamp)}
        </text>
      )}
    </g>
  );
};

const SHAPES: Readonly<Record<Mark['kind'], string>> = {
  put: 'M-5 -5 H5 V5 H-5 Z',
  get: 'M0 -6 L6 0 L0 6 L-6 0 Z',
  pull: 'M0 -6 L6 5 H-6 Z',
  other: 'M-5 0 A5 5 0 1 0 5 0 A5 5 0 1 0 -5 0',
  kill: 'M-6 -6 L6 6 M6 -6 L-6 6',
  start: 'M-4 -6 L6 0 L-4 6 Z',
  link: 'M-6 0 H6 M0 -6 V6',
};

const MarkOf = ({ mark, m, room }: { readonly mark: Mark; readonly m: Measures; readonly room: number }): JSX.Element => {
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

const BandOf = ({ band, m, last }: { readonly band: Band; readonly m: Measures; readonly last: number }): JSX.Element => {
  const { lanes, kind, label, from, to = last + 1 } = band;
  const [x, end] = [from === 0 ? 0 : m.x(from), to > last ? m.width : m.x(to)];
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
            <text x={x + 6} y={m.y(lane) - (kind === 'down' ? m.lane * 0.36 : 3) - 3}>
              {fitted(label, end - x)}
            </text>
          )}
        </g>
      ))}
    </g>
  );
};

const LoopOf = ({ m, loop, last }: { readonly m: Measures; readonly loop: number; readonly last: number }): JSX.Element => {
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

/** A row for each property: a dot where it is kept, a cross where it is broken; of what should come about, a tick where it does. */
const TruthRow = ({
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

// --- the diagram -----------------------------------------------------------------------------------------------------------

/** Marks before the edge whose words may reach into sight. */
const SPARE = 8;

/** The words of a mark have the room up to the next one in its lane. */
const roomOf = (marks: ReadonlyArray<Mark>, index: number, m: Measures): number => {
  const { lane, at: step } = marks[index]!;
  const next = marks.slice(index + 1).find((other) => other.lane === lane);
  return next === undefined ? SPARE * m.column : Math.min(SPARE, next.at - step) * m.column;
};

/** Messages that take longer than this many steps are drawn as long as one of their ends is near. */
const LONGEST = 400;

const Canvas = ({
  m,
  drawing,
  from,
  to,
}: {
  readonly m: Measures;
  readonly drawing: Drawing;
  readonly from: number;
  readonly to: number;
}): JSX.Element => {
  const { why, loop, judgedTo } = run.value;
  const last = length.value;
  const marks = marksWithin(run.value, drawing.marks, from - SPARE, to);
  const concerned = (why?.steps ?? []).filter((step) => step >= from && step <= to);
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((step) => m.column >= 44 || step % 5 === 0);
  return (
    <>
      {concerned.map((step) => (
        <rect key={step} class="concerned" x={m.column * step} y="0" width={m.column} height={m.height} />
      ))}
      <rect class="here" x={m.column * at.value} y="0" width={m.column} height={m.height} rx="4" />
      {numbers.map((step) => (
        <text key={step} class={step === at.value ? 'count current' : 'count'} x={m.x(step)} y="14">
          {step}
        </text>
      ))}
      {drawing.lanes.map(({ id }) => (
        <line key={id} class="lane" x1={m.column * from} x2={m.column * (to + 1)} y1={m.y(id)} y2={m.y(id)} />
      ))}
      {drawing.bands
        .filter((band) => band.from <= to && (band.to ?? Infinity) >= from)
        .map((band, i) => (
          <BandOf key={i} band={band} m={m} last={last} />
        ))}
      {arrowsWithin(run.value, drawing.arrows, from, to + LONGEST)
        .filter(({ from: [, sent] }) => sent <= to)
        .map((arrow) => (
          <ArrowOf key={`${arrow.from.join()} ${arrow.to.join()} ${arrow.kind}`} arrow={arrow} m={m} />
        ))}
      {marks.map((mark, i) => (
        <MarkOf key={`${mark.lane} ${mark.at}`} mark={mark} m={m} room={roomOf(marks, i, m)} />
      ))}
      {loop !== undefined && <LoopOf m={m} loop={loop} last={last} />}
      {judgedTo !== undefined && judgedTo < last && (
        <g class="unjudged">
          <rect x={m.column * (judgedTo + 1)} y="0" width={m.width - m.column * (judgedTo + 1)} height={m.height} />
          <text x={m.column * (judgedTo + 1) + 6} y={m.height - 6}>
            seen after it; not judged
          </text>
        </g>
      )}
      {rowsOf(run.value).map((index, row) => (
        <TruthRow key={index} index={index} row={row} m={m} from={from} to={to} />
      ))}
    </>
  );
};

const Labels = ({ m, drawing }: { readonly m: Measures; readonly drawing: Drawing }): JSX.Element => (
  <svg class="lanes" width={LABELS} height={m.height} aria-hidden="true">
    {drawing.lanes.map(({ id, title, kind }) => (
      <g key={id} class={kind}>
        <text x="8" y={m.y(id) + 4}>
          {fitted(title, LABELS - 8)}
        </text>
      </g>
    ))}
    {rowsOf(run.value).map((index, row) => (
      <text key={index} class="property" x="8" y={m.truthAt + TRUTH * (row + 0.5) + 4}>
        {fitted(calledOf(index), LABELS - 8)}
      </text>
    ))}
  </svg>
);

const diagramText = ({ lanes, arrows }: Drawing): string =>
  `${length.value} steps of ${lanes.map(({ title }) => title).join(', ')}; ${run.value.blocks?.messages ?? arrows.length} messages. The list of steps says the same in words.`;

const Scrubber = (): JSX.Element => (
  <div class="scrubber">
    <button type="button" aria-label="one step back" disabled={at.value === 0} onClick={() => stepBy(-1)}>
      ◂
    </button>
    <button type="button" class="play" aria-label={isPlaying.value ? 'stop' : 'play'} onClick={play}>
      {isPlaying.value ? '❚❚' : '▶'}
    </button>
    <button type="button" aria-label="one step on" disabled={at.value === length.value} onClick={() => stepBy(1)}>
      ▸
    </button>
    <input
      type="range"
      min="0"
      max={length.value}
      value={at.value}
      aria-label="Step"
      onInput={(event) => goTo(Number(event.currentTarget.value))}
    />
    <output>
      step {at.value} of {length.value}
    </output>
  </div>
);

/** Plays the run from here, or from the beginning where it has ended. */
export const play = (): void => {
  if (!isPlaying.value && at.value >= length.value) goTo(0);
  isPlaying.value = !isPlaying.value;
};

export const Diagram = (): JSX.Element => {
  const box = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState({ left: 0, width: 700 });
  const drawing = drawingOf(run.value);
  const m = measuresOf(drawing, run.value, sight.width);
  const look = (): void => {
    const element = box.current;
    // It may be gone by now: the page shows the space.
    if (element !== null) setSight({ left: element.scrollLeft, width: element.clientWidth });
  };
  useEffect(() => {
    const observer = new ResizeObserver(look);
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = box.current!;
    const x = m.column * at.value;
    const isInSight = x >= element.scrollLeft && x + m.column <= element.scrollLeft + element.clientWidth;
    if (!isInSight) element.scrollLeft = Math.max(0, x - element.clientWidth / 2);
  }, [at.value, m.column]);
  // A run that was longer may just have been in sight.
  const from = Math.max(0, Math.min(length.value, Math.floor(sight.left / m.column) - 1));
  const to = Math.min(length.value, Math.ceil((sight.left + sight.width) / m.column) + 1);
  const click = (event: MouseEvent): void => {
    const { left } = box.current!.getBoundingClientRect();
    goTo(Math.floor((event.clientX - left + box.current!.scrollLeft) / m.column));
  };
  return (
    <section class="diagram" aria-label="The run in space and time">
      <div class="canvas">
        <Labels m={m} drawing={drawing} />
        <div class="sight" ref={box} onScroll={look} onClick={click} tabIndex={0} role="group" aria-label="space-time diagram">
          <div class="space" style={{ width: `${m.width}px`, height: `${m.height}px` }}>
            <svg
              role="img"
              aria-label={diagramText(drawing)}
              width={m.column * (to - from + 1) + MARGIN}
              height={m.height}
              viewBox={`${m.column * from} 0 ${m.column * (to - from + 1) + MARGIN} ${m.height}`}
              style={{ left: `${m.column * from}px` }}
            >
              <Canvas m={m} drawing={drawing} from={from} to={to} />
            </svg>
          </div>
        </div>
      </div>
      <Scrubber />
    </section>
  );
};
