/** One thing that may have happened: the model's servers, sessions and links after some commands of a script. */
import type { Bytes } from '#bayou/core/bytes.js';
import type { NodeId } from '#bayou/core/ids.js';
import { incarnationOf } from '#bayou/core/ids.js';
import type { Command } from '#bayou/core/script.js';
import { MASTER_GUARANTEES } from '#bayou/core/session.js';
import { keyOf } from '#bayou/model/texts.js';
import { kill, restart } from '#bayou/model/restarts.js';
import type { Rules } from '#bayou/model/rules.js';
import * as Sv from '#bayou/model/server.js';
import * as S from '#bayou/model/session.js';
import { stabilized } from '#bayou/model/stabilize.js';
import { covers } from '#bayou/model/vector.js';

// --- types -----------------------------------------------------------------------------------------------------------------

const RULES: Rules = { variant: 'FIXED', pruning: 'live', remembersPuts: 'no' };

/** A state of the model. Immutable; unchanged parts are shared between worlds. */
export interface World {
  /** In the order of ids. */
  readonly servers: ReadonlyArray<Sv.Server>;
  readonly clients: ReadonlyArray<S.Session>;
  /**
   * Where pulls may be late: for each server, and each puller, the states that the server has had while they were linked, from which an
   * answer may still be on its way to that puller.
   */
  readonly past?: ReadonlyArray<ReadonlyArray<ReadonlyArray<Sv.Server>>>;
}

/** Which server stands where, and which links there are: the same in all worlds, since the script alone decides it. */
export interface Layout {
  readonly servers: ReadonlyArray<NodeId>;
  readonly clients: ReadonlyArray<NodeId>;
  /** Pairs of positions of live servers that are linked. */
  readonly links: ReadonlyArray<readonly [number, number]>;
  /** Positions of live servers, each with one of a dead server: an answer of that one may still arrive. */
  readonly orphans: ReadonlyArray<readonly [puller: number, answerer: number]>;
}

/** A command's effect in one world, and what it prints there. `failed`: a put that was not accepted. */
export interface Step {
  readonly world: World;
  readonly output: ReadonlyArray<Bytes>;
  readonly failed: boolean;
}

// --- texts -----------------------------------------------------------------------------------------------------------------

const serverTexts = new WeakMap<Sv.Server, string>();
const clientTexts = new WeakMap<S.Session, string>();

const textOf = <T extends object>(texts: WeakMap<T, string>, kind: string, value: T): string => {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = keyOf(kind, value);
  texts.set(value, text);
  return text;
};

const statesText = (states: ReadonlyArray<Sv.Server>): string => states.map((s) => textOf(serverTexts, 'server', s)).join('#');

/** Two worlds are the same when their texts are. (Values are not in the model's keys; stamps name writes.) */
export const nameOf = (world: World): string =>
  `${world.servers.map((s) => textOf(serverTexts, 'server', s)).join('#')}##${world.clients
    .map((c) => textOf(clientTexts, 'client', c))
    .join('#')}${(world.past ?? []).map((pullers) => pullers.map(statesText).join('&')).join('##')}`;

// --- pulls -----------------------------------------------------------------------------------------------------------------

/**
 * The worlds after a whole pull, or after the end of one that began earlier; none where the puller has it all already. A server that
 * is dead answers no more, but its answer may have been on its way.
 */
export const pulled = (layout: Layout, world: World, puller: number, answerer: number): ReadonlyArray<World> => {
  const here = world.servers[puller]!;
  const now = world.servers[answerer]!;
  return [...(now.up ? [now] : []), ...(world.past?.[answerer]?.[puller] ?? [])].flatMap((there) => {
    if (covers(here.vv, there.vv) && here.clock >= there.clock) return [];
    return [
      remembering(layout, world, withServer(world, puller, Sv.receive(RULES)(here, Sv.answerPull(there, Sv.pullRequest(here))))),
    ];
  });
};

const isLinked = ({ links }: Layout, a: number, b: number): boolean =>
  links.some(([x, y]) => (x === a && y === b) || (x === b && y === a));

/** Where pulls may be late: what servers were before this step, they may have answered from, over the links that there were. */
export const remembering = (layout: Layout, before: World, after: World): World => {
  const { past } = before;
  if (past === undefined) return after;
  const next = after.servers.map((server, answerer) => {
    const was = before.servers[answerer];
    const isOld = was !== undefined && was !== server && was.log.length > 0;
    return after.servers.map((_, puller) => {
      const known = past[answerer]?.[puller] ?? [];
      return isOld && isLinked(layout, answerer, puller) ? [...known, was] : known;
    });
  });
  return { ...after, past: next };
};

/** What was under way on a link that is cut, and to a server that is killed, never arrives. */
const withoutLate = (world: World, isLost: (answerer: number, puller: number) => boolean): World =>
  world.past === undefined
    ? world
    : { ...world, past: world.past.map((all, a) => all.map((states, p) => (isLost(a, p) ? [] : states))) };

/** Forgets the late answers that a command makes impossible. */
export const afterCommand = (layout: Layout, world: World, c: Command): World => {
  const at = (id: NodeId): number => layout.servers.indexOf(id);
  if (c.type === 'killServer') return withoutLate(world, (_, puller) => puller === at(c.id));
  if (c.type !== 'breakConnection') return world;
  const [a, b] = [at(c.a), at(c.b)];
  return withoutLate(world, (x, y) => (x === a && y === b) || (x === b && y === a));
};

const withServer = (world: World, at: number, server: Sv.Server): World => ({
  ...world,
  servers: world.servers.map((s, i) => (i === at ? server : s)),
});

const withClient = (world: World, at: number, client: S.Session): World => ({
  ...world,
  clients: world.clients.map((c, i) => (i === at ? client : c)),
});

// --- commands --------------------------------------------------------------------------------------------------------------

const silent = (world: World): Step => ({ world, output: [], failed: false });

/** The live servers that a session asks, in R13's order, as positions. */
const asked = (layout: Layout, world: World, session: S.Session): ReadonlyArray<number> =>
  S.askingOrder(session)
    .map((id) => layout.servers.indexOf(id))
    .filter((at) => world.servers[at]?.up === true);

const put = (layout: Layout, world: World, c: Extract<Command, { type: 'put' }>): Step => {
  const at = layout.clients.indexOf(c.client);
  const session = world.clients[at]!;
  const request = S.putOf(MASTER_GUARANTEES, () => c.value)(session, c.key);
  for (const s of asked(layout, world, session)) {
    const [server, answer] = Sv.acceptPut(RULES)(world.servers[s]!, request);
    if (answer.type !== 'accepted') continue;
    const after = S.answeredBy(S.afterPut(session, request, answer.stamp), layout.servers[s]!);
    return silent(withClient(withServer(world, s, server), at, after));
  }
  return { world, output: [], failed: true };
};

const get = (layout: Layout, world: World, c: Extract<Command, { type: 'get' }>): Step => {
  const at = layout.clients.indexOf(c.client);
  const session = world.clients[at]!;
  const request = S.getOf(MASTER_GUARANTEES)(session, c.key);
  const servers = asked(layout, world, session);
  for (const s of servers) {
    const answer = Sv.answerGet(RULES)(world.servers[s]!, request);
    if (answer.type === 'behind') continue;
    const read = answer.type === 'found' ? S.afterGet(session, c.key, answer.stamp) : session;
    const text = answer.type === 'found' ? answer.value : 'ERR_KEY';
    return { ...silent(withClient(world, at, S.answeredBy(read, layout.servers[s]!))), output: [`${c.key}:${text}`] };
  }
  return { ...silent(world), output: [`${c.key}:${servers.length === 0 ? 'ERR_CONN' : 'ERR_DEP'}`] };
};

const joinServer = (layout: Layout, world: World, id: NodeId, keepsLog: boolean): World => {
  const at = layout.servers.indexOf(id);
  const before = world.servers[at];
  if (before === undefined) return { ...world, servers: [...world.servers, Sv.newServer(id)] };
  const back = keepsLog ? restart(before) : Sv.newServer(id, incarnationOf(before.replica) + 1);
  return withServer(world, at, back);
};

const changeLink = (
  layout: Layout,
  world: World,
  c: Extract<Command, { type: 'breakConnection' | 'createConnection' }>,
): World => {
  const [client, server] = layout.clients.includes(c.a) ? [c.a, c.b] : [c.b, c.a];
  const at = layout.clients.indexOf(client);
  const session = world.clients[at];
  if (session === undefined) return world;
  return withClient(world, at, (c.type === 'breakConnection' ? S.disconnect : S.connect)(session, server));
};

const storeOf = (layout: Layout, world: World, id: NodeId): ReadonlyArray<Bytes> =>
  Sv.storeOf(RULES)(world.servers[layout.servers.indexOf(id)]!).map(([key, value]) => `${key}:${value}`);

/** What a command that makes sense does in a world. `layout` is as it was before the command. */
export const perform = (layout: Layout, world: World, c: Command, keepsLog: boolean): Step => {
  switch (c.type) {
    case 'joinServer':
      return silent(joinServer(layout, world, c.id, keepsLog));
    case 'killServer': {
      const at = layout.servers.indexOf(c.id);
      return silent(withServer(world, at, kill(world.servers[at]!)));
    }
    case 'joinClient':
      return silent({ ...world, clients: [...world.clients, S.newSession(c.id, [c.server])] });
    case 'breakConnection':
    case 'createConnection':
      return silent(changeLink(layout, world, c));
    case 'stabilize':
      return silent({ ...world, servers: stabilized(RULES, 0)(world.servers, layout.links) });
    case 'printStore':
      return { ...silent(world), output: storeOf(layout, world, c.id) };
    case 'put':
      return put(layout, world, c);
    case 'get':
      return get(layout, world, c);
    case 'printMemberList':
    case 'done':
      return silent(world);
  }
};
