/**
 * R9: servers pull in the background. In the calm after a script's last put nobody asks for a `stabilize` any more, so these pulls alone can spread the put. All servers of a partition must come to
 * have one vector, within a time that is the simulator's own: no machine is too busy for it.
 */
import type { NodeId } from '#bayou/core/ids.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import { type Replica, vectorOf } from '#bayou/impl/replica.js';
import { applyCommand, applyDeath, linkName, newTopology, partitionsOf } from '../common/topology-of-script.js';
import { parseProcessName } from '../layer3-traces/read-traces.js';
import { finishedCommands } from './calm.js';

/** How long the pulls may take, in ms, beside {@link ROUNDS} intervals for each server. Connections that broke are dialed again within some seconds. */
const PATIENCE_MS = 30_000;
const ROUNDS = 4;
/** The time between two looks, in ms. */
const LOOK_MS = 50;

/** The partitions of these live servers by the links that are certain: a command that failed half way leaves its link unknown. */
export const certainPartitions = (
  events: ReadonlyArray<TraceEvent>,
  living: ReadonlySet<NodeId>,
): ReadonlyArray<ReadonlyArray<NodeId>> => {
  const t = newTopology();
  for (const { command, result, died } of finishedCommands(events)) {
    if (result.errors.length === 0) applyCommand(t, command);
    else if (command.type === 'createConnection' || command.type === 'breakConnection')
      t.links.delete(linkName(command.a, command.b));
    for (const server of died) applyDeath(t, server);
  }
  return partitionsOf({ ...t, live: new Set([...t.live].filter((id) => living.has(id))) });
};

/** The part of a server that is looked at. */
interface ServerInside {
  readonly inside: { readonly replica: Replica; readonly failure: unknown };
}

/** What the wait for background pulls needs of a run. `after`: resolves after so many ms of simulated time. */
interface Spreading {
  readonly events: ReadonlyArray<TraceEvent>;
  /** The living servers, by the names of their processes. */
  readonly living: ReadonlyMap<string, ServerInside>;
  readonly antiEntropyMs: number;
  readonly after: (ms: number) => Promise<void>;
}

/** Waits until background pulls have spread all puts; returns a line for each partition in which they do not. */
export const notSpread = async ({ events, living, antiEntropyMs, after }: Spreading): Promise<ReadonlyArray<string>> => {
  if (antiEntropyMs === 0) return [];
  const byId = new Map([...living].map(([name, server]) => [parseProcessName(name)?.id ?? -1, server] as const));
  const groups = certainPartitions(events, new Set(byId.keys()));
  const isUnequal = (group: ReadonlyArray<NodeId>): boolean => {
    const insides = group.flatMap((id) => byId.get(id)?.inside ?? []);
    // A server whose log has failed takes no write in.
    if (insides.some(({ failure }) => failure !== undefined)) return false;
    return new Set(insides.map(({ replica }) => JSON.stringify(vectorOf(replica)))).size > 1;
  };
  const mostMs = PATIENCE_MS + ROUNDS * antiEntropyMs * byId.size;
  for (let ms = 0; ms < mostMs && groups.some(isUnequal); ms += LOOK_MS) await after(LOOK_MS);
  return groups
    .filter(isUnequal)
    .map(
      (group) =>
        `[R9] in the calm servers ${group.join(', ')} do not come to equal stores within ${mostMs} ms, though they pull every ${antiEntropyMs} ms`,
    );
};
