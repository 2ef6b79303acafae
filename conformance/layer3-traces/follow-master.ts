/**
 * Follows the master. Its commands, one after the other, are the spine of the run. A command's result comes after the events that the command caused
 * in other processes, and it tells something of their state.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { NodeId } from '#bayou/core/ids.js';
import { type Command, parseLine } from '#bayou/core/script.js';
import type { EventOf, TraceEvent } from '#bayou/core/trace.js';
import { covers, join, none, type Vector } from '#bayou/model/protocol/vector.js';
import { putOutcomeIn } from '../common/put-outcome.js';
import { applyCommand, isLinked, linkName, partitionsOf, type ScriptTopology } from '../common/topology-of-script.js';
import { checkOutput, checkTime, checkUnequal } from './command-results.js';
import { died, kill, buryTheDying, lastStep } from './server-ends.js';
import { bothEnds, bothEndsOfJoin, endsOf } from './link-ends.js';
import { reject, showVector } from './rejection.js';
import type { FollowedReplica } from './followed-replica.js';
import { commandsOf, currentProcess, endsUnannounced, look, mayRun, type Scene, serverState } from './run-scene.js';
import { indexOf, type FollowedProcess } from './timeline.js';

/** Follows an event of the master. */
export const followMaster = (scene: Scene, process: FollowedProcess, event: TraceEvent): void => {
  process.knows = event.n;
  switch (event.type) {
    case 'command':
      command(scene, process, event);
      return;
    case 'kill':
      kill(scene, event);
      return;
    case 'died':
      died(scene, process, event);
      return;
    case 'result':
      result(scene, process, event);
      return;
    default:
      reject(event, 'trace', `the master does not write down '${event.type}'`);
  }
};

const parse = (event: EventOf<'command'>): Command => {
  const line = parseLine(event.text);
  return E.isRight(line) && line.right !== undefined ? line.right : reject(event, 'section 5', `'${event.text}' is no command`);
};

/** The command to which a result belongs: the event before the result, and before the kill that may stand between the two. */
const commandOf = (process: FollowedProcess, event: EventOf<'result'>): EventOf<'command'> => {
  for (let i = process.next - 1; i >= 0; i--) {
    const e = process.events[i]!;
    if (e.type === 'command')
      return e.line === event.line ? e : reject(event, 'trace', `the command before it is that of line ${e.line}`);
    if (e.type === 'result') break;
  }
  return reject(event, 'trace', 'a result without a command');
};

// --- commands --------------------------------------------------------------------------------------------------------------

const command = (scene: Scene, process: FollowedProcess, event: EventOf<'command'>): void => {
  const c = parse(event);
  const before = lastStep(process);
  if (before?.type === 'command') reject(event, 'trace', `the command of line ${before.line} has no result`);
  if (c.type === 'put' || c.type === 'get')
    commandsOf(scene, c.client).push({ op: c.type, key: c.key, value: c.type === 'put' ? c.value : undefined, n: event.n });
  if (c.type === 'joinServer') scene.joins.set(c.id, (scene.joins.get(c.id) ?? 0) + 1);
  if (isFailed(process)) {
    failedCommand(scene, process, c);
    return;
  }
  if (c.type === 'printStore') printStore(scene, process, c.id);
  if (c.type === 'stabilize') stabilize(scene, process);
};

/** The result of the command that stands at `process.next`; undefined where the trace ends before it. */
const resultAhead = (process: FollowedProcess): EventOf<'result'> | undefined => {
  for (let i = process.next + 1; i < process.events.length; i++) {
    const e = process.events[i]!;
    if (e.type === 'result') return e;
    if (e.type === 'command') return undefined;
  }
  return undefined;
};

const isFailed = (process: FollowedProcess): boolean => (resultAhead(process)?.errors.length ?? 1) > 0;

/** Section 5: after a `stabilize` that failed because stores were not equal, they were not. */
const failedCommand = (scene: Scene, process: FollowedProcess, c: Command): void => {
  const shown = resultAhead(process);
  if (c.type === 'stabilize' && shown !== undefined) checkUnequal(scene, process, shown);
};

/** Section 5: the printed store is the server's store at some instant between the command and its result. */
const printStore = (scene: Scene, process: FollowedProcess, server: NodeId): void => {
  const shown = resultAhead(process)!;
  const at = currentProcess(scene, server);
  if (at === undefined) return void reject(shown, 'section 5', `server ${server} was not running`);
  const holds = (r: FollowedReplica): boolean => {
    const printed = r.printed();
    return printed.length === shown.output.length && printed.every((line, i) => line === shown.output[i]);
  };
  look(scene, at, {
    event: shown,
    until: shown.n,
    rule: 'R5',
    why: (r) =>
      `server ${server} never had this store; at the end it had [${r.printed().slice(0, 8).join(', ')}], it printed [${shown.output.slice(0, 8).join(', ')}]`,
    holds,
  });
};

/** Section 5: before a stabilize ends, every server of a partition gets all writes that any of them had before. */
const stabilize = (scene: Scene, process: FollowedProcess): void => {
  if (scene.variant === 'V4') return;
  const shown = resultAhead(process)!;
  // Servers that are connected by certain links are in one partition, whether the uncertain links exist or not.
  const links = new Set([...scene.topology.links].filter((link) => !scene.doubts.links.has(link)));
  for (const group of partitionsOf({ ...scene.topology, links })) {
    const members = group.flatMap((id) => currentProcess(scene, id) ?? []);
    // A server died at a moment that no event tells, so its partition is not known.
    if (members.some((p) => endsUnannounced(scene, p))) continue;
    const all = members.reduce<Vector>((v, p) => join(v, serverState(scene, p).replica?.vv ?? none), none);
    for (const member of members)
      look(scene, member, {
        event: shown,
        until: shown.n,
        rule: 'section 5',
        why: (r) => `${member.name} came out of it with ${showVector(r.vv)}; its partition had ${showVector(all)} before`,
        holds: (r) => covers(r.vv, all),
      });
  }
};

// --- results ---------------------------------------------------------------------------------------------------------------

const result = (scene: Scene, process: FollowedProcess, event: EventOf<'result'>): void => {
  resultOf(scene, process, event);
  buryTheDying(scene);
};

const resultOf = (scene: Scene, process: FollowedProcess, event: EventOf<'result'>): void => {
  const c = parse(commandOf(process, event));
  checkOutput(event, c);
  checkTime(scene, event, c);
  if (c.type === 'put' || c.type === 'get') {
    operationDone(scene, process, event, c);
    return;
  }
  if (event.errors.length > 0) {
    doubt(scene, event, c);
    return;
  }
  const before = wasLinked(scene.topology, c);
  if (!applyCommand(scene.topology, c)) reject(event, 'section 5', 'this command is bad input, and was obeyed');
  awaitEffects(scene, process, event, c);
  apply(scene, c, before);
  if (c.type === 'printMemberList') members(scene, event, c.id);
};

const wasLinked = (t: ScriptTopology, c: Command): boolean => c.type === 'createConnection' && isLinked(t, c.a, c.b);

/** Waits for the events of other processes that must come before the command's result. */
const awaitEffects = (scene: Scene, process: FollowedProcess, event: EventOf<'result'>, c: Command): void => {
  switch (c.type) {
    case 'joinServer':
      started(scene, event, 'server', c.id);
      for (const peer of scene.topology.live)
        if (peer !== c.id && isLinked(scene.topology, peer, c.id)) bothEndsOfJoin(scene, event, c.id, peer);
      return;
    case 'joinClient':
      started(scene, event, 'client', c.id);
      bothEnds(scene, event, c.id, c.server, true);
      return;
    case 'killServer': {
      const kill = process.events[process.next - 1];
      if (kill?.type !== 'kill' || kill.server !== c.id) reject(event, 'section 5', `no process of server ${c.id} was killed`);
      return;
    }
    case 'createConnection':
    case 'breakConnection':
      bothEnds(scene, event, c.a, c.b, c.type === 'createConnection');
      return;
    default:
      return;
  }
};

/** The process that this command started. The process may be followed already, where a client asked the server in vain while the server joined. */
const startedLast = (scene: Scene, role: 'server' | 'client', id: NodeId): FollowedProcess | undefined => {
  const all = scene.timeline.of(role, id).filter((x) => role === 'client' || mayRun(scene, x));
  const p = all.slice(all.findLastIndex(({ name }) => scene.begun.has(name)) + 1).find(({ events }) => events.length > 0);
  return p?.events[0]?.type === (role === 'server' ? 'start' : 'session') ? p : undefined;
};

/** Waits for the first event of the process that this command started. */
const started = (scene: Scene, event: TraceEvent, role: 'server' | 'client', id: NodeId): void => {
  const p = startedLast(scene, role, id) ?? reject(event, 'section 5', `${role} ${id} has not said that it started`);
  scene.timeline.await(event, p, () => p.next > 0, `${p.name} starts`);
  scene.begun.add(p.name);
};

/** Changes the topology and the sessions' servers (R13) as the command does. */
const apply = (scene: Scene, c: Command, wasThere: boolean): void => {
  if (c.type === 'joinServer') for (const peer of scene.topology.live) scene.doubts.links.delete(linkName(peer, c.id));
  if (c.type === 'joinClient') scene.sessions.get(c.id)?.linkMade(c.server);
  if (c.type !== 'createConnection' && c.type !== 'breakConnection') return;
  const [client, server] = scene.topology.clients.has(c.a) ? [c.a, c.b] : [c.b, c.a];
  const session = scene.sessions.get(client);
  if (c.type === 'breakConnection') session?.linkCut(server);
  else if (!wasThere) session?.linkMade(server);
  becomeCertain(scene, c);
};

/** After a command without an error its link is certain. A client that may have had the link before the command has it at an unknown place in its order. */
const becomeCertain = ({ doubts }: Scene, c: Extract<Command, { type: 'createConnection' | 'breakConnection' }>): void => {
  const link = linkName(c.a, c.b);
  doubts.links.delete(link);
  if (c.type === 'breakConnection') doubts.places.delete(link);
};

const doubtLink = (scene: Scene, a: NodeId, b: NodeId, up: boolean): void => {
  scene.doubts.links.add(linkName(a, b));
  scene.doubts.places.add(linkName(a, b));
  for (const [, p, peer] of endsOf(scene, a, b)) serverState(scene, p).notices.doubt(peer, up);
};

/** Is the command valid? An invalid command is refused and has no effect. */
const isValid = (t: ScriptTopology, c: Command): boolean =>
  applyCommand({ live: new Set(t.live), dead: new Set(t.dead), clients: new Set(t.clients), links: new Set(t.links) }, c);

/** A command that failed half way may have had any part of its effect. */
const doubt = (scene: Scene, event: EventOf<'result'>, c: Command): void => {
  if (!isValid(scene.topology, c)) return;
  if (c.type === 'createConnection' || c.type === 'breakConnection') doubtLink(scene, c.a, c.b, c.type === 'createConnection');
  if (c.type !== 'joinServer' && c.type !== 'joinClient') return;
  // A server that started and could not be linked to everybody runs all the same.
  if (event.errors.some((error) => error.includes('did not start'))) return;
  const role = c.type === 'joinServer' ? 'server' : 'client';
  if (startedLast(scene, role, c.id) !== undefined) started(scene, event, role, c.id);
  applyCommand(scene.topology, c);
  if (c.type === 'joinClient') {
    scene.sessions.get(c.id)?.linkMade(c.server);
    doubtLink(scene, c.id, c.server, true);
  } else for (const peer of scene.topology.live) if (peer !== c.id) doubtLink(scene, peer, c.id, true);
};

/** The printed member list has every server with a certain link, and beside these only servers whose link is in doubt. Servers that ended meanwhile may be missing. */
const members = (scene: Scene, event: EventOf<'result'>, server: NodeId): void => {
  const isDoubtful = (s: NodeId): boolean => scene.doubts.links.has(linkName(s, server));
  const linked = [...scene.topology.live].filter((s) => isLinked(scene.topology, s, server)).sort((a, b) => a - b);
  const possible = (id: number): boolean => scene.topology.live.has(id) && isDoubtful(id);
  const printed = event.output.map(Number);
  const isSorted = printed.every((id, i) => i === 0 || printed[i - 1]! < id);
  const isAll = linked.every((id) => printed.includes(id) || isDoubtful(id) || scene.dying.has(id));
  const isNone = printed.every((id) => linked.includes(id) || possible(id));
  if (!isSorted || !isAll || !isNone)
    reject(
      event,
      'section 5',
      `server ${server} is connected to ${linked.join(', ') || 'none'}, and ${event.output.join(', ') || 'none'} was printed`,
    );
};

/** R13 to R15: the master printed the result of its client. */
const operationDone = (
  scene: Scene,
  process: FollowedProcess,
  event: EventOf<'result'>,
  c: Extract<Command, { type: 'put' | 'get' }>,
): void => {
  const client = scene.timeline.of('client', c.client)[0];
  if (client === undefined) return;
  const ahead = indexOf(client, (e) => e.type === 'putDone' || e.type === 'getDone');
  const done = client.events[ahead];
  const failed = event.errors.length > 0;
  if (done === undefined || (done.type !== 'putDone' && done.type !== 'getDone'))
    return failed ? undefined : reject(event, 'R13, R14', `client ${c.client} did not do it`);
  const isIt = done.type === (c.type === 'put' ? 'putDone' : 'getDone') && done.key === c.key;
  // The command was bad input, or the client did not answer the master in time and may do the operation later or never.
  if (failed && (!isIt || c.type === 'get')) return;
  scene.timeline.await(event, client, () => client.next > ahead, `client ${c.client} has not done it`);
  if (!isIt) reject(event, 'R13, R14', `client ${c.client} did not do it`);
  process.knows = event.n;
  if (done.type === 'getDone') {
    const line = `${done.key}:${done.result === 'value' ? (done.value ?? '') : done.result}`;
    if (event.output.length !== 1 || event.output[0] !== line)
      reject(event, 'R13', `client ${c.client} got ${line}; printed was ${event.output.join(' ') || 'nothing'}`);
  } else if ((done.result === 'accepted') === failed || (putOutcomeIn(event.errors[0] ?? '') ?? done.result) !== done.result)
    reject(
      event,
      'R14',
      `the put came to ${done.result}; printed was ${[...event.output, ...event.errors].join(' ') || 'nothing'}`,
    );
};
