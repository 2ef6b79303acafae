/**
 * Which processes of a cluster run, as its master knows them: a pure machine. It is told what happened to a process and says what follows; starting,
 * dialing and killing are its caller's. A process is known by its name in the trace, `server-3#1`, which no other ever has: what is heard late of
 * an earlier process of an id says nothing of the one that runs now.
 */
import type { NodeId } from '../core/ids.js';
import type { Party } from '../net/protocol.js';

/** What a master remembers of its processes. Immutable. */
export interface Roster {
  /** How many processes were started for an id. */
  readonly starts: ReadonlyMap<NodeId, number>;
  /** Where the last one of an id listened: the next one asks for that port. */
  readonly ports: ReadonlyMap<NodeId, number>;
  /** The process that runs as an id. */
  readonly running: ReadonlyMap<NodeId, string>;
  /** Those that the master ends itself, until they are gone. */
  readonly doomed: ReadonlySet<string>;
}

/** What happened to a process. */
export type RosterEvent =
  /** One is started for this party; its name is {@link nextName}'s. */
  | { readonly type: 'started'; readonly party: Party }
  | { readonly type: 'listening'; readonly party: Party; readonly port: number }
  /** It has been dialed: from now on it runs. */
  | { readonly type: 'enlisted'; readonly party: Party; readonly name: string }
  /** The master kills it. */
  | { readonly type: 'doomed'; readonly party: Party; readonly name: string }
  | { readonly type: 'gone'; readonly party: Party; readonly name: string; readonly how: string };

/** What follows. */
export type RosterEffect =
  /** Nobody serves as this id any more. */
  | { readonly type: 'died'; readonly id: NodeId }
  /** The master's connection to the process is closed. */
  | { readonly type: 'hangUp'; readonly name: string }
  /** It ended by itself. */
  | { readonly type: 'tellDeath'; readonly party: Party; readonly how: string };

/** A roster and what is to be done. */
export interface RosterStep {
  readonly roster: Roster;
  readonly effects: ReadonlyArray<RosterEffect>;
}

/** Nobody has been started. */
export const EMPTY: Roster = { starts: new Map(), ports: new Map(), running: new Map(), doomed: new Set() };

const nameOf = ({ role, id }: Party, count: number): string => `${role}-${id}#${count}`;

/** The name of the process that is started next for a party. */
export const nextName = (roster: Roster, party: Party): string => nameOf(party, (roster.starts.get(party.id) ?? 0) + 1);

const withEntry = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> => new Map(map).set(key, value);

const without = <K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> => new Map([...map].filter(([k]) => k !== key));

const noEffects = (roster: Roster): RosterStep => ({ roster, effects: [] });

/** It runs no longer, if it did. */
const leave = (roster: Roster, { id }: Party, name: string): RosterStep =>
  roster.running.get(id) === name
    ? { roster: { ...roster, running: without(roster.running, id) }, effects: [{ type: 'died', id }] }
    : noEffects(roster);

/** The next roster, and what follows. */
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
      const told: ReadonlyArray<RosterEffect> = isExpected ? [] : [{ type: 'tellDeath', party, how: event.how }];
      return { roster: left.roster, effects: [...left.effects, { type: 'hangUp', name: event.name }, ...told] };
    }
  }
};
