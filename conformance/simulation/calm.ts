/**
 * Checks the calm at the end of a run, whatever faults came before: the last `stabilize` succeeds, and every client that is linked to a live server is served.
 * No command of the calm takes longer than the contract allows.
 * The checks use nothing but the master's commands with their results, and the names of the replicas that clients ask.
 */
import * as E from 'fp-ts/lib/Either.js';
import { serverOf, type NodeId, type ReplicaId } from '#bayou/core/ids.js';
import { type Command, parseLine } from '#bayou/core/script.js';
import type { TraceEvent } from '#bayou/core/trace.js';

type Result = Extract<TraceEvent, { readonly type: 'result' }>;

/** A command with its result. */
interface FinishedCommand {
  readonly command: Command;
  readonly result: Result;
  /** Servers that ended by themselves before the next command began. */
  readonly died: ReadonlyArray<NodeId>;
}

/** The servers that ended by themselves between the command at an index and the next one. */
const diedAfter = (events: ReadonlyArray<TraceEvent>, command: number): ReadonlyArray<NodeId> => {
  const died: NodeId[] = [];
  for (let i = command + 1; i < events.length && events[i]?.type !== 'command'; i++) {
    const e = events[i];
    if (e?.type === 'died') died.push(e.server);
  }
  return died;
};

/** The commands of a run that are over, each with its result. */
export const finishedCommands = (events: ReadonlyArray<TraceEvent>): ReadonlyArray<FinishedCommand> => {
  const results = new Map(events.flatMap((e) => (e.type === 'result' ? [[e.line, e] as const] : [])));
  return events.flatMap((e, i) => {
    if (e.type !== 'command') return [];
    const [parsed, result] = [parseLine(e.text), results.get(e.line)];
    return E.isRight(parsed) && parsed.right !== undefined && result !== undefined
      ? [{ command: parsed.right, result, died: diedAfter(events, i) }]
      : [];
  });
};

/** The links that are known to exist. A command that failed half way leaves its link unknown. */
class Links {
  readonly #live = new Set<NodeId>();
  /** By client, the servers that it is linked to. */
  readonly #servers = new Map<NodeId, Set<NodeId>>();

  after({ command: c, result: { errors } }: FinishedCommand): void {
    const isDone = errors.length === 0;
    switch (c.type) {
      case 'joinServer':
        if (isDone) this.#live.add(c.id);
        else for (const servers of this.#servers.values()) servers.delete(c.id);
        return;
      case 'killServer':
        if (isDone) this.#live.delete(c.id);
        return;
      case 'joinClient':
        if (isDone) this.#servers.set(c.id, new Set([c.server]));
        return;
      case 'createConnection':
      case 'breakConnection':
        this.#set(c.a, c.b, isDone && c.type === 'createConnection');
        this.#set(c.b, c.a, isDone && c.type === 'createConnection');
        return;
      default:
        return;
    }
  }

  /** A server ended that nobody killed. */
  died(server: NodeId): void {
    this.#live.delete(server);
  }

  /** Is this client known to be linked to a live server? */
  isServed(client: NodeId): boolean {
    return [...(this.#servers.get(client) ?? [])].some((server) => this.#live.has(server));
  }

  #set(client: NodeId, server: NodeId, isLinked: boolean): void {
    const servers = this.#servers.get(client);
    if (isLinked) servers?.add(server);
    else servers?.delete(server);
  }
}

/**
 * Requests of the calm for which the client took its server for an earlier replica. A client must know the replica that it asks: the client may repeat a sent put at the same replica alone
 * (R14), and a connection that outlives a renewal (R7a) still names the earlier replica. `from`: the index of the event with which the calm begins.
 */
const askedAsAnother = (events: ReadonlyArray<TraceEvent>, from: number): ReadonlyArray<string> => {
  const now = new Map<NodeId, ReplicaId>();
  return events.flatMap((e, i) => {
    if (e.type === 'start' || e.type === 'renewed') now.set(serverOf(e.replica), e.replica);
    if (e.type !== 'asked' || i <= from || e.replica === null || e.replica === now.get(e.server)) return [];
    return [`${e.p} asks server ${e.server} as replica ${e.replica}; it is ${String(now.get(e.server))}`];
  });
};

/** The longest that a `stabilize`, a put or a get may take (section 5, R15), in ms. Time is simulated, so no machine was too busy. */
const LONGEST_MS = 5_000;

const tooLong = ({ command: { type }, result: { line, ms } }: FinishedCommand): ReadonlyArray<string> =>
  (type === 'stabilize' || type === 'put' || type === 'get') && ms > LONGEST_MS
    ? [`line ${line}: ${type} took ${ms} ms; ${LONGEST_MS} ms are allowed`]
    : [];

/** The failures of the calm, a line each. */
export const wrongInTheCalm = (events: ReadonlyArray<TraceEvent>): ReadonlyArray<string> => {
  const all = finishedCommands(events);
  const from = all.findLastIndex(({ command }) => command.type === 'stabilize');
  if (from < 0) return ['the last stabilize has no result'];
  const links = new Links();
  const wrong: string[] = [];
  for (const [i, done] of all.entries()) {
    const { command, result } = done;
    if (i === from) wrong.push(...result.errors);
    if (i >= from) wrong.push(...tooLong(done));
    if (i > from && (command.type === 'put' || command.type === 'get') && links.isServed(command.client))
      wrong.push(...result.errors, ...result.output.filter((line) => line.endsWith(':ERR_CONN')));
    links.after(done);
    for (const server of done.died) links.died(server);
  }
  const settled = events.indexOf(all[from]!.result);
  return [...wrong, ...askedAsAnother(events, settled)].map((error) => `in the calm: ${error}`);
};
