/* eslint-disable max-lines -- one cluster: all that is said to its processes goes through what it remembers of them. */
/**
 * A cluster of processes, as the master's commands see it: starts and kills them, makes and cuts links, and asks. Knows which
 * servers live, which links there are, and nothing of keys and stamps.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Bytes } from '../core/bytes.js';
import type { NodeId } from '../core/ids.js';
import { type GetResult, GetResultC, type PutResult, PutResultC } from '../core/results.js';
import { MASTER_GUARANTEES } from '../core/session.js';
import type { VectorEntries } from '../core/write.js';
import { newSecret } from '../net/auth.js';
import type { Connection, Done, OnPart } from '../net/connection.js';
import { dial } from '../net/handshake.js';
import { BACKOFF_MS } from '../net/limits.js';
import type { Address, Answer, Ask, Party } from '../net/protocol.js';
import { NODE_WORLD } from '../ports/node-network.js';
import type { Timers, World } from '../ports/ports.js';
import { incarnationsFor } from './incarnations.js';
import type { Process, Starter } from './processes.js';
import { partitions, type Topology } from './topology.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** How a cluster is to be run. */
export interface ClusterOptions {
  readonly host: string;
  /** Ports for the processes, from and to; null: any free ones. */
  readonly ports: readonly [number, number] | null;
  /** The folder below which each server has its durable log; null: in memory. */
  readonly dataDir: string | null;
  readonly fsync: boolean;
  /** The period of background pulls in ms; 0: none. */
  readonly antiEntropyMs: number;
  /** How long a command may wait for a process, in ms; R15 takes its limit from it. */
  readonly timeoutMs: number;
  readonly logLevel: string;
  readonly logFile: string | null;
  /** The cluster's secret. Default: a fresh one. */
  readonly secret?: string;
  /** Where a process writes its trace: a file of its own; null: nowhere. */
  readonly traceFileOf: (processName: string) => string | null;
  /** Told when a process ends that nobody killed. */
  readonly onDeath: (party: Party, how: string) => void;
  /** Where `from` is to reach `to`, which listens at `address`: a test may put something in between. */
  readonly route?: (from: Party, to: Party, address: Address) => Promise<Address>;
  /** Where the master lives. Default: Node's world. */
  readonly world?: World;
}

/** A process of the cluster that lives. */
interface Member {
  readonly party: Party;
  readonly name: string;
  readonly process: Process;
  readonly address: Address;
  readonly control: Connection;
}

/** It does not reject: it fails with one line that says what and who. */
export type Promised<A> = Promise<E.Either<string, A>>;

/** A running cluster. Every operation has its deadline. Whether ids make sense is for the caller to see to. */
export interface Cluster {
  readonly topology: Topology;
  readonly joinServer: (id: NodeId) => Promised<void>;
  readonly killServer: (id: NodeId) => Promise<void>;
  readonly joinClient: (id: NodeId, server: NodeId) => Promised<void>;
  readonly createLink: (a: NodeId, b: NodeId) => Promised<void>;
  readonly breakLink: (a: NodeId, b: NodeId) => Promised<void>;
  /** Pulls until in every partition all servers have equal vectors, and so equal stores. */
  readonly stabilize: () => Promised<void>;
  /** Sorted by the bytes of the keys. */
  readonly storeOf: (id: NodeId) => Promised<ReadonlyArray<readonly [Bytes, Bytes]>>;
  readonly membersOf: (id: NodeId) => Promised<ReadonlyArray<NodeId>>;
  readonly put: (client: NodeId, key: Bytes, value: Bytes) => Promised<PutResult>;
  readonly get: (client: NodeId, key: Bytes) => Promised<GetResult>;
  /** The process that runs as this id now: its pid and its name in the trace. */
  readonly processOf: (id: NodeId) => { readonly pid: number; readonly name: string } | undefined;
}

const MASTER: Party = { role: 'master', id: 0 };
/** What the master grants beyond the time that a client or server takes for itself. */
const SLACK_MS = 2_000;
const START_MS = 30_000;

const partyText = (p: Party): string => `${p.role} ${p.id}`;

const unexpected = (party: Party, answer: Answer): E.Either<string, never> =>
  E.left(`${partyText(party)}: ${answer.type === 'failed' ? answer.why : `it answered '${answer.type}'`}`);

type Of<T extends Answer['type']> = Extract<Answer, { readonly type: T }>;

const isOf =
  <T extends Answer['type']>(type: T) =>
  (a: Answer): a is Of<T> =>
    a.type === type;
const [isDone, isSynced, isStored, isMembers] = [isOf('done'), isOf('synced'), isOf('stored'), isOf('members')];

const askMember = (member: Member, ask: Ask, deadlineMs: number, onPart?: OnPart): Promised<Answer> =>
  new Promise((resolve) => {
    const done: Done = (result) => resolve(E.isRight(result) ? result : E.left(`${partyText(member.party)}: ${result.left.why}`));
    member.control.ask(ask, deadlineMs, done, onPart);
  });

/** Between two tries. */
const pause = (timers: Timers): Promise<void> => new Promise((resolve) => timers.after(BACKOFF_MS.first, resolve));

/** Dials a process that has said that it listens, as often as there is time, while it lives: the machine may stand still for longer than one try. */
const dialPatiently = async (
  { clock, timers }: World,
  proc: Process,
  ...dialing: Parameters<typeof dial>
): ReturnType<typeof dial> => {
  const until = clock.nowMs() + START_MS;
  const life = { isOver: false };
  void proc.gone.then(() => (life.isOver = true));
  for (;;) {
    const dialed = await dial(...dialing);
    if (E.isRight(dialed) || life.isOver || clock.nowMs() > until) return dialed;
    await pause(timers);
  }
};

const firstFailure = (all: ReadonlyArray<E.Either<string, unknown>>): E.Either<string, void> =>
  all.find(E.isLeft) ?? E.right(undefined);

const sameVectors = (a: VectorEntries, b: VectorEntries): boolean => {
  const of = new Map(a);
  return a.length === b.length && b.every(([r, t]) => of.get(r) === t);
};

// --- the cluster -----------------------------------------------------------------------------------------------------------

/** A cluster without processes yet. */
// eslint-disable-next-line max-lines-per-function -- one closure over what the cluster remembers of its processes.
export const makeCluster = (starter: Starter, topology: Topology, o: ClusterOptions): Cluster => {
  const { world = NODE_WORLD } = o;
  const { clock, timers, chance } = world;
  const secret = o.secret ?? newSecret(chance);
  const members = new Map<NodeId, Member>();
  const starts = new Map<NodeId, number>();
  const lastPort = new Map<NodeId, number>();
  const dying = new Set<Process>();
  const nextIncarnation = incarnationsFor(o.dataDir, chance);
  const deadline = o.timeoutMs + SLACK_MS;

  const memberOf = (id: NodeId): E.Either<string, Member> => {
    const m = members.get(id);
    return m === undefined ? E.left(`process ${id} is not running`) : E.right(m);
  };

  /** Asks a process by its id and expects an answer of some kind. */
  const ask = async <A extends Answer>(id: NodeId, what: Ask, is: (a: Answer) => a is A, onPart?: OnPart): Promised<A> => {
    const member = memberOf(id);
    if (E.isLeft(member)) return member;
    const answer = await askMember(member.right, what, deadline, onPart);
    if (E.isLeft(answer)) return answer;
    return is(answer.right) ? E.right(answer.right) : unexpected(member.right.party, answer.right);
  };

  const common = (party: Party, name: string) => ({
    id: party.id,
    secret,
    host: o.host,
    ports: { wanted: lastPort.get(party.id) ?? 0, range: o.ports },
    logLevel: o.logLevel,
    logFile: o.logFile,
    traceFile: o.traceFileOf(name),
    name,
    timeoutMs: o.timeoutMs,
  });

  /** Gives a process its identity, and dials it. */
  const enlist = async (party: Party): Promised<Member> => {
    const count = (starts.get(party.id) ?? 0) + 1;
    starts.set(party.id, count);
    const name = `${party.role}-${party.id}#${count}`;
    const proc = starter.take(party.role === 'server' ? 'server' : 'client');
    const give = async (why: string): Promised<Member> => {
      dying.add(proc);
      await proc.kill();
      return E.left(`${partyText(party)} did not start: ${why}`);
    };
    const config = {
      ...common(party, name),
      ...(party.role === 'server'
        ? {
            dataDir: o.dataDir === null ? null : `${o.dataDir}/server-${party.id}`,
            fsync: o.fsync,
            antiEntropyMs: o.antiEntropyMs,
            freshIncarnation: nextIncarnation(party.id),
            refused: topology.cutClients(party.id),
          }
        : { guarantees: MASTER_GUARANTEES }),
    };
    const listening = await proc.configure(config, START_MS);
    if (E.isLeft(listening)) return give(listening.left);
    const { port } = listening.right;
    lastPort.set(party.id, port);
    const address: Address = { host: o.host, port };
    const control = await dialPatiently(world, proc, { me: MASTER, secret, isPlain: true, world }, address, party, {
      onAsk: (_c, _a, reply) => reply({ type: 'failed', why: 'the master is asked nothing' }),
      onClose: () => undefined,
      onFault: (_c, what) => o.onDeath(party, `it sent ${what}`),
    });
    if (E.isLeft(control)) return give(control.left);
    const member: Member = { party, name, process: proc, address, control: control.right };
    members.set(party.id, member);
    void proc.gone.then((how) => {
      if (members.get(party.id) === member) members.delete(party.id);
      topology.died(party.id);
      control.right.close('the process is gone');
      if (!dying.has(proc)) o.onDeath(party, how);
    });
    return E.right(member);
  };

  const addressFor = (from: Member, to: Member): Promise<Address> =>
    o.route === undefined ? Promise.resolve(to.address) : o.route(from.party, to.party, to.address);

  /** Tells one end to reach the other; `dials` is whether that end is the one who calls. */
  const tell = async (at: NodeId, peer: NodeId, dials: boolean): Promised<unknown> => {
    const [me, other] = [memberOf(at), memberOf(peer)];
    if (E.isLeft(me)) return me;
    if (E.isLeft(other)) return other;
    const address = dials ? await addressFor(me.right, other.right) : null;
    return ask(at, { type: 'link', peer: other.right.party, address }, isDone);
  };

  /** Servers call each other; a client calls its server, which has to let it in before. */
  const link = async (a: NodeId, b: NodeId): Promised<void> => {
    const client = [a, b].find((id) => topology.isClient(id));
    if (client !== undefined) {
      const server = client === a ? b : a;
      const admitted = await tell(server, client, false);
      return E.isLeft(admitted) ? admitted : firstFailure([await tell(client, server, true)]);
    }
    // Each lets the other in first, so that neither is refused when it calls.
    const admitted = firstFailure(await Promise.all([tell(a, b, false), tell(b, a, false)]));
    return E.isLeft(admitted) ? admitted : firstFailure(await Promise.all([tell(a, b, true), tell(b, a, true)]));
  };

  const joinServer = async (id: NodeId): Promised<void> => {
    const joined = await enlist({ role: 'server', id });
    if (E.isLeft(joined)) return joined;
    topology.serverJoined(id);
    const peers = topology.linkedServers(id);
    const servers = await Promise.all(peers.map((peer) => link(id, peer)));
    // Its clients' link works again, at the address it has now.
    const clients = await Promise.all(topology.clientsOf(id).map((client) => tell(client, id, true)));
    return firstFailure([...servers, ...clients]);
  };

  const killServer = async (id: NodeId): Promise<void> => {
    const member = members.get(id);
    if (member === undefined) return;
    dying.add(member.process);
    members.delete(id);
    topology.died(id);
    await member.process.kill();
    member.control.close('killed');
  };

  const joinClient = async (id: NodeId, server: NodeId): Promised<void> => {
    const joined = await enlist({ role: 'client', id });
    if (E.isLeft(joined)) return joined;
    topology.clientJoined(id, server);
    return link(id, server);
  };

  const createLink = async (a: NodeId, b: NodeId): Promised<void> => {
    topology.linked(a, b);
    return link(a, b);
  };

  const breakLink = async (a: NodeId, b: NodeId): Promised<void> => {
    topology.cut(a, b);
    const cutAt = (at: NodeId, peer: NodeId): Promised<unknown> =>
      ask(at, { type: 'unlink', peer: { role: topology.isClient(peer) ? 'client' : 'server', id: peer } }, isDone);
    return firstFailure(await Promise.all([cutAt(a, b), cutAt(b, a)]));
  };

  /** One round of pulls in a partition; are all vectors equal after it, and was so much missing that it came in parts? */
  const round = async (servers: ReadonlyArray<NodeId>): Promised<{ readonly equal: boolean; readonly inParts: boolean }> => {
    const answers = await Promise.all(servers.map((id) => ask(id, { type: 'sync' }, isSynced)));
    const vectors: VectorEntries[] = [];
    let [missed, inParts] = [false, false];
    for (const answer of answers) {
      if (E.isLeft(answer)) return answer;
      vectors.push(answer.right.vv);
      inParts ||= answer.right.inParts;
      missed ||= answer.right.failed.some((peer) => servers.includes(peer));
    }
    const equal = vectors.every((v) => sameVectors(v, vectors[0] ?? []));
    // A connection that broke is not dialed again at once; asking sooner would be in vain.
    if (!equal && missed) await pause(timers);
    return E.right({ equal, inParts });
  };

  /** What comes in parts may take longer than any deadline, which is therefore one for the rounds that bring no parts. */
  const settle = async (servers: ReadonlyArray<NodeId>): Promised<void> => {
    let until = clock.nowMs() + o.timeoutMs;
    for (;;) {
      const done = await round(servers);
      if (E.isLeft(done)) return done;
      if (done.right.equal) return E.right(undefined);
      if (done.right.inParts) until = clock.nowMs() + o.timeoutMs;
      if (clock.nowMs() > until)
        return E.left(`the stores of servers ${servers.join(', ')} are not equal after ${o.timeoutMs} ms`);
    }
  };

  const storeOf = async (id: NodeId): Promised<ReadonlyArray<readonly [Bytes, Bytes]>> => {
    const entries: (readonly [Bytes, Bytes])[] = [];
    const stored = await ask(id, { type: 'store' }, isStored, (part) => {
      if (part.type === 'stored') for (const entry of part.entries) entries.push(entry);
    });
    return E.map(() => entries.sort(([a], [b]) => (a < b ? -1 : 1)))(stored);
  };

  const stabilize = async (): Promised<void> => {
    return firstFailure(await Promise.all(partitions(topology).map(settle)));
  };

  return {
    topology,
    joinServer,
    killServer,
    joinClient,
    createLink,
    breakLink,
    stabilize,
    storeOf,
    membersOf: async (id) =>
      // A server keeps the link to a dead peer, to be there for it when it is back; it is not connected to it meanwhile.
      E.map((a: Of<'members'>) => a.servers.filter(topology.isLive))(await ask(id, { type: 'members' }, isMembers)),
    put: (client, key, value) => ask(client, { type: 'doPut', key, value }, PutResultC.is),
    get: (client, key) => ask(client, { type: 'doGet', key }, GetResultC.is),
    processOf: (id) => {
      const m = members.get(id);
      return m === undefined ? undefined : { pid: m.process.pid, name: m.name };
    },
  };
};
