/**
 * The components of the global state: the slots of a configuration, and the values that are fixed for all its states.
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

/** `spent`: how many puts were made. `all`: every write that was ever accepted; empty without a `history`. */
export interface Puts {
  readonly spent: number;
  readonly all: Log;
}

/**
 * `spent`: how many sessions ended and started again (R11a). `token`: the token that was taken last, as a session that has made no put (see
 * `tokenOf`). The token is thrown away when no session can start any more.
 */
export interface NewSessions {
  readonly spent: number;
  readonly token: Session | null;
  /** Has a session gone on from the token already? */
  readonly isUsed: boolean;
}

/**
 * `spent`: how many servers were put back. `copies`: for each server the copy of its log that was taken last (R7a). The copies are thrown away
 * when no server can be put back any more.
 */
export interface Copies {
  readonly spent: number;
  readonly copies: ReadonlyArray<Server | null>;
}

/** A put on its way to the replica that it was sent to. Its session waits no longer for an answer over that connection. */
export interface DelayedPut {
  readonly put: Put;
  readonly replica: ReplicaId;
}

/** `spent`: how many puts were delayed. `onTheirWay`: the delayed puts that have not arrived yet, in the order of `PutIdentity` (put-identity.ts). */
export interface LatePuts {
  readonly spent: number;
  readonly onTheirWay: ReadonlyArray<DelayedPut>;
}

/** A link between two servers that can change. Its slot is `true` while the link is up. */
export interface LinkSlot {
  readonly pair: Pair;
  readonly slot: Slot<boolean>;
}

/** A configuration's slots. A list is empty where the configuration needs no such slot, so that no component of a state is there for nothing. */
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
  /** Links that are always up. */
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

/** A slot that counts the steps spent of a budget; none where the limit is 0 or `unbounded`. */
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

/** The slots of the cluster as a whole: all servers, and the links that can change. */
export const clusterSlots = (world: World): ReadonlyArray<Slot<Server | boolean>> => [
  ...world.servers,
  ...world.links.map((l) => l.slot),
];

const isServer = (local: Server | boolean): local is Server => typeof local !== 'boolean';

/** The servers, and the links that are up, by the contents of {@link clusterSlots}. */
export const clusterOf = (
  world: World,
  locals: ReadonlyArray<Server | boolean>,
): readonly [servers: ReadonlyArray<Server>, links: ReadonlyArray<Pair>] => {
  const up = locals.slice(world.servers.length);
  return [locals.filter(isServer), [...world.fixedLinks, ...world.links.filter((_, i) => up[i] === true).map((l) => l.pair)]];
};

/** The slots of the link between two servers: its slot, no slot where the link is always up, or `never` where no link is. */
export const linkOf = (world: World, a: NodeId, b: NodeId): ReadonlyArray<Slot<boolean>> | 'never' => {
  const p = pair(a, b);
  const changing = world.links.filter((l) => l.pair[0] === p[0] && l.pair[1] === p[1]).map((l) => l.slot);
  return changing.length > 0 || isLinked(world.fixedLinks, p) ? changing : 'never';
};

/** The guarantees that the sessions of a client ask for. */
export const asksOf = (world: World, client: NodeId): ReturnType<typeof guaranteesOf> =>
  guaranteesOf(world.config, clientIndex(client));
