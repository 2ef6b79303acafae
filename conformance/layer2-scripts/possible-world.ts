/** A possible world: a state in which the model's servers, sessions and links may be after some commands of a script. */
import type { Bytes } from '#bayou/core/bytes.js';
import type { NodeId } from '#bayou/core/ids.js';
import type { Command } from '#bayou/core/script.js';
import { askingOrder } from '#bayou/model/protocol/session.js';
import { covers } from '#bayou/model/protocol/vector.js';
import type { Pieces, ServerPiece, SessionPiece } from './pieces.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A state of the model. Immutable; unchanged parts are shared between worlds. */
export interface PossibleWorld {
  /** In the order of ids. */
  readonly servers: ReadonlyArray<ServerPiece>;
  readonly clients: ReadonlyArray<SessionPiece>;
  /**
   * Where pulls may be late: by server and by puller, earlier states of the server while the two were linked. An answer that was given in such a state
   * may still be under way to the puller, and has news for it.
   */
  readonly past?: ReadonlyArray<ReadonlyArray<ReadonlyArray<ServerPiece>>>;
}

/** The positions of servers and sessions, and the links. They are the same in all worlds, since the script alone decides them. */
export interface ClusterLayout {
  readonly servers: ReadonlyArray<NodeId>;
  readonly clients: ReadonlyArray<NodeId>;
  /** Pairs of positions of live servers that are linked. */
  readonly links: ReadonlyArray<readonly [number, number]>;
  /** Pairs of a live and a dead server, as positions: an answer of the dead one may still arrive. */
  readonly orphans: ReadonlyArray<readonly [puller: number, answerer: number]>;
}

/** A command's effect in one world, and what it prints there. `failed`: a put that was not accepted; `outcomes`: what it may come to (R14, R15). */
export interface WorldStep {
  readonly world: PossibleWorld;
  readonly output: ReadonlyArray<Bytes>;
  readonly failed: boolean;
  readonly outcomes?: ReadonlyArray<'ERR_CONN' | 'ERR_DEP' | 'UNKNOWN'>;
}

// --- names -----------------------------------------------------------------------------------------------------------------

const idsOf = (pieces: ReadonlyArray<{ readonly id: number }>): string => pieces.map(({ id }) => id).join();

/** Two worlds are the same when their names are. */
export const nameOf = (world: PossibleWorld): string =>
  `${idsOf(world.servers)}#${idsOf(world.clients)}#${(world.past ?? []).map((pullers) => pullers.map(idsOf).join(';')).join('|')}`;

// --- pulls -----------------------------------------------------------------------------------------------------------------

/**
 * The worlds after a whole pull, or after the end of a pull that began earlier; none where the pull brings nothing. A dead server gives no answer, but
 * an earlier answer of it may be under way.
 */
export const pulled = (
  pieces: Pieces,
  layout: ClusterLayout,
  world: PossibleWorld,
  puller: number,
  answerer: number,
): ReadonlyArray<PossibleWorld> => {
  const here = world.servers[puller]!;
  const now = world.servers[answerer]!;
  return [...(now.core.up ? [now] : []), ...(world.past?.[answerer]?.[puller] ?? [])].flatMap((there) => {
    const after = pieces.pull(here, there);
    return after === undefined ? [] : [remembering(layout, world, withServer(world, puller, after))];
  });
};

/** Has an answer that was given in this state news for the puller? */
const isNews = ({ core: there }: ServerPiece, { core: here }: ServerPiece): boolean =>
  !covers(here.vv, there.vv) || there.clock > here.clock;

const isLinked = ({ links }: ClusterLayout, a: number, b: number): boolean =>
  links.some(([x, y]) => (x === a && y === b) || (x === b && y === a));

/** Where pulls may be late: keeps the servers' states before this step, since linked servers may have answered from them. */
export const remembering = (layout: ClusterLayout, before: PossibleWorld, after: PossibleWorld): PossibleWorld => {
  const { past } = before;
  if (past === undefined) return after;
  const next = after.servers.map((server, answerer) => {
    const was = before.servers[answerer];
    const isOld = was !== undefined && was !== server && was.logs !== undefined;
    return after.servers.map((here, puller) => {
      const known = past[answerer]?.[puller] ?? [];
      const all = isOld && isLinked(layout, answerer, puller) && !known.includes(was) ? [...known, was] : known;
      return all.filter((there) => isNews(there, here));
    });
  });
  return { ...after, past: next };
};

/** Forgets late answers that are lost: those on a link that was cut, and those to a server that was killed. */
const withoutLate = (world: PossibleWorld, isLost: (answerer: number, puller: number) => boolean): PossibleWorld =>
  world.past === undefined
    ? world
    : { ...world, past: world.past.map((all, a) => all.map((states, p) => (isLost(a, p) ? [] : states))) };

/** Forgets the late answers that a command makes impossible. */
export const afterCommand = (layout: ClusterLayout, world: PossibleWorld, c: Command): PossibleWorld => {
  const at = (id: NodeId): number => layout.servers.indexOf(id);
  if (c.type === 'killServer') return withoutLate(world, (_, puller) => puller === at(c.id));
  if (c.type !== 'breakConnection') return world;
  const [a, b] = [at(c.a), at(c.b)];
  return withoutLate(world, (x, y) => (x === a && y === b) || (x === b && y === a));
};

const withServer = (world: PossibleWorld, at: number, server: ServerPiece): PossibleWorld => ({
  ...world,
  servers: world.servers.map((s, i) => (i === at ? server : s)),
});

const withClient = (world: PossibleWorld, at: number, client: SessionPiece): PossibleWorld => ({
  ...world,
  clients: world.clients.map((c, i) => (i === at ? client : c)),
});

// --- commands --------------------------------------------------------------------------------------------------------------

const silent = (world: PossibleWorld): WorldStep => ({ world, output: [], failed: false });

/** The live servers that a session asks, in R13's order, as positions. */
const asked = (layout: ClusterLayout, world: PossibleWorld, { core }: SessionPiece): ReadonlyArray<number> =>
  askingOrder(core)
    .map((id) => layout.servers.indexOf(id))
    .filter((at) => world.servers[at]?.core.up === true);

const put = (pieces: Pieces, layout: ClusterLayout, world: PossibleWorld, c: Extract<Command, { type: 'put' }>): WorldStep => {
  const at = layout.clients.indexOf(c.client);
  const session = world.clients[at]!;
  const servers = asked(layout, world, session);
  for (const s of servers) {
    const [server, after, answer] = pieces.put(world.servers[s]!, session, c.key, c.value);
    if (answer.type !== 'accepted') continue;
    return silent(withClient(withServer(world, s, server), at, pieces.answeredBy(after, layout.servers[s]!)));
  }
  // A client may not have heard yet that a server is dead. Then it has sent the put, and gets no answer.
  const isOneDead = askingOrder(session.core).length > servers.length;
  const outcomes = [servers.length === 0 ? 'ERR_CONN' : 'ERR_DEP', ...(isOneDead ? (['UNKNOWN'] as const) : [])] as const;
  return { world, output: [], failed: true, outcomes };
};

const get = (pieces: Pieces, layout: ClusterLayout, world: PossibleWorld, c: Extract<Command, { type: 'get' }>): WorldStep => {
  const at = layout.clients.indexOf(c.client);
  const session = world.clients[at]!;
  const servers = asked(layout, world, session);
  for (const s of servers) {
    const [after, answer] = pieces.get(world.servers[s]!, session, c.key);
    if (answer.type === 'behind') continue;
    const text = answer.type === 'found' ? answer.value : 'ERR_KEY';
    return { ...silent(withClient(world, at, pieces.answeredBy(after, layout.servers[s]!))), output: [`${c.key}:${text}`] };
  }
  return { ...silent(world), output: [`${c.key}:${servers.length === 0 ? 'ERR_CONN' : 'ERR_DEP'}`] };
};

const joinServer = (
  pieces: Pieces,
  layout: ClusterLayout,
  world: PossibleWorld,
  id: NodeId,
  keepsLog: boolean,
): PossibleWorld => {
  const at = layout.servers.indexOf(id);
  const before = world.servers[at];
  return before === undefined
    ? { ...world, servers: [...world.servers, pieces.newServer(id)] }
    : withServer(world, at, pieces.restarted(before, id, keepsLog));
};

const changeLink = (
  pieces: Pieces,
  layout: ClusterLayout,
  world: PossibleWorld,
  c: Extract<Command, { type: 'breakConnection' | 'createConnection' }>,
): PossibleWorld => {
  const [client, server] = layout.clients.includes(c.a) ? [c.a, c.b] : [c.b, c.a];
  const at = layout.clients.indexOf(client);
  const session = world.clients[at];
  return session === undefined ? world : withClient(world, at, pieces.linked(session, server, c));
};

/** Section 5: pulls over the links until nothing changes. Each pull that changes something raises a vector or a clock, so the pulls come to an end. */
const stabilized = (
  pieces: Pieces,
  { links }: ClusterLayout,
  servers: ReadonlyArray<ServerPiece>,
): ReadonlyArray<ServerPiece> => {
  const now = [...servers];
  const pull = (to: number, from: number): boolean => {
    const after = pieces.pull(now[to]!, now[from]!);
    if (after !== undefined) now[to] = after;
    return after !== undefined;
  };
  let isSettled = false;
  while (!isSettled) {
    isSettled = true;
    for (const [a, b] of links)
      for (const [to, from] of [
        [a, b],
        [b, a],
      ] as const)
        if (pull(to, from)) isSettled = false;
  }
  return now;
};

/** Does a valid command in a world. `layout`: the layout before the command. */
export const perform = (
  pieces: Pieces,
  layout: ClusterLayout,
  world: PossibleWorld,
  c: Command,
  keepsLog: boolean,
): WorldStep => {
  switch (c.type) {
    case 'joinServer':
      return silent(joinServer(pieces, layout, world, c.id, keepsLog));
    case 'killServer': {
      const at = layout.servers.indexOf(c.id);
      return silent(withServer(world, at, pieces.killed(world.servers[at]!)));
    }
    case 'joinClient':
      return silent({ ...world, clients: [...world.clients, pieces.newSession(c.id, [c.server])] });
    case 'breakConnection':
    case 'createConnection':
      return silent(changeLink(pieces, layout, world, c));
    case 'stabilize':
      return silent({ ...world, servers: stabilized(pieces, layout, world.servers) });
    case 'printStore':
      return { ...silent(world), output: pieces.storeOf(world.servers[layout.servers.indexOf(c.id)]!) };
    case 'put':
      return put(pieces, layout, world, c);
    case 'get':
      return get(pieces, layout, world, c);
    case 'printMemberList':
    case 'done':
      return silent(world);
  }
};
