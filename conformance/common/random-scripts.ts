/**
 * Makes random scripts of the master (fast-check). Most commands are valid: their servers, clients and keys are chosen among those of the script so far.
 * Some lines are bad input. Every value is put only once. The scripts shrink to shorter ones with smaller ids, whose commands are chosen in the same way.
 */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { type Bytes, bytesOfText } from '#bayou/core/bytes.js';
import type { NodeId } from '#bayou/core/ids.js';
import { type Command, parseLine, showCommand } from '#bayou/core/script.js';
import { applyCommand, isLinked, newTopology, type ScriptTopology } from './topology-of-script.js';

/** A script as lines of bytes, and the numbers, from 1, of the lines that section 5 of the contract calls bad input. */
export interface RandomScript {
  readonly lines: ReadonlyArray<Bytes>;
  readonly badLines: ReadonlyArray<number>;
}

/** The greatest size of a script. */
export interface ScriptLimits {
  readonly servers: number;
  readonly clients: number;
  readonly keys: number;
  readonly commands: number;
  /** How many of a hundred commands are bad input. */
  readonly badPercent: number;
}

/** Scripts of this size take a few seconds on real processes. */
const SMALL: ScriptLimits = { servers: 4, clients: 3, keys: 2, commands: 40, badPercent: 5 };

/** A wish becomes a command once the lines before it are known: `x` and `y` choose among their servers, clients and keys. */
interface Wish {
  readonly what: Command['type'] | 'move' | 'bad';
  readonly x: number;
  readonly y: number;
  readonly key: number;
}

const CHANCES: ReadonlyArray<readonly [Wish['what'], weight: number]> = [
  ['put', 30],
  ['get', 35],
  ['move', 15],
  ['breakConnection', 7],
  ['createConnection', 7],
  ['joinClient', 5],
  ['joinServer', 6],
  ['killServer', 3],
  ['stabilize', 4],
  ['printStore', 2],
  ['printMemberList', 1],
];

const BAD_LINES: ReadonlyArray<string> = [
  'joinServer',
  'joinServer x',
  'joinServer 0 0',
  'frobnicate 1 2',
  'put 100 a',
  'get 100',
  'stabilize 1',
  'createConnection 100 100',
  'breakConnection 0 0',
  'killServer 777',
  'joinClient 888 777',
  'printStore -1',
  'get 0 a',
  'PUT 100 a b',
];

const FIRST_CLIENT = 100;

/** The first lines of every script, so that the shortest script has a server and a client, too. */
const BEGINNING: ReadonlyArray<Command> = [
  { type: 'joinServer', id: 0 },
  { type: 'joinServer', id: 1 },
  { type: 'joinClient', id: FIRST_CLIENT, server: 0 },
];

const ascending = (ids: Iterable<NodeId>): ReadonlyArray<NodeId> => [...ids].sort((a, b) => a - b);

const pick = <A>(from: ReadonlyArray<A>, x: number): A | undefined => from[x % (from.length || 1)];

/** Two ends for a link: two servers, or a client and a server; undefined where there are none. */
const pickEnds = (t: ScriptTopology, x: number, y: number): readonly [NodeId, NodeId] | undefined => {
  const live = ascending(t.live);
  const a = pick([...live, ...ascending(t.clients)], x);
  const b = pick(
    live.filter((id) => id !== a),
    y,
  );
  return a === undefined || b === undefined ? undefined : [a, b];
};

/** The command that a wish becomes; undefined where the script has nothing to choose from. */
const grant = (wish: Wish, t: ScriptTopology, limits: ScriptLimits, count: number): Command | undefined => {
  const server = pick(ascending(t.live), wish.x);
  const client = pick(ascending(t.clients), wish.x);
  const ends = pickEnds(t, wish.x, wish.y);
  const key = `k${wish.key % limits.keys}`;
  switch (wish.what) {
    case 'joinServer': {
      const free = Array.from({ length: limits.servers }, (_, id) => id).filter((id) => !t.live.has(id));
      const id = pick(free, wish.x);
      return id === undefined ? undefined : { type: 'joinServer', id };
    }
    case 'joinClient':
      return server === undefined || t.clients.size >= limits.clients
        ? undefined
        : { type: 'joinClient', id: FIRST_CLIENT + t.clients.size, server };
    case 'killServer':
    case 'printStore':
    case 'printMemberList':
      return server === undefined ? undefined : { type: wish.what, id: server };
    case 'breakConnection':
    case 'createConnection':
      return ends === undefined ? undefined : { type: wish.what, a: ends[0], b: ends[1] };
    case 'put':
      return client === undefined ? undefined : { type: 'put', client, key, value: `v${count}` };
    case 'get':
      return client === undefined ? undefined : { type: 'get', client, key };
    case 'stabilize':
      return { type: 'stabilize' };
    default:
      return undefined;
  }
};

/** Commands that move a session to another server. The session guarantees are about such moves, and chance alone seldom makes them. */
const moveOf = (wish: Wish, t: ScriptTopology): ReadonlyArray<Command> => {
  const client = pick(ascending(t.clients), wish.x);
  if (client === undefined) return [];
  const live = ascending(t.live);
  const from = live.filter((id) => isLinked(t, client, id));
  const to = pick(
    live.filter((id) => !from.includes(id)),
    wish.y,
  );
  if (to === undefined) return [];
  return [
    ...from.map((id): Command => ({ type: 'breakConnection', a: client, b: id })),
    { type: 'createConnection', a: client, b: to },
  ];
};

/** Is this line bad input here? If not, it takes effect. */
const isBad = (t: ScriptTopology, line: Bytes): boolean => {
  const parsed = parseLine(line);
  return E.isLeft(parsed) || (parsed.right !== undefined && !applyCommand(t, parsed.right));
};

const scriptOf = (wishes: ReadonlyArray<Wish>, limits: ScriptLimits): RandomScript => {
  const t = newTopology();
  const lines: Bytes[] = [];
  const badLines: number[] = [];
  const add = (line: Bytes): void => {
    lines.push(line);
    if (isBad(t, line)) badLines.push(lines.length);
  };
  for (const command of BEGINNING) add(showCommand(command));
  for (const wish of wishes) {
    if (wish.what === 'bad') add(bytesOfText(pick(BAD_LINES, wish.x) ?? ''));
    if (wish.what === 'move') for (const command of moveOf(wish, t)) add(showCommand(command));
    const command = grant(wish, t, limits, lines.length);
    if (command !== undefined) add(showCommand(command));
  }
  add('stabilize');
  for (const id of ascending(t.live)) add(`printStore ${id}`);
  return { lines, badLines };
};

/** Scripts within these limits. Each ends with a `stabilize` and the store of every live server. */
export const scripts = (limits: ScriptLimits = SMALL): fc.Arbitrary<RandomScript> => {
  const scale = (100 - limits.badPercent) / CHANCES.reduce((sum, [, weight]) => sum + weight, 0);
  const what = fc.oneof(
    ...CHANCES.map(([type, weight]) => ({ arbitrary: fc.constant<Wish['what']>(type), weight: Math.ceil(100 * scale * weight) })),
    { arbitrary: fc.constant<Wish['what']>('bad'), weight: 100 * limits.badPercent },
  );
  const wish: fc.Arbitrary<Wish> = fc.record({ what, x: fc.nat(59), y: fc.nat(59), key: fc.nat(59) });
  return fc.array(wish, { maxLength: limits.commands, size: 'max' }).map((wishes) => scriptOf(wishes, limits));
};
