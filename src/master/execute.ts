/** Runs the commands of the master language (contract, section 5): checks that a command makes sense, does it, and gives the output to print. */
import * as E from 'fp-ts/lib/Either.js';
import { MAX_KEY_BYTES, MAX_VALUE_BYTES } from '../core/bounds.js';
import { type Bytes, quotedBytes } from '../core/bytes.js';
import type { NodeId } from '../core/ids.js';
import { type Command, showCommand } from '../core/script.js';
import type { Cluster } from './cluster.js';
import type { FalliblePromise } from './members.js';
import type { Topology } from './topology.js';

/**
 * The outcome of a command. `refused`: the command was bad input and had no effect. `failed`: the cluster did not do the command. `putFailed`:
 * no server accepted the put, which is an outcome like others (R14, R15).
 */
export type CommandOutcome =
  | { readonly type: 'ok'; readonly output: ReadonlyArray<Bytes> }
  | { readonly type: 'refused' | 'failed' | 'putFailed'; readonly why: string };

const ok = (output: ReadonlyArray<Bytes> = []): CommandOutcome => ({ type: 'ok', output });
const refused = (why: string): CommandOutcome => ({ type: 'refused', why });

// --- does it make sense? ---------------------------------------------------------------------------------------------------

/** The reason why a command is bad input; undefined: it is not. */
type Check = string | undefined;

const fresh = (t: Topology, id: NodeId): Check => {
  if (t.isClient(id)) return `id ${id} is a client already`;
  return t.isServer(id) ? `id ${id} is a server already` : undefined;
};

const aLiveServer = (t: Topology, id: NodeId): Check => {
  if (t.isClient(id)) return `id ${id} is a client, not a server`;
  if (!t.isServer(id)) return `there is no server ${id}`;
  return t.isLive(id) ? undefined : `server ${id} is dead`;
};

const aClient = (t: Topology, id: NodeId): Check => {
  if (t.isClient(id)) return undefined;
  return t.isServer(id) ? `id ${id} is a server, not a client` : `there is no client ${id}`;
};

const anEnd = (t: Topology, id: NodeId): Check => {
  if (t.isClient(id)) return undefined;
  return t.isServer(id) ? aLiveServer(t, id) : `there is no server or client ${id}`;
};

const aLink = (t: Topology, a: NodeId, b: NodeId): Check => {
  if (a === b) return `a link from ${a} to itself`;
  if (t.isClient(a) && t.isClient(b)) return `${a} and ${b} are both clients: there are no links between clients`;
  return anEnd(t, a) ?? anEnd(t, b);
};

const checkSize = (what: string, bytes: Bytes, max: number): Check =>
  bytes.length > max ? `a ${what} of ${bytes.length} bytes, above the maximum of ${max}` : undefined;

/** The reason why a command is bad input in this cluster, in words. */
const check = (t: Topology, c: Command): Check => {
  switch (c.type) {
    case 'joinServer':
      // A dead server's id is the one that may be used again (R7).
      return t.isServer(c.id) && !t.isLive(c.id) ? undefined : fresh(t, c.id);
    case 'joinClient':
      return fresh(t, c.id) ?? aLiveServer(t, c.server);
    case 'killServer':
    case 'printStore':
    case 'printMemberList':
      return aLiveServer(t, c.id);
    case 'breakConnection':
    case 'createConnection':
      return aLink(t, c.a, c.b);
    case 'put':
      return aClient(t, c.client) ?? checkSize('key', c.key, MAX_KEY_BYTES) ?? checkSize('value', c.value, MAX_VALUE_BYTES);
    case 'get':
      return aClient(t, c.client) ?? checkSize('key', c.key, MAX_KEY_BYTES);
    case 'stabilize':
    case 'done':
      return undefined;
  }
};

// --- doing it --------------------------------------------------------------------------------------------------------------

const done = async <A>(
  promised: FalliblePromise<A>,
  print: (a: A) => ReadonlyArray<Bytes> = () => [],
): Promise<CommandOutcome> => {
  const result = await promised;
  return E.isLeft(result) ? { type: 'failed', why: result.left } : ok(print(result.right));
};

const PUT_ERRORS = {
  ERR_DEP: 'ERR_DEP: no connected server has what the session needs',
  ERR_LOG: 'ERR_LOG: the log of a server that was reached has failed, and no other took it; nothing was written',
  ERR_CONN: 'ERR_CONN: no server could be reached',
  UNKNOWN: 'UNKNOWN: a server was asked, and none has said that it is written; the write may or may not be there',
} as const;

const put = async (cluster: Cluster, c: Command & { readonly type: 'put' }): Promise<CommandOutcome> => {
  const result = await cluster.put(c.client, c.key, c.value);
  if (E.isLeft(result)) return { type: 'failed', why: result.left };
  const how = result.right.type;
  return how === 'accepted' ? ok() : { type: 'putFailed', why: PUT_ERRORS[how] };
};

const perform = async (cluster: Cluster, c: Command): Promise<CommandOutcome> => {
  switch (c.type) {
    case 'joinServer':
      return done(cluster.joinServer(c.id));
    case 'killServer':
      await cluster.killServer(c.id);
      return ok();
    case 'joinClient':
      return done(cluster.joinClient(c.id, c.server));
    case 'breakConnection':
      return done(cluster.cutLink(c.a, c.b));
    case 'createConnection':
      return done(cluster.createLink(c.a, c.b));
    case 'stabilize':
      return done(cluster.stabilize());
    case 'printStore':
      return done(cluster.storeOf(c.id), (entries) => entries.map(([key, value]) => `${key}:${value}`));
    case 'printMemberList':
      return done(cluster.membersOf(c.id), (ids) => ids.map(String));
    case 'put':
      return put(cluster, c);
    case 'get':
      return done(cluster.get(c.client, c.key), (a) => [`${c.key}:${a.type === 'value' ? a.value : a.type}`]);
    case 'done':
      return ok();
  }
};

/** Runs one command to its end. */
export const execute = async (cluster: Cluster, c: Command): Promise<CommandOutcome> => {
  const wrong = check(cluster.topology, c);
  return wrong === undefined ? perform(cluster, c) : refused(`${quotedBytes(showCommand(c))}: ${wrong}`);
};
