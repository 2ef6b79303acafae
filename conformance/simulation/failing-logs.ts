/**
 * Draws puts whose server's log fails while their client has a second server. Such a put may be in the log of the first server all the same, so it must not go on to the second one (R14): it would have two stamps. Few scripts give a
 * client two servers, and few faults meet the one write of a put, so chance alone seldom comes by.
 */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import type { Bytes } from '#bayou/core/bytes.js';
import type { NodeId } from '#bayou/core/ids.js';
import { parseLine } from '#bayou/core/script.js';
import { applyCommand, isLinked, newTopology, type ScriptTopology } from '../common/topology-of-script.js';
import type { ProcessFault } from '../layer4-hostile/hostile-plan.js';

/** Lines before the script's last `stabilize`, where the calm begins, and the faults at the last of these lines. */
export interface FailingLog {
  readonly lines: ReadonlyArray<Bytes>;
  readonly faults: ReadonlyArray<ProcessFault>;
}

const NONE: FailingLog = { lines: [], faults: [] };

/** The value of the put. No other put has it. */
const VALUE = 'u0';

/** The topology before a line of a script. */
const topologyBefore = (script: ReadonlyArray<Bytes>, line: number): ScriptTopology => {
  const topology = newTopology();
  for (const text of script.slice(0, line)) {
    const parsed = parseLine(text);
    if (E.isRight(parsed) && parsed.right !== undefined) applyCommand(topology, parsed.right);
  }
  return topology;
};

const ascending = (ids: Iterable<NodeId>): ReadonlyArray<NodeId> => [...ids].sort((a, b) => a - b);

/** Draws the end of a plan; nine plans of ten have none. */
export const failingLogs = (script: ReadonlyArray<Bytes>): fc.Arbitrary<FailingLog> => {
  const end = script.lastIndexOf('stabilize');
  const topology = topologyBefore(script, end);
  const live = ascending(topology.live);
  const clients = ascending(topology.clients).filter((id) => live.some((server) => isLinked(topology, id, server)));
  if (end < 0 || live.length < 2 || clients.length === 0) return fc.constant(NONE);
  const some = fc
    .record({
      client: fc.constantFrom(...clients),
      kind: fc.constantFrom('EIO' as const, 'EIO' as const, 'short' as const),
      after: fc.nat(4),
      part: fc.constantFrom(0, 0.9),
    })
    .map(({ client, ...call }): FailingLog => {
      const first = live.findIndex((id) => isLinked(topology, client, id));
      const others = live.filter((id) => !isLinked(topology, client, id));
      const lines = [...others.map((id) => `createConnection ${client} ${id}`), `put ${client} k0 ${VALUE}`];
      return { lines, faults: [{ type: 'call', line: end + lines.length, server: first, lines: 1, ...call }] };
    });
  return fc.oneof({ weight: 9, arbitrary: fc.constant(NONE) }, { weight: 1, arbitrary: some });
};
