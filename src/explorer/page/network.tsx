/** A small drawing of the network at the reader's place: who is linked to whom, who is down, and which messages are in flight. */
import type { JSX } from 'preact';
import { drawingOf } from '../draw.js';
import { namesOf, partAt } from '../history.js';
import { at, run } from './store.js';

const LINK = /^(s\d+)-(s\d+)$/;

/** Is this part of the state drawn here? */
export const isInNetwork = (name: string): boolean => LINK.test(name);

interface Line {
  readonly ends: readonly [string, string];
  readonly isCut: boolean;
}

/** The fields of a message's value in the model. */
interface Message {
  readonly type: 'request' | 'answer';
  readonly puller: number;
  readonly answerer: number;
}

interface InFlight {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** The lines between servers. In a model's run the state has the links. In a real run all servers are linked, except where the drawing says that a link is cut. */
const serverLines = (): ReadonlyArray<Line> => {
  const { lanes, bands, hasLinks } = drawingOf(run.value);
  if (hasLinks === undefined)
    return namesOf(run.value).flatMap((name): ReadonlyArray<Line> => {
      const [, a, b] = LINK.exec(name) ?? [];
      const isCut = partAt(run.value, name, at.value)?.text === 'cut';
      return a === undefined || b === undefined ? [] : [{ ends: [a, b], isCut }];
    });
  const servers = lanes
    .filter(({ id, kind }) => kind === 'server' && partAt(run.value, id, at.value) !== null)
    .map(({ id }) => id);
  const isCut = (a: string, b: string): boolean =>
    bands.some(
      ({ kind, lanes: [x, y], from, to = Infinity }) =>
        kind === 'cut' && ((x === a && y === b) || (x === b && y === a)) && from <= at.value && at.value < to,
    );
  return servers.flatMap((a, i) => servers.slice(i + 1).map((b): Line => ({ ends: [a, b], isCut: isCut(a, b) })));
};

/** The lines from sessions to the servers that they are connected to. */
const sessionLines = (): ReadonlyArray<Line> =>
  namesOf(run.value).flatMap((name) => {
    const value = partAt(run.value, name, at.value)?.value;
    const servers = typeof value === 'object' && 'servers' in value && /^c\d+$/.test(name) ? value['servers'] : [];
    return (servers as ReadonlyArray<number>).map((server): Line => ({ ends: [name, `s${server}`], isCut: false }));
  });

const linesAt = (): ReadonlyArray<Line> => [...serverLines(), ...sessionLines()];

const inFlightAt = (): ReadonlyArray<InFlight> => {
  const value = partAt(run.value, 'net', at.value)?.value;
  return (Array.isArray(value) ? (value as unknown as ReadonlyArray<Message>) : []).map((message) => {
    const [puller, answerer] = [`s${message.puller}`, `s${message.answerer}`];
    return message.type === 'request'
      ? { from: puller, to: answerer, text: 'request' }
      : { from: answerer, to: puller, text: 'answer' };
  });
};

const isDown = (name: string): boolean => {
  const value = partAt(run.value, name, at.value)?.value;
  return typeof value === 'object' && 'up' in value && value['up'] === false;
};

const SIZE = 190;

/** Draws the network, only where there is a link that can change, a connected client or a message in flight. */
export const Network = (): JSX.Element | null => {
  const [lines, inFlight] = [linesAt(), inFlightAt()];
  const hasNet = namesOf(run.value).includes('net');
  const nodes = drawingOf(run.value).lanes.filter(({ kind }) => kind === 'server' || kind === 'client');
  if ((lines.length === 0 && !hasNet) || nodes.length < 2 || nodes.length > 16) return null;
  const place = (name: string): readonly [x: number, y: number] => {
    const angle = (2 * Math.PI * nodes.findIndex(({ id }) => id === name)) / nodes.length - Math.PI / 2;
    return [SIZE / 2 + 70 * Math.cos(angle), SIZE / 2 + 66 * Math.sin(angle)];
  };
  const isPlaced = (name: string): boolean => nodes.some(({ id }) => id === name);
  return (
    <article class="card network" aria-label="The network">
      <header>
        <h3>network</h3>
      </header>
      <svg viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={networkText(lines, inFlight)}>
        {lines
          .filter(({ ends }) => ends.every(isPlaced))
          .map(({ ends: [a, b], isCut }, i) => {
            const [[x1, y1], [x2, y2]] = [place(a), place(b)];
            return (
              <g key={i}>
                <line class={isCut ? 'link cut' : 'link'} x1={x1} y1={y1} x2={x2} y2={y2} />
                {isCut && (
                  <text class="cross" x={(x1 + x2) / 2} y={(y1 + y2) / 2 + 4}>
                    ✕
                  </text>
                )}
              </g>
            );
          })}
        {inFlight.map(({ from, to, text }, i) => {
          const [[x1, y1], [x2, y2]] = [place(from), place(to)];
          const [x, y] = [x1 + (x2 - x1) * 0.5, y1 + (y2 - y1) * 0.5 + 14 * i];
          return (
            <text key={i} class="flying" x={x} y={y}>
              {x2 >= x1 ? `${text} →` : `← ${text}`}
            </text>
          );
        })}
        {nodes.map(({ id, kind }) => {
          const [x, y] = place(id);
          const width = Math.max(30, 8 * id.length + 6);
          return (
            <g key={id} class={`node ${kind} ${isDown(id) ? 'down' : ''}`}>
              {kind === 'client' ? (
                <rect x={x - width / 2} y={y - 12} width={width} height="24" rx="12" />
              ) : (
                <rect x={x - width / 2} y={y - 12} width={width} height="24" rx="3" />
              )}
              <text x={x} y={y + 4}>
                {id}
              </text>
            </g>
          );
        })}
      </svg>
    </article>
  );
};

const networkText = (lines: ReadonlyArray<Line>, inFlight: ReadonlyArray<InFlight>): string =>
  [
    ...lines.map(({ ends: [a, b], isCut }) => `${a} and ${b} are ${isCut ? 'cut' : 'linked'}`),
    ...inFlight.map(({ from, to, text }) => `${text} in flight from ${from} to ${to}`),
  ].join('; ') || 'nothing in flight';
