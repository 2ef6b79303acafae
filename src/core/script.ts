/**
 * The master language (contract, section 5): its commands, and a parser of one line. A script is read as bytes, so that keys and
 * values are the bytes that stand there, UTF-8 or not.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Bytes, bytesOfText, quotedBytes } from './bytes.js';
import { counted } from './counted.js';
import type { NodeId } from './ids.js';

/** A command of the master language. */
export type Command =
  | { readonly type: 'joinServer'; readonly id: NodeId }
  | { readonly type: 'killServer'; readonly id: NodeId }
  | { readonly type: 'joinClient'; readonly id: NodeId; readonly server: NodeId }
  | { readonly type: 'breakConnection'; readonly a: NodeId; readonly b: NodeId }
  | { readonly type: 'createConnection'; readonly a: NodeId; readonly b: NodeId }
  | { readonly type: 'stabilize' }
  | { readonly type: 'printStore'; readonly id: NodeId }
  | { readonly type: 'printMemberList'; readonly id: NodeId }
  | { readonly type: 'put'; readonly client: NodeId; readonly key: Bytes; readonly value: Bytes }
  | { readonly type: 'get'; readonly client: NodeId; readonly key: Bytes }
  | { readonly type: 'done' };

/** What a line is: a command, nothing (blank or a comment), or a mistake with its one-line text. */
export type Line = E.Either<string, Command | undefined>;

/** How each command is written, with what it does: for messages and for help. */
export const USAGE: Readonly<Record<Exclude<Command['type'], 'done'>, readonly [usage: string, meaning: string]>> = {
  joinServer: ['joinServer id', 'start a server and connect it to every live server'],
  killServer: ['killServer id', 'kill a server at once'],
  joinClient: ['joinClient clientId serverId', 'start a client connected to that server'],
  breakConnection: ['breakConnection id1 id2', 'cut the link between two servers, or a client and a server'],
  createConnection: ['createConnection id1 id2', 'make or restore such a link'],
  stabilize: ['stabilize', 'let all writes spread'],
  printStore: ['printStore id', "print a server's store, sorted by key"],
  printMemberList: ['printMemberList id', 'print the ids of the servers that a server is connected to'],
  put: ['put clientId key value', 'write'],
  get: ['get clientId key', 'read'],
};

const ID = /^(?:0|[1-9]\d*)$/;

const parseId = (word: Bytes): E.Either<string, NodeId> =>
  ID.test(word) && Number.isSafeInteger(Number(word))
    ? E.right(Number(word))
    : E.left(`'${quotedBytes(word)}' is not an id: use a non-negative integer up to ${Number.MAX_SAFE_INTEGER}`);

/** Builds a command from its words after the first; their number is right. */
type Build = (words: ReadonlyArray<Bytes>) => E.Either<string, Command>;

const withId =
  (f: (id: NodeId) => Command): Build =>
  ([a = '']) =>
    E.map(f)(parseId(a));

const withIds =
  (f: (a: NodeId, b: NodeId) => Command): Build =>
  ([a = '', b = '']) =>
    E.chain((x: NodeId) => E.map((y: NodeId) => f(x, y))(parseId(b)))(parseId(a));

const BUILD: Readonly<Record<keyof typeof USAGE, Build>> = {
  joinServer: withId((id) => ({ type: 'joinServer', id })),
  killServer: withId((id) => ({ type: 'killServer', id })),
  joinClient: withIds((id, server) => ({ type: 'joinClient', id, server })),
  breakConnection: withIds((a, b) => ({ type: 'breakConnection', a, b })),
  createConnection: withIds((a, b) => ({ type: 'createConnection', a, b })),
  stabilize: () => E.right({ type: 'stabilize' }),
  printStore: withId((id) => ({ type: 'printStore', id })),
  printMemberList: withId((id) => ({ type: 'printMemberList', id })),
  put: ([id = '', key = '', value = '']) =>
    E.map((client: NodeId): Command => ({ type: 'put', client, key, value }))(parseId(id)),
  get: ([id = '', key = '']) => E.map((client: NodeId): Command => ({ type: 'get', client, key }))(parseId(id)),
};

const isCommandName = (word: string): word is keyof typeof USAGE => Object.hasOwn(USAGE, word);

/**
 * Reads one line, without its line feed. Blanks, tabs and carriage returns separate words; a line that begins with `#` and a
 * blank line are nothing; `done` and `exit` alone end the script.
 */
export const parseLine = (line: Bytes): Line => {
  const words = line.split(/[ \t\r]+/).filter((word) => word !== '');
  const [name, ...args] = words;
  if (name === undefined || name.startsWith('#')) return E.right(undefined);
  if ((name === 'done' || name === 'exit') && args.length === 0) return E.right({ type: 'done' });
  if (!isCommandName(name)) return E.left(`unknown command '${quotedBytes(name)}'`);
  const usage = USAGE[name][0];
  const wanted = usage.split(' ').length - 1;
  return args.length === wanted
    ? BUILD[name](args)
    : E.left(`${name} takes ${counted(wanted, 'argument')}, not ${args.length}: ${usage}`);
};

/** A command as a line of a script, without its line feed. */
export const showCommand = (c: Command): Bytes => {
  switch (c.type) {
    case 'joinServer':
    case 'killServer':
    case 'printStore':
    case 'printMemberList':
      return `${c.type} ${c.id}`;
    case 'joinClient':
      return `${c.type} ${c.id} ${c.server}`;
    case 'breakConnection':
    case 'createConnection':
      return `${c.type} ${c.a} ${c.b}`;
    case 'put':
      return `${c.type} ${c.client} ${c.key} ${c.value}`;
    case 'get':
      return `${c.type} ${c.client} ${c.key}`;
    case 'stabilize':
    case 'done':
      return c.type;
  }
};

/** A script's lines from its text, for tests and tools that write scripts as text. */
export const parseScript = (text: string): ReadonlyArray<Line> => bytesOfText(text).split('\n').map(parseLine);
