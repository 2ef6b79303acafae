/** Draws the space-time diagram of a real run: a lane for each process, and an arrow from each event to the event that used it. */
import type { TraceEvent } from '#bayou/core/trace.js';
import type { Arrow, Band, SpaceTimeDiagram, Lane, Mark, MessageKind } from '#bayou/explorer/shape.js';
import type { ProcessName } from '../layer3-traces/read-traces.js';
import { arrowLabel } from './event-words.js';

/** An event with its column, from 1. */
export interface PlacedEvent {
  readonly event: TraceEvent;
  readonly who: ProcessName;
  readonly at: number;
  /** Did the event change the state of its process? */
  readonly isChange: boolean;
  /** No step of the model explains the event. */
  readonly isBad?: true;
}

/** A lane's id, which is also the name of its part of the state. */
export const laneOf = ({ role, id }: Pick<ProcessName, 'role' | 'id'>): string =>
  role === 'master' ? 'master' : `${role === 'client' ? 'c' : 's'}${id}`;

const RANK = { master: 0, client: 1, server: 2 } as const;

const lanesOf = (placed: ReadonlyArray<PlacedEvent>): ReadonlyArray<Lane> => {
  const found = new Map(placed.map(({ who }) => [laneOf(who), who]));
  return Array.from(found.values())
    .sort((a, b) => RANK[a.role] - RANK[b.role] || a.id - b.id)
    .map((who): Lane => ({ id: laneOf(who), kind: who.role, title: who.role === 'master' ? 'master' : `${who.role} ${who.id}` }));
};

const KIND: Readonly<Partial<Record<TraceEvent['type'], MessageKind>>> = {
  accept: 'put',
  refuse: 'put',
  putDone: 'put',
  answer: 'get',
  getDone: 'get',
  pullAsked: 'pull',
  pullAnswered: 'pull',
  merged: 'pull',
};

/** Finds the event that sent a message, as far as the events tell it. */
class Senders {
  readonly #asked = new Map<string, PlacedEvent>();
  readonly #pulls = new Map<string, PlacedEvent>();
  /** The events that sent answers, by the pull's name or by the client's lane. An event that was not followed has no entry in `uses`, so its answer is found here. */
  readonly #answers = new Map<string, PlacedEvent>();

  /** The event that sent the message which this event takes in. */
  of(
    { event, who }: PlacedEvent,
    uses: ReadonlyMap<TraceEvent, TraceEvent>,
    places: ReadonlyMap<TraceEvent, PlacedEvent>,
  ): PlacedEvent | undefined {
    if (event.type === 'accept' || event.type === 'answer' || event.type === 'refuse')
      return this.#asked.get(`${event.client} ${event.p.replace(/^server-(\d+).*$/, '$1')}`);
    if (event.type === 'pullAnswered') return this.#pulls.get(event.pull);
    const used = uses.get(event);
    if (used !== undefined) return places.get(used);
    if (event.type === 'merged') return this.#answers.get(event.pull);
    const isDone =
      (event.type === 'putDone' && event.result === 'accepted') || (event.type === 'getDone' && event.result !== 'ERR_CONN');
    return isDone ? this.#answers.get(`c${who.id}`) : undefined;
  }

  keep(placed: PlacedEvent): void {
    const { event, who } = placed;
    if (event.type === 'asked') this.#asked.set(`${who.id} ${event.server}`, placed);
    if (event.type === 'pullAsked') this.#pulls.set(event.pull, placed);
    if (event.type === 'pullAnswered') this.#answers.set(event.pull, placed);
    if (event.type === 'accept' || event.type === 'answer') this.#answers.set(`c${event.client}`, placed);
  }
}

/** The mark of an event that no step explains; it has one even where it is no message. */
const badMark = ({ event, who, at, isBad }: PlacedEvent): Mark | undefined =>
  isBad === undefined ? undefined : { at, lane: laneOf(who), kind: 'other', label: event.type, isBad };

const markOf = (placed: PlacedEvent): Mark | undefined => {
  const { event, who, at, isBad } = placed;
  const lane = laneOf(who);
  if (isBad !== undefined) return badMark(placed);
  switch (event.type) {
    case 'command':
      return { at, lane, kind: 'other', label: event.text };
    case 'kill':
      return { at, lane: `s${event.server}`, kind: 'kill', label: 'kill' };
    case 'died':
      return { at, lane: `s${event.server}`, kind: 'kill', label: 'died' };
    case 'start':
      return { at, lane, kind: 'start', label: event.replica };
    case 'renewed':
      return { at, lane, kind: 'start', label: `now ${event.replica}` };
    case 'link':
      return { at, lane, kind: 'link', label: event.up ? '' : `✂ ${event.peer}` };
    case 'session':
      return { at, lane, kind: 'start', label: 'session' };
    default:
      return undefined;
  }
};

const arrowsOf = (placed: ReadonlyArray<PlacedEvent>, uses: ReadonlyMap<TraceEvent, TraceEvent>): ReadonlyArray<Arrow> => {
  const senders = new Senders();
  const places = new Map(placed.map((one) => [one.event, one]));
  return placed.flatMap((one): ReadonlyArray<Arrow> => {
    const from = senders.of(one, uses, places);
    senders.keep(one);
    if (from === undefined || from.who === one.who) return [];
    const { event, who, at, isChange } = one;
    const isAnswer = event.type === 'putDone' || event.type === 'getDone' || event.type === 'merged';
    const news = isAnswer ? arrowLabel(from.event) : { label: '' };
    return [
      {
        from: [laneOf(from.who), from.at],
        to: [laneOf(who), at],
        kind: KIND[event.type] ?? 'other',
        ...news,
        isSolid: isChange,
      },
    ];
  });
};

// --- bands -----------------------------------------------------------------------------------------------------------------

/** The bands that are open, each with its first column. */
class OpenBands {
  readonly #since = new Map<string, { readonly lanes: Band['lanes']; readonly from: number; readonly label: string }>();
  readonly bands: Band[] = [];
  readonly #kind: Band['kind'];

  constructor(kind: Band['kind']) {
    this.#kind = kind;
  }

  begin(lanes: Band['lanes'], from: number, label: string): void {
    const name = lanes.join(' ');
    if (!this.#since.has(name)) this.#since.set(name, { lanes, from, label });
  }

  end(lanes: Band['lanes'], to: number): void {
    const known = this.#since.get(lanes.join(' '));
    if (known === undefined) return;
    this.#since.delete(lanes.join(' '));
    this.bands.push({ ...known, kind: this.#kind, to });
  }

  all(): ReadonlyArray<Band> {
    return [...this.bands, ...Array.from(this.#since.values(), (open): Band => ({ ...open, kind: this.#kind }))];
  }
}

const bandsOf = (placed: ReadonlyArray<PlacedEvent>, lanes: ReadonlyArray<Lane>): ReadonlyArray<Band> => {
  const [down, cut] = [new OpenBands('down'), new OpenBands('cut')];
  const known = new Set(lanes.map(({ id }) => id));
  const nameOf = (id: number): string => (known.has(`c${id}`) ? `c${id}` : `s${id}`);
  for (const { event, who, at } of placed) {
    const lane = laneOf(who);
    if (event.type === 'kill' || event.type === 'died') down.begin([`s${event.server}`], at, 'down');
    if (event.type === 'start') down.end([lane], at);
    if (event.type !== 'link') continue;
    const peer = nameOf(event.peer);
    const ends: Band['lanes'] = lane < peer ? [lane, peer] : [peer, lane];
    if (event.up) cut.end(ends, at);
    else cut.begin(ends, at, `${ends[0]}–${ends[1]} cut`);
  }
  return [...down.all(), ...cut.all()];
};

/** Draws the diagram. `uses`: by event, the earlier event of another process that it used. */
export const drawingOf = (placed: ReadonlyArray<PlacedEvent>, uses: ReadonlyMap<TraceEvent, TraceEvent>): SpaceTimeDiagram => {
  const lanes = lanesOf(placed);
  return {
    lanes,
    arrows: arrowsOf(placed, uses),
    marks: placed.flatMap((one) => markOf(one) ?? []),
    bands: bandsOf(placed, lanes),
    hasLinks: true,
  };
};
