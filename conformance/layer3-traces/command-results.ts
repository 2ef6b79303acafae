/** Checks of what the master's commands say whether they succeed or fail (section 5): what they print, how long they take, and whether stores were unequal where they say so. */
import type { Command } from '#bayou/core/script.js';
import type { EventOf } from '#bayou/core/trace.js';
import { same } from '#bayou/model/protocol/vector.js';
import { partitionsOf } from '../common/topology-of-script.js';
import { reject, showVector } from './rejection.js';
import { commandsOf, currentProcess, endsUnannounced, isEndOf, type Scene, serverState } from './run-scene.js';
import type { FollowedProcess } from './timeline.js';

const PRINTING: ReadonlyArray<Command['type']> = ['get', 'printStore', 'printMemberList'];

/** Section 5: gets, stores and member lists go to standard output, and nothing else. A command that failed prints nothing there. */
export const checkOutput = (event: EventOf<'result'>, c: Command): void => {
  if (event.output.length === 0) return;
  const shown = event.output.slice(0, 8).join(', ');
  if (!PRINTING.includes(c.type)) reject(event, 'section 5', `'${c.type}' prints nothing, and [${shown}] was printed`);
  if (event.errors.length > 0) reject(event, 'section 5', `the command failed, and [${shown}] was printed`);
};

// --- how long they take ----------------------------------------------------------------------------------------------------

/** Section 5, R15: the longest that a `stabilize` of so many servers, and a put or get, may take, in ms. */
const LONGEST_MS = 5_000;
const SERVERS = 5;

/** What a command may take above that, in ms: the master waits so long for the answer of a client that has used up its time. */
const SLACK_MS = 2_000;

const isBound = (scene: Scene, c: Command): boolean =>
  c.type === 'put' || c.type === 'get' || (c.type === 'stabilize' && scene.topology.live.size <= SERVERS);

/**
 * A command that took longer than the contract allows. A machine with other work may be the reason, and so may an option of the master that gives commands more time: the trace does not say.
 * So nothing is refused, and the run is undecided. Where faults were inflicted, they take time, and nothing is said. Simulated runs have a time of their own (`simulation/calm.ts`).
 */
export const checkTime = (scene: Scene, event: EventOf<'result'>, c: Command): void => {
  if (scene.lossy !== undefined || event.ms <= LONGEST_MS + SLACK_MS || !isBound(scene, c)) return;
  const rule = c.type === 'stabilize' ? 'section 5' : 'R15';
  scene.late.push(`line ${event.line}: ${c.type} took ${Math.round(event.ms)} ms; ${LONGEST_MS} ms are allowed (${rule})`);
};

// --- a stabilize that failed -----------------------------------------------------------------------------------------------

const UNEQUAL = /: the stores of servers (\d+(?:, \d+)*) are not equal/;

/** The number of the client's puts that the master has asked for so far. */
const putsOf = (scene: Scene, client: number): number =>
  (scene.sessions.get(client)?.shown(0).clientTime ?? 0) + commandsOf(scene, client).filter(({ op }) => op === 'put').length;

/** May this process accept a put before the command is over: one of a session without a trace, or one that the master asked for earlier? */
const mayAccept = (scene: Scene, { events, next }: FollowedProcess): boolean =>
  events
    .slice(next)
    .some(
      (e) => e.type === 'accept' && !e.repeated && (!scene.sessions.has(e.client) || e.clientTime <= putsOf(scene, e.client)),
    );

/**
 * A `stabilize` said that stores were not equal. Where all servers of a partition have one vector as it begins, and no put can come before it ends, the stores are equal all the time (R8), and
 * it says what is not so. Where a server died, or the links are in doubt, nobody can tell.
 */
export const checkUnequal = (scene: Scene, master: FollowedProcess, shown: EventOf<'result'>): void => {
  const said = shown.errors.map((error) => UNEQUAL.exec(error)?.[1]).find((ids) => ids !== undefined);
  if (said === undefined || scene.doubts.links.size > 0) return;
  const named = new Set(said.split(', ').map(Number));
  const hasEnded = (p: FollowedProcess): boolean => master.events.some((e) => isEndOf(e, p) && e.n < shown.n);
  for (const group of partitionsOf(scene.topology).filter((ids) => ids.some((id) => named.has(id)))) {
    const members = group.flatMap((id) => currentProcess(scene, id) ?? []);
    // What the commands before have claimed of the servers was so before this command began.
    for (const p of members)
      scene.timeline.seek(
        p,
        () => true,
        () => serverState(scene, p).views.length === 0 || undefined,
      );
    if (members.length < group.length || members.some((p) => endsUnannounced(scene, p) || hasEnded(p) || mayAccept(scene, p)))
      continue;
    const vectors = members.map((p) => serverState(scene, p).replica?.vv);
    const [first] = vectors;
    if (first !== undefined && vectors.every((vv) => vv !== undefined && same(vv, first)))
      reject(shown, 'section 5', `the stores of servers ${group.join(', ')} were equal: each had ${showVector(first)}`);
  }
};
