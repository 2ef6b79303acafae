/** The steps of kills, starts (R7, R10), printed stores and stabilizes. */
import type { Bytes } from '#bayou/core/bytes.js';
import { serverOf, type NodeId } from '#bayou/core/ids.js';
import type { EventOf, TraceEvent } from '#bayou/core/trace.js';
import type { VectorEntries } from '#bayou/core/write.js';
import { type PathContext, type StepNode, eventOf, placeOf, reads, writes } from './path-parts.js';

// --- kills and starts ------------------------------------------------------------------------------------------------------

export const kill = (context: PathContext, server: NodeId, at: number): StepNode => {
  const name = context.names.server(server);
  return { label: { family: 'Kill', args: [name] }, accesses: [writes(name, at)] };
};

/** The step of a server that comes back. A server's first start is no step, since all servers of the model run from the beginning. */
export const start = (context: PathContext, e: EventOf<'start'>, run: number): ReadonlyArray<StepNode> => {
  const name = context.names.server(serverOf(e.replica));
  const at = placeOf(context, e);
  if (run === 1) return [];
  return [
    {
      label: { family: e.fresh && !context.keepsLog ? 'RestartBlank' : 'Restart', args: [name] },
      seen: {
        [`replica of ${name}`]: context.names.replica(e.replica),
        [`vector of ${name}`]: context.names.vector(e.vv),
        [`accept time of ${name}`]: String(e.clock),
        [`keys of ${name}`]: String(e.writes),
      },
      ...eventOf(e),
      accesses: [writes(name, at)],
    },
  ];
};

// --- looking ---------------------------------------------------------------------------------------------------------------

export const lookAt = (
  context: PathContext,
  server: NodeId,
  seen: Readonly<Record<string, string>>,
  event: TraceEvent,
  at: number,
): StepNode => {
  const name = context.names.server(server);
  const named = Object.fromEntries(Object.entries(seen).map(([what, text]) => [`${what} of ${name}`, text]));
  return { seen: named, ...eventOf(event), accesses: [reads(name, at)] };
};

/** A printed store, in the run's own words. */
const showStore = (lines: ReadonlyArray<Bytes>): string => lines.join(', ');

export const printed = (context: PathContext, server: NodeId, e: EventOf<'result'>, at: number): StepNode =>
  lookAt(context, server, { store: showStore(e.output) }, e, at);

/** The step of a stabilize that ended too early. Its pulls are steps of their own. */
export const stabilized = (context: PathContext, server: NodeId, vv: VectorEntries, e: TraceEvent, at: number): StepNode => ({
  label: { family: 'Stabilize', args: [] },
  seen: { [`vector of ${context.names.server(server)}`]: context.names.vector(vv) },
  ...eventOf(e),
  accesses: Array.from({ length: context.names.servers }, (_, id) => writes(`s${id}`, at)),
});
