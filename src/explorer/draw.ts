/** Makes the space-time diagram of a run from its steps: lanes, arrows, bands. A run that has its own drawing keeps it. */
import type { PlainValue } from '../checker/shown/value.js';
import type { Arrow, Band, SpaceTimeDiagram, Lane, Mark, MessageKind, RunShot, StepShot } from './shape.js';
import { namesOf, partAt, sortedNames, timelineOf } from './history.js';

/** The most lanes: nobody could tell more apart. */
const MOST_LANES = 60;

const laneKind = (name: string): Lane['kind'] => (/^c\d+$/.test(name) ? 'client' : /^s\d+$/.test(name) ? 'server' : 'other');

const ORDER: ReadonlyArray<Lane['kind']> = ['master', 'client', 'server', 'other'];

const laneTitle = (name: string): string =>
  laneKind(name) === 'client' ? `client ${name.slice(1)}` : laneKind(name) === 'server' ? `server ${name.slice(1)}` : name;

/** The lanes: the parts that steps name. Where steps name no parts, the parts that steps change. */
const lanesOf = (run: RunShot): ReadonlyArray<Lane> => {
  const names = namesOf(run);
  const named = new Set(run.steps.flatMap(({ label }) => label.args.map(String)));
  const acting = names.filter((name) => named.has(name) || laneKind(name) !== 'other');
  const changed = new Set(run.steps.flatMap((step) => Object.keys(step.changed)));
  const others = changed.size === 0 ? names : names.filter((name) => changed.has(name));
  return sortedNames(acting.length > 0 ? acting : others)
    .map((id): Lane => ({ id, title: laneTitle(id), kind: laneKind(id) }))
    .toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
    .slice(0, MOST_LANES);
};

// --- what the arrows say ---------------------------------------------------------------------------------------------------

type Fields = Readonly<Record<string, PlainValue>>;

const isList = Array.isArray as (value: unknown) => value is ReadonlyArray<PlainValue>;

const field = (value: PlainValue | undefined, name: string): PlainValue | undefined =>
  typeof value === 'object' && !isList(value) ? (value as Fields)[name] : undefined;

/** A text or a number as a word; empty for any other value. */
const word = (value: PlainValue | undefined): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/** What an arrow carries. */
interface Carried {
  readonly label: string;
  readonly stamp?: string;
}

/** The stamp of a key in one of a session's maps, in the glossary's notation. */
const stampIn = (run: RunShot, client: string, map: 'wrote' | 'read', key: string, at: number): string | undefined => {
  const entries = field(partAt(run, client, at)?.value, map);
  const entry = isList(entries) ? entries.find((one) => isList(one) && one[0] === key) : undefined;
  const stamp = isList(entry) ? entry[1] : undefined;
  const [t, r] = [field(stamp, 't'), field(stamp, 'r')];
  return typeof t === 'number' && typeof r === 'string' ? `${t}@${r}` : undefined;
};

/** The first write of a server's log that `is` accepts: what a get found, or what a put became. */
const writeIn = (run: RunShot, server: string, at: number, is: (write: PlainValue) => boolean): Carried | undefined => {
  const log = field(partAt(run, server, at)?.value, 'log');
  const write = isList(log) ? log.find(is) : undefined;
  const [key, value, t, r] = ['key', 'value', 't', 'r'].map((name) => field(write, name));
  if (typeof key !== 'string' || typeof value !== 'string') return undefined;
  return { label: `${key}=${value}`, stamp: `${word(t)}@${word(r)}` };
};

const isSameWrite = (a: PlainValue, b: PlainValue): boolean =>
  ['t', 'r', 'key', 'value'].every((name) => word(field(a, name)) === word(field(b, name)));

/** The write that a step added to a server's log. */
const writeThatCame = (run: RunShot, server: string, at: number): Carried | undefined => {
  const before = field(partAt(run, server, at - 1)?.value, 'log');
  const former = isList(before) ? before : [];
  return writeIn(run, server, at, (write) => !former.some((other) => isSameWrite(write, other)));
};

const KINDS: Readonly<Record<string, MessageKind>> = {
  Put: 'put',
  RepeatPut: 'put',
  PutUnanswered: 'put',
  PutDelayed: 'put',
  PutArrives: 'put',
  Get: 'get',
  Pull: 'pull',
  ReadLog: 'pull',
  ReadVector: 'pull',
  Request: 'pull',
  Answer: 'pull',
  Receipt: 'pull',
};

/** Families of steps whose arrow goes from the second named process to the first. */
const GIVES_BACK = new Set(['Pull', 'ReadVector', 'Receipt']);

const partiesOf = ({ label, note = '' }: StepShot, lanes: ReadonlySet<string>): ReadonlyArray<string> => {
  const named = label.args.map(String).filter((arg) => lanes.has(arg));
  const [, at] = / ?at (s\d+)$/.exec(note) ?? [];
  return at !== undefined && named.length === 1 && lanes.has(at) ? [...named, at] : named;
};

const carriedOf = (run: RunShot, step: StepShot, at: number, server: string): Carried => {
  const { family, args } = step.label;
  const note = (step.note ?? '').replace(/ ?at s\d+$/, '');
  const [client, key] = [String(args[0]), String(args.at(-1))];
  if (family === 'RepeatPut') return writeThatCame(run, server, at) ?? { label: `again${note === '' ? '' : `: ${note}`}` };
  if (family === 'PutUnanswered') {
    const write = writeThatCame(run, server, at);
    // Its session does not know the outcome.
    return write === undefined ? { label: `${key}: ?` } : { ...write, label: `${write.label} ?` };
  }
  if (family === 'Put') {
    const stamp = stampIn(run, client, 'wrote', key, at);
    const write = writeIn(run, server, at, (w) => `${word(field(w, 't'))}@${word(field(w, 'r'))}` === stamp);
    return note !== '' ? { label: `${key}: ${note}` } : (write ?? { label: key, ...(stamp === undefined ? {} : { stamp }) });
  }
  if (family === 'Get') {
    const value = note.slice(key.length + 1);
    return (
      writeIn(run, server, at, (w) => field(w, 'key') === key && field(w, 'value') === value) ?? { label: `${key}: ${value}` }
    );
  }
  if (KINDS[family] === 'pull') return { label: family === 'Pull' ? 'pull' : family.toLowerCase() };
  return { label: [family, ...args.slice(2), note].filter((word) => word !== '').join(' ') };
};

// --- arrows and marks ------------------------------------------------------------------------------------------------------

interface Drawn {
  readonly arrows: Arrow[];
  readonly marks: Mark[];
}

/** The messages in flight, each with the step in which it was sent. */
type Flying = Map<string, number>;

const drawInFlight = (step: StepShot, at: number, flying: Flying, drawn: Drawn): boolean => {
  const [first = '', second = ''] = step.label.args.map(String);
  switch (step.label.family) {
    case 'Request':
      flying.set(`? ${first} ${second}`, at);
      drawn.marks.push({ at, lane: first, kind: 'pull', label: `asks ${second}` });
      return true;
    case 'Answer': {
      const sent = flying.get(`? ${second} ${first}`) ?? at;
      flying.set(`! ${second} ${first}`, at);
      drawn.arrows.push({ from: [second, sent], to: [first, at], kind: 'pull', label: 'request', isSolid: false });
      return true;
    }
    case 'ReadVector': {
      // Only with messages in flight is this step the second half of an answer (V2), and taken by the server that was asked.
      if (!flying.has(`? ${second} ${first}`)) return false;
      flying.set(`! ${second} ${first}`, at);
      drawn.marks.push({ at, lane: first, kind: 'pull', label: `answers ${second}` });
      return true;
    }
    case 'Receipt': {
      const sent = flying.get(`! ${first} ${second}`) ?? at;
      drawn.arrows.push({ from: [second, sent], to: [first, at], kind: 'pull', label: 'answer', isSolid: first in step.changed });
      return true;
    }
    default:
      return false;
  }
};

const drawStep = (run: RunShot, step: StepShot, at: number, lanes: ReadonlySet<string>, isBad: boolean, drawn: Drawn): void => {
  const [first, second] = partiesOf(step, lanes);
  const { family } = step.label;
  const bad = isBad ? { isBad } : {};
  const kind = KINDS[family] ?? 'other';
  if (first !== undefined && second !== undefined) {
    const [from, to] = GIVES_BACK.has(family) ? [second, first] : [first, second];
    const taker = family === 'Get' ? first : to;
    drawn.arrows.push({
      from: [from, at],
      to: [to, at],
      kind,
      ...carriedOf(run, step, at, family === 'Get' ? to : second),
      isSolid: taker in step.changed || (kind === 'other' && first in step.changed),
      ...bad,
    });
    return;
  }
  const where = first === undefined ? Object.keys(step.changed).filter((part) => lanes.has(part)) : [first];
  const text = [family, ...step.label.args.filter((arg) => String(arg) !== first), step.note ?? '']
    .filter((word) => word !== '')
    .join(' ');
  const mark =
    family === 'Kill'
      ? 'kill'
      : family.startsWith('Restart') || family === 'PutBack' || family === 'StartSession'
        ? 'start'
        : kind;
  (where.length === 0 ? [...lanes].slice(0, 1) : where).forEach((lane, i) =>
    drawn.marks.push({ at, lane, kind: mark, label: i === 0 ? text : '', ...bad }),
  );
};

// --- bands -----------------------------------------------------------------------------------------------------------------

/** The stretches of a run in which `is` holds for a part. */
const stretches = (
  run: RunShot,
  name: string,
  is: (text: string, value: PlainValue) => boolean,
): ReadonlyArray<readonly [number, number | undefined]> => {
  const line = timelineOf(run).lines.get(name);
  const found: [number, number | undefined][] = [];
  let since: number | undefined;
  line?.at.forEach((at, i) => {
    const shot = line.shots[i];
    const holds = shot !== null && shot !== undefined && is(shot.text, shot.value);
    if (holds && since === undefined) since = at;
    if (!holds && since !== undefined) {
      found.push([since, at]);
      since = undefined;
    }
  });
  return since === undefined ? found : [...found, [since, undefined]];
};

const bandOf = (
  lanes: Band['lanes'],
  kind: Band['kind'],
  label: string,
  [from, to]: readonly [number, number | undefined],
): Band => ({
  lanes,
  kind,
  label,
  from,
  ...(to === undefined ? {} : { to }),
});

const bandsOf = (run: RunShot, lanes: ReadonlyArray<Lane>): ReadonlyArray<Band> => {
  const down = lanes.flatMap(({ id }) =>
    stretches(run, id, (_, value) => field(value, 'up') === false).map((stretch) => bandOf([id], 'down', 'down', stretch)),
  );
  const cuts = namesOf(run).flatMap((name) => {
    const [, a, b] = /^(s\d+)-(s\d+)$/.exec(name) ?? [];
    if (a === undefined || b === undefined) return [];
    return stretches(run, name, (text) => text === 'cut').map((stretch) => bandOf([a, b], 'cut', `${a}–${b} cut`, stretch));
  });
  return [...down, ...cuts];
};

// --- the drawing -----------------------------------------------------------------------------------------------------------

const made = new WeakMap<RunShot, SpaceTimeDiagram>();

const make = (run: RunShot): SpaceTimeDiagram => {
  const lanes = lanesOf(run);
  const ids = new Set(lanes.map(({ id }) => id));
  const drawn: Drawn = { arrows: [], marks: [] };
  const flying: Flying = new Map();
  const broken = new Set(run.property === undefined || run.why === undefined ? [] : run.truth[run.property]?.marks);
  run.steps.forEach((step, i) => {
    if (drawInFlight(step, i + 1, flying, drawn)) return;
    drawStep(run, step, i + 1, ids, broken.has(i + 1) && run.loop === undefined, drawn);
  });
  return { lanes, ...drawn, bands: bandsOf(run, lanes) };
};

/** The diagram of a run. It is made once for each run. */
export const drawingOf = (run: RunShot): SpaceTimeDiagram => {
  let known = run.drawing ?? made.get(run);
  if (known === undefined) made.set(run, (known = make(run)));
  return known;
};
