/** Follows a real run for the explorer's page: its events in an order in which the model can take them, and the model's state beside each. */
import { plainValue, type PlainValue } from '#bayou/checker/shown/value.js';
import type { NodeId } from '#bayou/core/ids.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import type { PartShot, StepShot } from '#bayou/explorer/shape.js';
import type { ProcessName } from '../layer3-traces/read-traces.js';
import { serverState, type Scene } from '../layer3-traces/run-scene.js';
import { validateTrace, type TraceVerdict } from '../layer3-traces/validate-trace.js';
import { laneOf, type PlacedEvent } from './drawing.js';
import { serverShot, sessionShot, slim, type Length } from './states.js';
import { asideOf, tellEvent } from './event-words.js';

// --- pieces -------------------------------------------------------------------------------------------------------------

/** The number of events above which stores are shown shorter. */
const LONG = 2000;
/** The longest JSON of an event that is shown whole, in characters. */
const MAX_RAW = 2000;

/** A run, as far as it was followed. */
export interface FollowedRun {
  readonly verdict: TraceVerdict;
  readonly steps: ReadonlyArray<StepShot>;
  readonly placed: ReadonlyArray<PlacedEvent>;
  readonly uses: ReadonlyMap<TraceEvent, TraceEvent>;
}

export const titleOf = ({ role, id }: ProcessName): string => (role === 'master' ? 'the master' : `${role} ${id}`);

/** The event without its process and its number, which the page shows beside it. */
export const rawOf = ({ p: _p, n: _n, ...event }: TraceEvent): PlainValue => {
  const json = JSON.stringify(event);
  return json.length > MAX_RAW ? `${json.slice(0, MAX_RAW)}…` : plainValue(event);
};

/** Events after which a process may have another state. */
const CHANGING: ReadonlySet<TraceEvent['type']> = new Set([
  'start',
  'renewed',
  'accept',
  'merged',
  'session',
  'putDone',
  'getDone',
]);

/** The part of the scene's state that the event may have changed. */
const partAfter = (scene: Scene, event: TraceEvent, who: ProcessName, length: Length): PartShot | undefined => {
  if (!CHANGING.has(event.type)) return undefined;
  if (who.role === 'client') {
    const session = scene.sessions.get(who.id);
    return session === undefined ? undefined : sessionShot(session, length);
  }
  const process = scene.timeline.processes.get(event.p);
  const replica = process === undefined ? undefined : serverState(scene, process).replica;
  return replica === undefined ? undefined : serverShot(replica, true, length);
};

/** The part of a server after a kill: the same, but down. */
const killed = (known: PartShot | undefined): PartShot | undefined => {
  if (known?.view?.kind !== 'fields') return undefined;
  const fields = known.view.fields.map((field) =>
    field[0] === 'replica' ? (['replica', { kind: 'badge', text: 'down', tone: 'bad' }] as const) : field,
  );
  const value = { ...(known.value as Readonly<Record<string, PlainValue>>), up: false };
  return { text: `DOWN  ${known.text}`, value, view: { kind: 'fields', fields } };
};

const same = (a: PartShot | undefined, b: PartShot): boolean => a?.text === b.text;

/** Commands of the master that change the servers of sessions. */
const OF_LINKS = /^\s*(joinClient|joinServer|createConnection|breakConnection)\s/;

/** The parts of all sessions, after a command about links. */
const sessionsNow = (scene: Scene, length: Length): ReadonlyArray<readonly [part: string, shot: PartShot]> =>
  Array.from(scene.sessions, ([id, session]) => [`c${id}`, sessionShot(session, length)] as const);

/** Follows a run and keeps the states along it. `lossy`: servers whose logs a fault has spoilt; undefined: unknown. */
export const follow = (events: ReadonlyArray<TraceEvent>, lossy?: ReadonlySet<NodeId>): FollowedRun => {
  const length: Length = events.length > LONG ? 'long' : 'short';
  const [steps, placed]: [StepShot[], PlacedEvent[]] = [[], []];
  const known = new Map<string, PartShot>();
  const uses = new Map<TraceEvent, TraceEvent>();
  let command = '';
  const changedBy = (
    scene: Scene,
    event: TraceEvent,
    who: ProcessName,
  ): ReadonlyArray<readonly [part: string, shot: PartShot]> => {
    if (event.type === 'command') command = event.text;
    if (event.type === 'result') return OF_LINKS.test(command) ? sessionsNow(scene, length) : [];
    const isEnd = event.type === 'kill' || event.type === 'died';
    const part = isEnd ? `s${event.server}` : laneOf(who);
    const after = isEnd ? killed(known.get(part)) : partAfter(scene, event, who, length);
    return after === undefined ? [] : [[part, after]];
  };
  const keep = (scene: Scene, event: TraceEvent, who: ProcessName): void => {
    const at = steps.length + 1;
    const changed = changedBy(scene, event, who).filter(([part, after]) => !same(known.get(part), after));
    for (const [part, after] of changed) known.set(part, after);
    const aside = asideOf(event, titleOf(who), at);
    steps.push({
      label: { family: event.type, args: [event.p] },
      told: tellEvent(event, titleOf(who)),
      changed: Object.fromEntries(length === 'short' ? changed : changed.map(([part, shot]) => [part, slim(shot)])),
      event: { process: event.p, n: event.n, raw: rawOf(event) },
      ...(aside === undefined ? {} : { aside }),
    });
    placed.push({ event, who, at, isChange: changed.length > 0 });
  };
  const ignore = (): void => undefined;
  const verdict = validateTrace(events, {
    lossy,
    listener: {
      onFollowed: ({ who }, event, scene) => keep(scene, event, who),
      onUse: (by, used) => uses.set(by, used),
      onMet: ignore,
      onLost: ignore,
    },
  });
  return { verdict, steps, placed, uses };
};
