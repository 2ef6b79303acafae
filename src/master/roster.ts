/**
 * The master's record of the cluster's processes, as a pure machine. The caller passes each event of a process in, and the machine gives the
 * effects. The caller starts, dials and kills. The machine knows a process by its name in the trace, `server-3#1`, which no other process ever
 * has. So a late event of an earlier process of an id changes nothing for the process that runs now.
 */
import type { NodeId } from '../core/ids.js';
import type { Party } from '../net/protocol.js';

/** The master's record of its processes. Immutable. */
export interface Roster {
  /** The number of processes that were started for an id. */
  readonly starts: ReadonlyMap<NodeId, number>;
  /** The port of the last process of an id. The next process of the id asks for this port. */
  readonly ports: ReadonlyMap<NodeId, number>;
  /** The process that runs as an id. */
  readonly running: ReadonlyMap<NodeId, string>;
  /** The processes that the master ends itself, until they are gone. */
  readonly doomed: ReadonlySet<string>;
}

/** An event of a process. */
export type RosterEvent =
  /** A process is started for this party. {@link nextName} gave its name. */
  | { readonly type: 'started'; readonly party: Party }
  | { readonly type: 'listening'; readonly party: Party; readonly port: number }
  /** The master has dialed the process. From now on the process runs. */
  | { readonly type: 'enlisted'; readonly party: Party; readonly name: string }
  /** The master kills the process. */
  | { readonly type: 'doomed'; readonly party: Party; readonly name: string }
  | { readonly type: 'gone'; readonly party: Party; readonly name: string; readonly how: string };

/** An effect of an event. */
export type RosterEffect =
  /** No process runs as this id any more. */
  | { readonly type: 'died'; readonly id: NodeId }
  /** The master's connection to the process is closed. */
  | { readonly type: 'hangUp'; readonly name: string }
  /** The process ended by itself. */
  | { readonly type: 'tellDeath'; readonly party: Party; readonly name: string; readonly how: string };

/** A roster and its effects. */
export interface RosterStep {
  readonly roster: Roster;
  readonly effects: ReadonlyArray<RosterEffect>;
}

/** The roster before any process was started. */
export const EMPTY: Roster = { starts: new Map(), ports: new Map(), running: new Map(), doomed: new Set() };

const nameOf = ({ role, id }: Party, count: number): string => `${role}-${id}#${count}`;

/** The name of the process that is started next for a party. */
export const nextName = (roster: Roster, party: Party): string => nameOf(party, (roster.starts.get(party.id) ?? 0) + 1);

const withEntry = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> => new Map(map).set(key, value);

const without = <K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> => new Map([...map].filter(([k]) => k !== key));

const noEffects = (roster: Roster): RosterStep => ({ roster, effects: [] });

/** Removes a process from `running`, if it is there. */
const leave = (roster: Roster, { id }: Party, name: string): RosterStep =>
  roster.running.get(id) === name
    ? { roster: { ...roster, running: without(roster.running, id) }, effects: [{ type: 'died', id }] }
    : noEffects(roster);

/** The next roster, and its effects. */
export const nextRoster = (roster: Roster, event: RosterEvent): RosterStep => {
  const { party } = event;
  switch (event.type) {
    case 'started':
      return noEffects({ ...roster, starts: withEntry(roster.starts, party.id, (roster.starts.get(party.id) ?? 0) + 1) });
    case 'listening':
      return noEffects({ ...roster, ports: withEntry(roster.ports, party.id, event.port) });
    case 'enlisted':
      return noEffects({ ...roster, running: withEntry(roster.running, party.id, event.name) });
    case 'doomed':
      return leave({ ...roster, doomed: new Set([...roster.doomed, event.name]) }, party, event.name);
    case 'gone': {
      const isExpected = roster.doomed.has(event.name);
      const left = leave({ ...roster, doomed: new Set([...roster.doomed].filter((n) => n !== event.name)) }, party, event.name);
      const told: ReadonlyArray<RosterEffect> = isExpected
        ? []
        : [{ type: 'tellDeath', party, name: event.name, how: event.how }];
      return { roster: left.roster, effects: [...left.effects, { type: 'hangUp', name: event.name }, ...told] };
    }
  }
};
