/**
 * The components of the global state: which slots a configuration has, and what is fixed for the whole of it.
 *
 * @module
 * @category What is checked
 */
import { slot, type Slot } from '../../checker/model.js';
import type { Bytes } from '../../core/bytes.js';
import type { NodeId, ReplicaId } from '../../core/ids.js';
import type { Put } from '../../core/messages.js';
import { guaranteesOf, remembersPuts, type Config } from './config.js';
import { allPairs, pair, type Net, type Pair } from '../protocol/network.js';
import type { Rules } from '../protocol/rules.js';
import { propertiesMeant, type PropertyId } from './sentences.js';
import { newServer, type Server } from '../protocol/server.js';
import { newSession, sessionWith, type Session } from '../protocol/session.js';
import type { Log } from '../protocol/write-log.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** How many puts were made, and, where the configuration keeps a `history`, all writes that were ever accepted. */
export interface Puts {
  readonly spent: number;
  readonly all: Log;
}

/**
 * How many sessions ended and started again (R11a), and the token that was taken last, as a session that has done nothing (see `tokenOf`);
 * it is thrown away when no session can start any more.
 */
export interface NewSessions {
  readonly spent: number;
  readonly token: Session | null;
  /** Has a session gone on from it already? */
  readonly isUsed: boolean;
}

/** How many servers were put back, and of each server the copy of its log that was taken last (R7a); thrown away when none can be put back any more. */
export interface Copies {
  readonly spent: number;
  readonly copies: ReadonlyArray<Server | null>;
}

/** A put on its way to the replica that it was sent to; its session waits for no answer over that way any more. */
export interface Delayed {
  readonly put: Put;
  readonly replica: ReplicaId;
}

/** How many puts were delayed, and those that have not arrived yet, in the order of `Identity` (put-identity.ts). */
export interface LatePuts {
  readonly spent: number;
  readonly onTheirWay: ReadonlyArray<Delayed>;
}

/** A link between two servers that can change; `true` while it is there. */
export interface LinkSlot {
  readonly pair: Pair;
  readonly slot: Slot<boolean>;
}

/** A configuration's slots. Those that it does not need are empty lists: a state has no component that never changes. */
export interface World {
  readonly config: Config;
  readonly rules: Rules;
  /** The properties that are checked. */
  readonly judged: ReadonlySet<PropertyId>;
  readonly keys: ReadonlyArray<Bytes>;
  readonly servers: ReadonlyArray<Slot<Server>>;
  readonly clients: ReadonlyArray<Slot<Session>>;
  readonly puts: Slot<Puts>;
  /** Links that can change, one slot each. */
  readonly links: ReadonlyArray<LinkSlot>;
  /** Links that are always there. */
  readonly fixedLinks: ReadonlyArray<Pair>;
  readonly net: ReadonlyArray<Slot<Net>>;
  readonly linkChanges: ReadonlyArray<Slot<number>>;
  readonly kills: ReadonlyArray<Slot<number>>;
  readonly blankRestarts: ReadonlyArray<Slot<number>>;
  readonly losses: ReadonlyArray<Slot<number>>;
  readonly duplicates: ReadonlyArray<Slot<number>>;
  readonly lostAnswers: ReadonlyArray<Slot<number>>;
  readonly latePuts: ReadonlyArray<Slot<LatePuts>>;
  readonly newSessions: ReadonlyArray<Slot<NewSessions>>;
  readonly copies: ReadonlyArray<Slot<Copies>>;
}

// --- names and ids ---------------------------------------------------------------------------------------------------------

/** Servers are 0, 1, …; clients, in the same namespace, 11, 12, … */
export const clientId = (index: number): NodeId => 11 + index;

/** The index of a client. */
const clientIndex = (client: NodeId): number => client - 11;

/** Keys are a, b, … */
export const keyName = (index: number): Bytes => String.fromCharCode(97 + index);

// --- constructors ----------------------------------------------------------------------------------------------------------

const initialLinks = (config: Config): ReadonlyArray<Pair> => {
  const { links, servers } = config;
  const chain = Array.from({ length: servers - 1 }, (_, i) => pair(i, i + 1));
  if (typeof links !== 'string') return links.map(([a, b]) => pair(a, b));
  switch (links) {
    case 'none':
    case 'full':
      return allPairs(servers);
    case 'chain':
      return chain;
    case 'ring':
      return servers > 2 ? [...chain, pair(0, servers - 1)] : chain;
  }
};

/** No copy of any server's log. */
export const noCopies = (servers: number): Copies['copies'] => Array.from({ length: servers }, () => null);

/** A slot that counts what was spent of a budget, unless there is nothing to spend or no end to it. */
const budget = (name: string, limit: number | 'unbounded'): ReadonlyArray<Slot<number>> =>
  limit === 0 || limit === 'unbounded' ? [] : [slot(name, name, 0)];

const isLinked = (links: ReadonlyArray<Pair>, [a, b]: Pair): boolean => links.some(([x, y]) => x === a && y === b);

const firstSession = (config: Config, client: number): Session =>
  sessionWith(
    newSession(clientId(client), config.placement === 'any' ? [] : config.placement[client], config.sessionKeys < config.keys),
    { acknowledged: config.lostAnswers > 0 ? [] : null },
  );

/** The slots of a configuration. */
export const worldOf = (config: Config): World => {
  const links = initialLinks(config);
  const change = config.linkChanges > 0;
  return {
    config,
    rules: {
      variant: config.variant,
      pruning: config.pruning,
      remembersPuts: remembersPuts(config),
    },
    judged: new Set(propertiesMeant(config.properties)),
    keys: Array.from({ length: config.keys }, (_, k) => keyName(k)),
    servers: Array.from({ length: config.servers }, (_, s) => slot('server', `s${s}`, newServer(s))),
    clients: Array.from({ length: config.clients }, (_, c) => slot('client', `c${clientId(c)}`, firstSession(config, c))),
    puts: slot('puts', 'puts', { spent: 0, all: [] }),
    links: change
      ? allPairs(config.servers).map((p) => ({ pair: p, slot: slot('link', `s${p[0]}-s${p[1]}`, isLinked(links, p)) }))
      : [],
    fixedLinks: change ? [] : links,
    net: config.grain === 'messages' ? [slot('net', 'net', [])] : [],
    linkChanges: budget('linkChanges', config.linkChanges),
    kills: budget('kills', config.kills),
    blankRestarts: budget('blankRestarts', config.blankRestarts),
    losses: budget('losses', config.losses),
    duplicates: budget('duplicates', config.duplicates),
    lostAnswers: budget('lostAnswers', config.lostAnswers),
    latePuts: config.latePuts > 0 ? [slot('latePuts', 'latePuts', { spent: 0, onTheirWay: [] })] : [],
    newSessions: config.newSessions > 0 ? [slot('newSessions', 'newSessions', { spent: 0, token: null, isUsed: false })] : [],
    copies: config.restores > 0 ? [slot('copies', 'copies', { spent: 0, copies: noCopies(config.servers) })] : [],
  };
};

/** All slots, servers first. */
export const slotsOf = (world: World): ReadonlyArray<Slot<unknown>> => [
  ...world.servers,
  ...world.clients,
  world.puts,
  ...world.links.map((l) => l.slot),
  ...world.net,
  ...world.linkChanges,
  ...world.kills,
  ...world.blankRestarts,
  ...world.losses,
  ...world.duplicates,
  ...world.lostAnswers,
  ...world.latePuts,
  ...world.newSessions,
  ...world.copies,
];

/** Where the link of two servers is: always there (no slot), in its slot, or never. */
export const linkOf = (world: World, a: NodeId, b: NodeId): ReadonlyArray<Slot<boolean>> | 'never' => {
  const p = pair(a, b);
  const changing = world.links.filter((l) => l.pair[0] === p[0] && l.pair[1] === p[1]).map((l) => l.slot);
  return changing.length > 0 || isLinked(world.fixedLinks, p) ? changing : 'never';
};

/** The guarantees that a client's session asks for. */
export const asksOf = (world: World, client: NodeId): ReturnType<typeof guaranteesOf> =>
  guaranteesOf(world.config, clientIndex(client));
