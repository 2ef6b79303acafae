/**
 * Reductions, which the checker may use and need not: progress, symmetry, a quotient. Each reduction that leaves states out is proved here.
 *
 * @module
 * @category What is checked
 */
import type { Permutation } from '../../checker/model.js';
import type { Bytes } from '../../core/bytes.js';
import { incarnationOf, type NodeId } from '../../core/ids.js';
import type { Guarantees } from '../../core/guarantees.js';
import { guaranteesOf, type Config } from './config.js';
import { byIdentity, valueOf, type LoggedWrite } from '../protocol/put-identity.js';
import { textOf } from '../protocol/network.js';
import { orderAt } from '../protocol/order.js';
import { propertiesMeant } from './sentences.js';
import { serverWith, type Server } from '../protocol/server.js';
import { sessionWith, type Session } from '../protocol/session.js';
import { local } from './texts.js';
import * as V from '../protocol/vector.js';
import { asksOf, clientId, keyName, slotsOf, type DelayedPut, type World } from './world.js';
import { byStamp, prune, type Log } from '../protocol/write-log.js';

// --- progress --------------------------------------------------------------------------------------------------------------

/**
 * A number for each component that no step lowers. Puts and pulls raise a server's vector. Two steps lower it: a restart without the log, and
 * a restart with an older copy of the log. Both make a new incarnation, which weighs more than any vector. (An entry of a vector is at most
 * the number of accepts, since a new stamp is one above a stamp that exists. A vector has at most one entry for each incarnation of each
 * server.) Under V3 and V10 a server forgets and keeps its incarnation, so there is no such number.
 */
export const progressOf = (config: Config): ((kind: string, value: unknown) => number) | undefined => {
  const incarnation = (config.puts + config.lostAnswers) * config.servers * (1 + config.blankRestarts + config.restores) + 1;
  const progress = (kind: string, value: unknown): number => {
    const l = local(kind, value);
    switch (l.kind) {
      case 'server':
        return V.size(l.of.vv) + incarnationOf(l.of.replica) * incarnation;
      case 'puts':
      case 'latePuts':
      case 'newSessions':
      case 'copies':
        return l.of.spent;
      case 'client':
      case 'net':
        return 0;
      case 'other':
        return typeof l.of === 'number' ? l.of : 0;
    }
  };
  return config.variant === 'V3' || config.variant === 'V10' ? undefined : progress;
};

// --- symmetry --------------------------------------------------------------------------------------------------------------

/**
 * Clients and keys are interchangeable: the rules compare two client ids or two keys only for equality (and sort them, which is not part of
 * the protocol). A permutation is an automorphism if it is applied wherever an id or a key stands: in slots, logs, messages and sessions.
 * Clients with different guarantees or links are not interchangeable. Servers are never interchangeable: R4 breaks ties by their ids.
 */
export interface ClientKeyRenaming {
  readonly client: (id: NodeId) => NodeId;
  readonly key: (key: Bytes) => Bytes;
}

const renamedPut = <A extends Pick<LoggedWrite, 'client' | 'session' | 'clientTime' | 'key' | 'value'>>(
  by: ClientKeyRenaming,
  put: A,
): A => {
  const client = by.client(put.client);
  return { ...put, client, key: by.key(put.key), value: valueOf(client, put.clientTime, put.session) };
};

const renamedLog = (by: ClientKeyRenaming, log: Log): Log => log.map((w) => renamedPut(by, w)).sort(byStamp);

const renamedStamps = (by: ClientKeyRenaming, stamps: Session['wrote']): Session['wrote'] =>
  stamps.map(([k, s]) => [by.key(k), s] as const).sort((a, b) => (a[0] < b[0] ? -1 : 1));

const renamedServer = (by: ClientKeyRenaming, server: Server): Server =>
  serverWith(server, {
    log: renamedLog(by, server.log),
    receipts: server.receipts.map((x) => renamedPut(by, x)).sort(byIdentity),
    waiting: renamedLog(by, server.waiting),
    midway: server.midway && { ...server.midway, writes: renamedLog(by, server.midway.writes) },
  });

const renamedSession = (by: ClientKeyRenaming, session: Session): Session =>
  sessionWith(session, {
    client: by.client(session.client),
    wrote: renamedStamps(by, session.wrote),
    read: renamedStamps(by, session.read),
    kept: session.kept && { ...session.kept, wrote: session.kept.wrote.map(by.key), read: session.kept.read.map(by.key) },
    unanswered: session.unanswered && { ...session.unanswered, key: by.key(session.unanswered.key) },
    acknowledged: session.acknowledged?.map((a) => ({ ...a, key: by.key(a.key) })) ?? null,
  });

const byPut = (a: DelayedPut, b: DelayedPut): number => byIdentity(a.put, b.put);

/** A component with its client ids and keys renamed. */
const renamed =
  (by: ClientKeyRenaming) =>
  (kind: string, value: unknown): unknown => {
    const l = local(kind, value);
    switch (l.kind) {
      case 'server':
        return renamedServer(by, l.of);
      case 'client':
        return renamedSession(by, l.of);
      case 'latePuts':
        return { ...l.of, onTheirWay: l.of.onTheirWay.map((d) => ({ ...d, put: renamedPut(by, d.put) })).sort(byPut) };
      case 'newSessions':
        return { ...l.of, token: l.of.token && renamedSession(by, l.of.token) };
      case 'copies':
        return { ...l.of, copies: l.of.copies.map((copy) => copy && renamedServer(by, copy)) };
      case 'puts':
        return { ...l.of, all: renamedLog(by, l.of.all) };
      case 'net':
        return l.of
          .map((m) => (m.type === 'request' ? m : { ...m, pulled: { ...m.pulled, writes: renamedLog(by, m.pulled.writes) } }))
          .sort((a, b) => (textOf(a) < textOf(b) ? -1 : textOf(a) > textOf(b) ? 1 : 0));
      case 'other':
        return l.of;
    }
  };

const permutations = (n: number): ReadonlyArray<ReadonlyArray<number>> =>
  n === 0
    ? [[]]
    : permutations(n - 1).flatMap((p) => Array.from({ length: n }, (_, i) => [...p.slice(0, i), n - 1, ...p.slice(i)]));

/** The permutations of the first `few` of `n` numbers; the others stay. They are a subgroup, so each is an automorphism; `few` bounds their number. */
const firstPermuted = (n: number, few: number): ReadonlyArray<ReadonlyArray<number>> =>
  permutations(Math.min(n, few)).map((p) => [...p, ...Array.from({ length: Math.max(0, n - few) }, (_, i) => few + i)]);

const sameAsk = (a: Guarantees, b: Guarantees): boolean =>
  a.readYourWrites === b.readYourWrites &&
  a.monotonicReads === b.monotonicReads &&
  a.writesFollowReads === b.writesFollowReads &&
  a.monotonicWrites === b.monotonicWrites &&
  a.scope === b.scope;

const interchangeable = (config: Config, a: number, b: number): boolean =>
  sameAsk(guaranteesOf(config, a), guaranteesOf(config, b)) &&
  (config.placement === 'any' || config.placement[a]?.join() === config.placement[b]?.join());

/** The renamings of the first 4 clients and the first 3 keys that the configuration is symmetric under, without the identity. */
export const symmetryOf = (world: World): ReadonlyArray<Permutation> => {
  const { config } = world;
  const slots = slotsOf(world);
  const clients = firstPermuted(config.clients, 4).filter((p) => p.every((to, from) => interchangeable(config, from, to)));
  const keys = firstPermuted(config.keys, 3);
  return clients
    .flatMap((cs) => keys.map((ks) => ({ cs, ks })))
    .filter(({ cs, ks }) => [...cs.map((to, from) => to !== from), ...ks.map((to, from) => to !== from)].some(Boolean))
    .map(({ cs, ks }) => ({
      name: `clients ${cs.map((c) => clientId(c)).join(' ')}, keys ${ks.map(keyName).join(' ')}`,
      slotTo: slots.map((s, i) => {
        const client = world.clients.findIndex((c) => c.name === s.name);
        return client < 0 ? i : slots.findIndex((x) => x.name === world.clients[cs[client] ?? client]?.name);
      }),
      apply: renamed({
        client: (id) => clientId(cs[id - clientId(0)] ?? 0),
        key: (key) => keyName(ks[key.charCodeAt(0) - keyName(0).charCodeAt(0)] ?? 0),
      }),
    }));
};

// --- quotient --------------------------------------------------------------------------------------------------------------

/**
 * A server's log, shortened to the greatest-stamped write to each key (what `pruning: live` keeps).
 *
 * Nothing is lost by that, for the protocol as it is (FIXED, no answers lost). A get looks at the newest write to a key, a pull at the writes
 * that the puller lacks, and R6 at the writes that it drops. (1) R6 never drops the newest write to a key: R6 drops a write for another write
 * with a greater stamp. (2) So the newest write of s after a pull from p is the greater of the newest writes of s and of p, whatever else the
 * logs hold. If p does not send its newest write, s claims that write; by R8 s has it or a write that supersedes it, which is no older. (3) By
 * (1) and (2) the newest writes of a successor depend only on the newest writes of its predecessors: a state with whole logs and the state
 * with shortened logs have the same successors, once these are shortened, too. (4) The properties look at newest writes and at vectors, except UNIQUE and R8. UNIQUE
 * sees fewer pairs of writes. R8 would give false alarms: R6 does not say that a write that was left out was superseded. So logs are
 * shortened only where R8 is not judged. The witnesses PRUNED and CONFLICT see fewer writes too: with the quotient they can be missed, but never
 * invented.
 */
const shortLog = (world: World, server: Server): Server =>
  serverWith(server, {
    log: prune({ ...world.rules, pruning: 'live' }, orderAt(world.rules.variant)(server.replica))(server.log),
  });

/**
 * If a session asks for both read guarantees with scope store, and for neither write guarantee or for both, its gets and puts look only at the
 * join of its two vectors. An update of either vector raises the join by the same stamp. So the two vectors may be kept as one.
 */
const joinVectors = (guarantees: Guarantees, session: Session): Session =>
  guarantees.readYourWrites &&
  guarantees.monotonicReads &&
  guarantees.scope === 'store' &&
  guarantees.writesFollowReads === guarantees.monotonicWrites
    ? sessionWith(session, { readVector: V.join(session.readVector, session.writeVector), writeVector: V.none })
    : session;

/** The session without the vectors that none of its guarantees looks at: nothing else looks at a vector. */
const dropVectors = (guarantees: Guarantees, session: Session): Session =>
  sessionWith(session, {
    writeVector:
      (guarantees.readYourWrites && guarantees.scope === 'store') || guarantees.monotonicWrites ? session.writeVector : V.none,
    readVector:
      (guarantees.monotonicReads && guarantees.scope === 'store') || guarantees.writesFollowReads ? session.readVector : V.none,
  });

const forgetVectors = (guarantees: Guarantees, session: Session): Session =>
  joinVectors(guarantees, dropVectors(guarantees, session));

/**
 * The quotient, as far as it is proved. Sessions are reduced in every configuration. Logs are reduced only under FIXED, and not with lost
 * answers (R6 can then drop newest writes), with a history (R8 is then judged write by write), with R8 itself, or with messages (the writes of
 * an answer depend on the log).
 */
export const normalizeOf = (world: World): ((kind: string, value: unknown) => unknown) => {
  const { rules, config } = world;
  const r8 = propertiesMeant(config.properties).some((id) => id === 'R8');
  const shortensLogs = rules.variant === 'FIXED' && config.lostAnswers === 0 && !config.history && config.grain === 'pull' && !r8;
  return (kind, value) => {
    const l = local(kind, value);
    switch (l.kind) {
      case 'server':
        return shortensLogs ? shortLog(world, l.of) : l.of;
      case 'client':
        return forgetVectors(asksOf(world, l.of.client), l.of);
      case 'newSessions':
        return { ...l.of, token: l.of.token && forgetVectors(asksOf(world, l.of.token.client), l.of.token) };
      case 'copies':
        return shortensLogs ? { ...l.of, copies: l.of.copies.map((copy) => copy && shortLog(world, copy)) } : l.of;
      case 'puts':
      case 'net':
      case 'latePuts':
      case 'other':
        return l.of;
    }
  };
};
