/** A server's metrics for Prometheus, by prom-client. This module is loaded only where metrics are asked for. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Meter, PeerStatus, ServerStatus } from './meter.js';

/** The meter of a server, and the scrape of its metrics. */
export interface Metrics {
  readonly meter: Meter;
  /** The text of a scrape and its content type. */
  readonly scrape: (status: ServerStatus) => Promise<{ readonly type: string; readonly text: string }>;
}

/** The bytes of a folder's files, in subfolders too. A file that is deleted meanwhile counts as 0. */
const sizeOf = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = entries.map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory()
      ? sizeOf(path)
      : stat(path).then(
          (s) => s.size,
          () => 0,
        );
  });
  return (await Promise.all(sizes)).reduce((a, b) => a + b, 0);
};

const gauge = (registry: Registry, name: string, help: string): Gauge => new Gauge({ name, help, registers: [registry] });

const perPeer = (registry: Registry, name: string, help: string): Gauge<'peer'> =>
  new Gauge({ name, help, labelNames: ['peer'], registers: [registry] });

const MS = 1000;

/** Metrics of a server whose log is in `folder`; undefined: in memory. */
// eslint-disable-next-line max-lines-per-function -- a list: one metric after the other.
export const makeMetrics = (folder: string | undefined): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const served = new Counter({
    name: 'bayou_requests_total',
    help: 'Puts and gets by what they came to: accepted, found, missing, behind (ERR_DEP), or why they were refused',
    labelNames: ['op', 'outcome'] as const,
    registers: [registry],
  });
  const pulls = new Counter({
    name: 'bayou_pulls_total',
    help: 'Pulls from a peer, or parts of them, by what they came to',
    labelNames: ['peer', 'outcome'] as const,
    registers: [registry],
  });
  const received = new Counter({ name: 'bayou_pulled_writes_total', help: 'Writes that came from peers', registers: [registry] });
  const sent = new Counter({ name: 'bayou_answered_writes_total', help: 'Writes that went to peers', registers: [registry] });
  const keys = gauge(registry, 'bayou_keys', 'Keys in the store');
  const clock = gauge(registry, 'bayou_accept_time', 'The accept time of the replica (R2)');
  const waiting = gauge(registry, 'bayou_waiting_requests', 'Requests that wait for the log');
  const connections = gauge(registry, 'bayou_connections', 'Connections of clients, peers and masters');
  const logBytes = gauge(registry, 'bayou_log_bytes', 'Bytes of the durable log on disk');
  const logFailed = gauge(registry, 'bayou_log_failed', '1 when the log has failed and no put is accepted any more');
  const logStalled = gauge(registry, 'bayou_log_stalled', '1 while a write to the log does not come back');
  const up = perPeer(registry, 'bayou_peer_up', '1 when the peer is connected');
  const lag = perPeer(registry, 'bayou_peer_lag_seconds', 'How long ago a pull from the peer last ended well; -1: never');
  const replica = new Gauge({
    name: 'bayou_replica_info',
    help: 'Which replica the server is (R7); always 1',
    labelNames: ['replica'] as const,
    registers: [registry],
  });

  const meter: Meter = {
    served: (op, outcome) => served.inc({ op, outcome }),
    pulled: (peer, outcome, writes) => {
      pulls.inc({ peer, outcome });
      received.inc(writes);
    },
    answered: (writes) => sent.inc(writes),
  };
  const showPeer = (peer: PeerStatus): void => {
    up.set({ peer: peer.id }, peer.up ? 1 : 0);
    lag.set({ peer: peer.id }, peer.sincePullMs === null ? -1 : peer.sincePullMs / MS);
  };
  let underWay: ReturnType<Metrics['scrape']> | undefined;
  const scrape: Metrics['scrape'] = async (status) => {
    // The values of a peer whose link was cut, and of the server's former replica, must not be shown.
    for (const each of [up, lag, replica]) each.reset();
    status.peers.forEach(showPeer);
    replica.set({ replica: status.replica }, 1);
    keys.set(status.keys);
    clock.set(status.clock);
    waiting.set(status.waiting);
    connections.set(status.connections);
    logFailed.set(status.failure === null ? 0 : 1);
    logStalled.set(status.stalled === null ? 0 : 1);
    logBytes.set(folder === undefined ? 0 : await sizeOf(folder));
    return { type: registry.contentType, text: await registry.metrics() };
  };
  // Scrapes at the same time share one result: a scrape looks at every file of the log.
  return { meter, scrape: (status) => (underWay ??= scrape(status).finally(() => (underWay = undefined))) };
};
