/**
 * Looks into all replicas at one instant, which only a simulator can. An {@link Insight} is told of every event at the moment when a process writes the event, and
 * then looks into that process's replica. It knows the contract alone, and of a replica only the vector, the store and the accept time.
 */
import { isDeepStrictEqual } from 'node:util';
import { serverOf, type NodeId, type ReplicaId } from '#bayou/core/ids.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import type { Stamp, VectorEntries } from '#bayou/core/write.js';
import { MAX_WAITING } from '#bayou/impl/durable.js';
import { clockOf, liveWritesOf, vectorOf } from '#bayou/impl/replica.js';
import { MAX_CONNECTIONS } from '#bayou/net/net-limits.js';
import type { ServerStatus } from '#bayou/net/meter.js';
import type { RunningServer } from '#bayou/net/server.js';
import { compareStamps, showStamp } from '../layer4-hostile/judge/stamp-order.js';

/** A put that some replica accepted. */
interface Accepted extends Stamp {
  readonly key: string;
  /** The put's identity: client, session, client time. */
  readonly put: string;
}

/** The number of events between two looks at all running replicas. */
const EVENTS_BETWEEN_LOOKS = 64;

const MAX_OPEN = MAX_CONNECTIONS.clients + MAX_CONNECTIONS.others;

/** Violations of a server's bounds (R16): too many requests wait for its log, or it has too many connections. */
export const overBounds = (
  name: string,
  { waiting, connections }: Pick<ServerStatus, 'waiting' | 'connections'>,
): ReadonlyArray<string> => [
  ...(waiting > MAX_WAITING ? [`[R16] ${name}: ${waiting} requests wait for its log; ${MAX_WAITING} may`] : []),
  ...(connections > MAX_OPEN ? [`[R16] ${name} has ${connections} connections; ${MAX_OPEN} may be`] : []),
];

/** Looks into the servers of a run. */
export class Insight {
  /** The violations so far, a line each. */
  readonly violations: string[] = [];
  readonly #onRenewal: (server: NodeId, what: string) => void;
  /** Every put that was accepted, by replica, in the order of accept times. */
  readonly #accepted = new Map<ReplicaId, Accepted[]>();
  readonly #servers = new Map<string, RunningServer>();
  /** By server, the replicas that it was since it started. Its log may lack the latest renewal. */
  readonly #identities = new Map<NodeId, ReplicaId[]>();
  /** The vectors, at their end, of replicas whose logs had failed. */
  readonly #shown = new Map<ReplicaId, VectorEntries>();
  /** The number of accepted puts. */
  #accepts = 0;
  #events = 0;

  /** Calls `onRenewal` for each server that came back as another replica though it has its log. */
  constructor(onRenewal: (server: NodeId, what: string) => void = () => undefined) {
    this.#onRenewal = onRenewal;
  }

  readonly onServer = (name: string, server: RunningServer): void => {
    this.#servers.set(name, server);
    this.#look(name, server);
  };

  onDeath(name: string): void {
    const inside = this.#servers.get(name)?.inside;
    if (inside?.failure !== undefined) this.#shown.set(inside.replica.id, vectorOf(inside.replica));
    this.#servers.delete(name);
  }

  /** All servers of a day have ended, and none of the next day has started. */
  nextDay(): void {
    this.#servers.clear();
  }

  onEvent(event: TraceEvent): void {
    if (event.type === 'accept' && !event.repeated) this.#note(event);
    if (event.type === 'start') this.#start(event);
    if (event.type === 'renewed') this.#identities.get(serverOf(event.replica))?.push(event.replica);
    const server = this.#servers.get(event.p);
    if (server !== undefined && (event.type === 'merged' || event.type === 'renewed')) this.#look(event.p, server);
    if (++this.#events % EVENTS_BETWEEN_LOOKS !== 0) return;
    for (const [name, running] of this.#servers) {
      this.#look(name, running);
      this.violations.push(...overBounds(name, running.status()));
    }
    this.#compare();
  }

  /** Notes an accepted put. A violation: its stamp was that of another put, accepted by any process (R2, R7, R7a). */
  #note({ stamp, key, client, session, clientTime, p }: Extract<TraceEvent, { type: 'accept' }>): void {
    const put = `put ${clientTime} of client ${client}, session ${session}`;
    const list = this.#accepted.get(stamp.r) ?? [];
    this.#accepted.set(stamp.r, list);
    this.#accepts++;
    const before = list.findLast(({ t }) => t <= stamp.t);
    if (before?.t === stamp.t && before.put !== put)
      this.violations.push(`[R7] ${p} gave out stamp ${showStamp(stamp)} to ${put}; it was that of ${before.put}`);
    list.push({ ...stamp, key, put });
    list.sort((a, b) => a.t - b.t);
  }

  /** A server that starts with its log must be one of its replicas before (R7), and have the writes that it showed after its log had failed (R10). */
  #start(event: Extract<TraceEvent, { type: 'start' }>): void {
    const { replica, p, fresh } = event;
    const server = serverOf(replica);
    const before = this.#identities.get(server);
    this.#identities.set(server, [replica]);
    if (before?.includes(replica) === false && !fresh)
      this.#onRenewal(
        server,
        `[R7] ${p} goes on as ${replica}: it was ${before.join(', then ')}, and nothing speaks against its log`,
      );
    const has = new Map(event.vv);
    const lost = this.#shown.get(replica)?.find(([r, t]) => (has.get(r) ?? 0) < t);
    if (lost !== undefined)
      this.violations.push(`[R10] ${p} lacks ${showStamp({ t: lost[1], r: lost[0] })}, which it showed after its log had failed`);
    this.#forget(event);
  }

  /** Forgets puts that a replica had accepted and that its log lacks: their stamps are free again. No process may have seen them (R10), which layer 3 checks. */
  #forget({ replica, vv }: Extract<TraceEvent, { type: 'start' }>): void {
    const own = new Map(vv).get(replica) ?? 0;
    const list = this.#accepted.get(replica);
    if (list !== undefined)
      this.#accepted.set(
        replica,
        list.filter(({ t }) => t <= own),
      );
  }

  /** R8: the store has each write that the vector claims, or a later write to its key. */
  #look(name: string, server: RunningServer): void {
    const { replica, failure } = server.inside;
    if (failure !== undefined) return;
    // R2: each put raises the greatest accept time by one at most.
    if (clockOf(replica) > this.#accepts)
      this.violations.push(`[R16] ${name} is at accept time ${clockOf(replica)} after ${this.#accepts} puts`);
    const store = new Map(liveWritesOf(replica).map((write) => [write.key, write] as const));
    for (const [r, t] of vectorOf(replica)) {
      for (const write of this.#accepted.get(r) ?? []) {
        if (write.t > t) break;
        const has = store.get(write.key);
        if (has !== undefined && compareStamps(has, write) >= 0) continue;
        this.violations.push(
          `[R8] ${name} claims ${showStamp({ t, r })} and lacks ${showStamp(write)}, ${write.put} of key ${write.key}; it has ${has === undefined ? 'nothing' : showStamp(has)}`,
        );
        return;
      }
    }
  }

  /** R8: servers with equal vectors have equal stores. */
  #compare(): void {
    const seen = new Map<string, readonly [string, ReadonlyMap<string, string>]>();
    for (const [name, { inside }] of this.#servers) {
      if (inside.failure !== undefined) continue;
      const vector = JSON.stringify(vectorOf(inside.replica));
      const store = new Map(liveWritesOf(inside.replica).map(({ key, value }) => [key, value] as const));
      const other = seen.get(vector);
      if (other === undefined) seen.set(vector, [name, store]);
      else if (!isDeepStrictEqual(other[1], store))
        this.violations.push(`[R8] ${name} and ${other[0]} have one vector, ${vector}, and different stores`);
    }
  }
}
