/** The space-time diagram: a lane for each process, an arrow for each message, a band where a process is down or a link is cut. Only what is in sight is drawn. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { SpaceTimeDiagram, Mark } from '../shape.js';
import { drawingOf } from '../draw.js';
import { arrowsWithin, marksWithin } from '../history.js';
import {
  ArrowOf,
  BandOf,
  fitted,
  LABELS,
  LoopOf,
  MARGIN,
  MarkOf,
  measuresOf,
  rowsOf,
  TRUTH,
  TruthRow,
  type Measures,
} from './pieces.js';
import { at, calledOf, goTo, isPlaying, length, run, stepBy } from './store.js';

/** How many columns before the edge are drawn, since the words of their marks may reach into sight. */
const SPARE = 8;

/** The room for the words of a mark, in px: up to the next mark in its lane. */
const roomOf = (marks: ReadonlyArray<Mark>, index: number, m: Measures): number => {
  const { lane, at: step } = marks[index]!;
  const next = marks.slice(index + 1).find((other) => other.lane === lane);
  return next === undefined ? SPARE * m.column : Math.min(SPARE, next.at - step) * m.column;
};

/** A message that ends beyond sight is drawn if it ends at most this many steps later. */
const LONGEST = 400;

const Canvas = ({
  m,
  drawing,
  from,
  to,
}: {
  readonly m: Measures;
  readonly drawing: SpaceTimeDiagram;
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
          <BandOf key={i} band={band} m={m} last={last} sight={from === 0 ? 0 : from + 2} />
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

const Labels = ({ m, drawing }: { readonly m: Measures; readonly drawing: SpaceTimeDiagram }): JSX.Element => (
  <svg class="lanes" width={LABELS} height={m.height} aria-hidden="true">
    {drawing.lanes.map(({ id, title, kind }) => (
      <g key={id} class={kind}>
        <text x="8" y={m.y(id) + 4}>
          {fitted(title, 0.85 * (LABELS - 12))}
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

const diagramText = ({ lanes, arrows }: SpaceTimeDiagram): string =>
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

/** Plays the run from here, or from its beginning if the reader is at its end. */
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
    // The element is gone while the page shows the state space.
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
  // The place to which the page was scrolled may be beyond the end of a run that is shorter than the one before.
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
