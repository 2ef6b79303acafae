/**
 * `stabilize` (contract, section 5): rounds of pulls until nothing changes, and the property that must hold afterwards.
 *
 * @module
 * @category The protocol
 */
import { partitions, type Pair } from './network.js';
import type { Rules } from './rules.js';
import { answerPull, pullRequest, receive } from './pulls.js';
import { storeOfServer, type Server } from './server.js';
import * as V from './vector.js';
import { sameStore } from './write-log.js';

export type Servers = ReadonlyArray<Server>;

/** One pull of the `to`th server from the `from`th. */
const pulled =
  (rules: Rules) =>
  (servers: Servers, to: number, from: number): Servers => {
    const [here, there] = [servers[to], servers[from]];
    if (here === undefined || there === undefined || !here.up || !there.up) return servers;
    return servers.map((s, i) => (i === to ? receive(rules)(here, answerPull(there, pullRequest(here))) : s));
  };

/** A round: each server, in the order of ids, pulls from each server that it has a link to. */
const round =
  (rules: Rules, links: ReadonlyArray<Pair>) =>
  (servers: Servers): Servers =>
    links
      .flatMap(([a, b]) => [[a, b] as const, [b, a] as const])
      .sort(([a, b], [x, y]) => a - x || b - y)
      .reduce((now, [to, from]) => pulled(rules)(now, to, from), servers);

const isSettled = (before: Servers, after: Servers): boolean => before.every((s, i) => V.same(s.vv, after[i]?.vv ?? V.none));

/** Rounds until no vector changes. Every other round raises a vector, and no vector passes the join of all, so the rounds end. */
const untilSettled =
  (rules: Rules, links: ReadonlyArray<Pair>) =>
  (servers: Servers): Servers => {
    const after = round(rules, links)(servers);
    return isSettled(servers, after) ? after : untilSettled(rules, links)(after);
  };

/** The servers after a stabilize. V4: after `rounds` rounds, whatever the topology. */
export const stabilized =
  (rules: Rules, rounds: number) =>
  (servers: Servers, links: ReadonlyArray<Pair>): Servers =>
    rules.variant === 'V4'
      ? Array.from({ length: rounds }).reduce<Servers>((now) => round(rules, links)(now), servers)
      : untilSettled(rules, links)(servers);

/** The indices of the live servers of each partition. */
export const livePartitions = (servers: Servers, links: ReadonlyArray<Pair>): ReadonlyArray<ReadonlyArray<number>> =>
  partitions(
    servers.flatMap((s, i) => (s.up ? [i] : [])),
    links,
  );

/** In every partition, have all live servers equal stores? */
export const everyPartitionIsEqual =
  (rules: Rules) =>
  (servers: Servers, links: ReadonlyArray<Pair>): boolean =>
    livePartitions(servers, links)
      .map((group) => group.flatMap((i) => servers[i] ?? []).map((s) => storeOfServer(rules)(s)))
      .every(([first, ...others]) => first === undefined || others.every((store) => sameStore(store, first)));
