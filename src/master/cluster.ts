/**
 * The cluster of processes for the master's commands. It starts and kills processes, makes and cuts links, and sends requests. It knows the
 * live servers and the links, and knows nothing of keys and stamps.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Bytes } from '../core/bytes.js';
import type { NodeId } from '../core/ids.js';
import { type GetResult, GetResultC, type PutResult, PutResultC } from '../core/results.js';
import type { Address, Answer, Party } from '../net/protocol.js';
import { NODE_WORLD } from '../ports/node-network.js';
import type { World } from '../ports/ports.js';
import { type Chain, cutChain, joinChains, linkChain, type Notice } from './link-orders.js';
import { type AnswerOf, type MemberOptions, Members, pause, type FalliblePromise } from './members.js';
import type { Starter } from './processes.js';
import { beginRounds, nextRound } from './rounds.js';
import { partitions, type Topology } from './topology.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** The options of a cluster. */
export interface ClusterOptions extends MemberOptions {
  /** The address at which `from` reaches `to`, which listens at `address`: a test may put a proxy in between. */
  readonly route?: (from: Party, to: Party, address: Address) => Promise<Address>;
}

/** A running cluster. Every operation has a deadline. The caller checks that ids make sense. */
export interface Cluster {
  readonly topology: Topology;
  readonly joinServer: (id: NodeId) => FalliblePromise<void>;
  readonly killServer: (id: NodeId) => Promise<void>;
  readonly joinClient: (id: NodeId, server: NodeId) => FalliblePromise<void>;
  readonly createLink: (a: NodeId, b: NodeId) => FalliblePromise<void>;
  readonly cutLink: (a: NodeId, b: NodeId) => FalliblePromise<void>;
  /** Pulls until in every partition all servers have equal vectors, and so equal stores. */
  readonly stabilize: () => FalliblePromise<void>;
  /** The server's store, sorted by the bytes of the keys. */
  readonly storeOf: (id: NodeId) => FalliblePromise<ReadonlyArray<readonly [Bytes, Bytes]>>;
  readonly membersOf: (id: NodeId) => FalliblePromise<ReadonlyArray<NodeId>>;
  readonly put: (client: NodeId, key: Bytes, value: Bytes) => FalliblePromise<PutResult>;
  readonly get: (client: NodeId, key: Bytes) => FalliblePromise<GetResult>;
  /** The process that runs as this id now: its pid and its name in the trace. */
  readonly processOf: (id: NodeId) => { readonly pid: number; readonly name: string } | undefined;
}

const isOf =
  <T extends Answer['type']>(type: T) =>
  (a: Answer): a is AnswerOf<T> =>
    a.type === type;
const [isDone, isSynced, isStored, isMembers] = [isOf('done'), isOf('synced'), isOf('stored'), isOf('members')];

const firstFailure = (all: ReadonlyArray<E.Either<string, unknown>>): E.Either<string, void> =>
  all.find(E.isLeft) ?? E.right(undefined);

// --- links -----------------------------------------------------------------------------------------------------------------

/** Sends a notice: tells one end of a link that the link is made or cut. */
const tell = async (
  members: Members,
  topology: Topology,
  route: ClusterOptions['route'],
  { at, peer, what }: Notice,
): FalliblePromise<unknown> => {
  if (what === 'cut') {
    const party: Party = { role: topology.isClient(peer) ? 'client' : 'server', id: peer };
    return members.ask(at, { type: 'unlink', peer: party }, isDone);
  }
  const [me, other] = [members.of(at), members.of(peer)];
  if (E.isLeft(me)) return me;
  if (E.isLeft(other)) return other;
  const { party, address } = other.right;
  const reached = what === 'admit' ? null : ((await route?.(me.right.party, party, address)) ?? address);
  return members.ask(at, { type: 'link', peer: party, address: reached }, isDone);
};

/** Sends the notices of a chain, one stage after the other. Ends with the first stage of which a notice fails. */
const follow = async (chain: Chain, send: (notice: Notice) => FalliblePromise<unknown>): FalliblePromise<void> => {
  for (const stage of chain) {
    const told = firstFailure(await Promise.all(stage.map(send)));
    if (E.isLeft(told)) return told;
  }
  return E.right(undefined);
};

// --- stores ----------------------------------------------------------------------------------------------------------------

/** Rounds of pulls in a partition until its vectors are equal. */
const stabilizePartition = async (
  members: Members,
  servers: ReadonlyArray<NodeId>,
  limitMs: number,
  { clock, timers }: World,
): FalliblePromise<void> => {
  let { rounds, effect } = beginRounds(servers, limitMs, clock.nowMs());
  while (effect.type !== 'done') {
    if (effect.type === 'pause') {
      await pause(timers);
      ({ rounds, effect } = nextRound(rounds, { type: 'paused', inParts: effect.inParts }, clock.nowMs()));
    } else {
      const answers = await Promise.all(servers.map((id) => members.ask(id, { type: 'sync' }, isSynced)));
      ({ rounds, effect } = nextRound(rounds, { type: 'answered', answers }, clock.nowMs()));
    }
  }
  return effect.result;
};

const storeOf = async (members: Members, id: NodeId): FalliblePromise<ReadonlyArray<readonly [Bytes, Bytes]>> => {
  const entries: (readonly [Bytes, Bytes])[] = [];
  const stored = await members.ask(id, { type: 'store' }, isStored, (part) => {
    if (part.type === 'stored') for (const entry of part.entries) entries.push(entry);
  });
  return E.map(() => entries.sort(([a], [b]) => (a < b ? -1 : 1)))(stored);
};

// --- the cluster -----------------------------------------------------------------------------------------------------------

/** A cluster without processes yet. */
export const makeCluster = (starter: Starter, topology: Topology, o: ClusterOptions): Cluster => {
  const { world = NODE_WORLD, timeoutMs } = o;
  const members = new Members(starter, topology, o);
  const run = (chain: Chain): FalliblePromise<void> => follow(chain, (notice) => tell(members, topology, o.route, notice));

  const joinServer = async (id: NodeId): FalliblePromise<void> => {
    const joined = await members.enlist({ role: 'server', id });
    if (E.isLeft(joined)) return joined;
    topology.serverJoined(id);
    const told: E.Either<string, void>[] = [];
    for (const phase of joinChains(topology, id)) told.push(...(await Promise.all(phase.map(run))));
    return firstFailure(told);
  };

  const joinClient = async (id: NodeId, server: NodeId): FalliblePromise<void> => {
    const joined = await members.enlist({ role: 'client', id });
    if (E.isLeft(joined)) return joined;
    topology.clientJoined(id, server);
    return run(linkChain(topology, id, server));
  };

  return {
    topology,
    joinServer,
    killServer: (id) => members.kill(id),
    joinClient,
    createLink: (a, b) => {
      topology.linked(a, b);
      return run(linkChain(topology, a, b));
    },
    cutLink: (a, b) => {
      topology.cut(a, b);
      return run(cutChain(a, b));
    },
    stabilize: async () =>
      firstFailure(
        await Promise.all(partitions(topology).map((servers) => stabilizePartition(members, servers, timeoutMs, world))),
      ),
    storeOf: (id) => storeOf(members, id),
    membersOf: async (id) =>
      // A server keeps the link to a dead peer, so the link works again when the peer is back. Until then the two are not connected.
      E.map((a: AnswerOf<'members'>) => a.servers.filter(topology.isLive))(await members.ask(id, { type: 'members' }, isMembers)),
    put: (client, key, value) => members.ask(client, { type: 'doPut', key, value }, PutResultC.is),
    get: (client, key) => members.ask(client, { type: 'doGet', key }, GetResultC.is),
    processOf: (id) => {
      const found = members.of(id);
      return E.isLeft(found) ? undefined : { pid: found.right.process.pid, name: found.right.name };
    },
  };
};
