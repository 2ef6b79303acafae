/**
 * Layer 2 decides whether the model allows a script's output. With background pulls the model allows many outputs. The oracle keeps every state in which
 * the model may be, and after each command only the states that print the same. Between commands any sequence of whole pulls over the links may have
 * happened, so the set of states is closed under pulls. A pull in three steps has the same effect as a whole pull at some moment, except where commands
 * change both servers between its answer and its receipt. Such late pulls are rare, and make the sets much larger, so the oracle considers them (`late`)
 * only where the script diverges otherwise. Beyond the bound of states, or of steps, the verdict is `undecided`, and never `conforms`.
 */
import { MAX_KEY_BYTES, MAX_VALUE_BYTES } from '#bayou/core/bounds.js';
import { type Bytes, textOfBytes } from '#bayou/core/bytes.js';
import type { NodeId } from '#bayou/core/ids.js';
import { type Command, showCommand } from '#bayou/core/script.js';
import { atOnce, type Work } from '../common/in-turns.js';
import { applyCommand, isLinked, newTopology, type ScriptTopology } from '../common/topology-of-script.js';
import type { ObservedCommand } from './observed-commands.js';
import { Pieces, TooManySteps } from './pieces.js';
import {
  afterCommand,
  type ClusterLayout,
  nameOf,
  perform,
  pulled,
  remembering,
  type WorldStep,
  type PossibleWorld,
} from './possible-world.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** The options of the cluster's run, and the oracle's limits. */
export interface OracleOptions {
  /** Do servers pull in the background? */
  readonly background: boolean;
  /** Does a killed server keep its log? */
  readonly keepsLog: boolean;
  /** The most states at once. Default 20,000. */
  readonly maxWorlds?: number;
  /** The most steps: a step makes or reads a state, a write, or a branch of a table. Default 20,000,000, which take some tens of seconds. */
  readonly maxWork?: number;
}

/** Whether the oracle considers late pulls: the answer to one is received some commands after it was given. */
interface Lateness {
  readonly late: boolean;
}

/** The oracle's verdict. */
export type OracleVerdict =
  | {
      readonly verdict: 'conforms';
      readonly commands: number;
      readonly reads: number;
      readonly widest: number;
      readonly work: number;
    }
  | {
      readonly verdict: 'undecided';
      readonly line: number;
      readonly commands: number;
      readonly widest: number;
      readonly why: string;
    }
  | {
      readonly verdict: 'diverges';
      readonly line: number;
      readonly commands: number;
      readonly widest: number;
      /** The commands before the one that diverges: the longest beginning of the script that the model accepts. */
      readonly accepted: ReadonlyArray<string>;
      readonly command: string;
      /** The outputs that the model would have allowed, one text for each output of a get or printStore. */
      readonly allowed: ReadonlyArray<string>;
      readonly seen: string;
    };

const MAX_WORLDS = 20_000;
const MAX_WORK = 20_000_000;

/** The worlds that are possible now, by name. */
type Worlds = Map<string, PossibleWorld>;

// --- the script's side -----------------------------------------------------------------------------------------------------

const layoutOf = (t: ScriptTopology, servers: ReadonlyArray<NodeId>, clients: ReadonlyArray<NodeId>): ClusterLayout => ({
  servers,
  clients,
  orphans: servers.flatMap((a, i) =>
    servers.flatMap((b, j): (readonly [number, number])[] => (t.live.has(a) && t.dead.has(b) ? [[i, j]] : [])),
  ),
  links: servers.flatMap((a, i) =>
    servers.flatMap((b, j): (readonly [number, number])[] =>
      i < j && t.live.has(a) && t.live.has(b) && isLinked(t, a, b) ? [[i, j]] : [],
    ),
  ),
});

// --- the sets --------------------------------------------------------------------------------------------------------------

/** Closes a set under pulls; false when it becomes too large. */
function* closeUnderPulls(pieces: Pieces, worlds: Worlds, layout: ClusterLayout, max: number): Work<boolean> {
  const pairs = [...layout.links.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]), ...layout.orphans];
  for (const world of worlds.values())
    for (const [puller, answerer] of pairs) {
      for (const next of pulled(pieces, layout, world, puller, answerer)) {
        const name = nameOf(next);
        pieces.worked(1 + name.length / NAME_CHARACTERS);
        if (worlds.has(name)) continue;
        worlds.set(name, next);
        if (worlds.size > max) return false;
      }
      yield;
    }
  return true;
}

/** The number of a name's characters that count as one step. */
const NAME_CHARACTERS = 64;

/** May the effect or the output of this command depend on how far the pulls have come? */
const looksAtPulls = (c: Command): boolean => c.type !== 'stabilize' && c.type !== 'joinClient' && c.type !== 'printMemberList';

/** Is this command bad input because of its size? The limits are the cluster's. */
const isTooLong = (c: Command): boolean =>
  (c.type === 'put' || c.type === 'get') &&
  (c.key.length > MAX_KEY_BYTES || (c.type === 'put' && c.value.length > MAX_VALUE_BYTES));

const isSame = (step: WorldStep, seen: ObservedCommand): boolean =>
  step.failed === seen.failed &&
  (seen.outcome === undefined || (step.outcomes ?? []).some((outcome) => outcome === seen.outcome)) &&
  step.output.length === seen.output.length &&
  step.output.every((line, i) => line === seen.output[i]);

const show = (output: ReadonlyArray<Bytes>, failed: boolean, outcome?: string): string =>
  failed
    ? `an error${outcome === undefined ? '' : ` (${outcome})`}`
    : output.length === 0
      ? 'nothing'
      : output.map(textOfBytes).join(', ');

// --- the oracle ------------------------------------------------------------------------------------------------------------

const membersOf = (t: ScriptTopology, id: NodeId): ReadonlyArray<Bytes> =>
  [...t.live]
    .filter((s) => isLinked(t, s, id))
    .sort((a, b) => a - b)
    .map(String);

/** Decides whether what a script printed is allowed, as work that can be done in turns. Late pulls are tried only where whole pulls do not explain the output. */
export function* deciding(observed: ReadonlyArray<ObservedCommand>, options: OracleOptions): Work<OracleVerdict> {
  const verdict = yield* decidingOnce(observed, { ...options, late: false });
  return verdict.verdict === 'diverges' && options.background
    ? yield* decidingOnce(observed, { ...options, late: true })
    : verdict;
}

/** Decides whether what a script printed is allowed, at once. */
export const decide = (observed: ReadonlyArray<ObservedCommand>, options: OracleOptions): OracleVerdict =>
  atOnce(deciding(observed, options));

/** The state of a decision. */
interface Deciding {
  readonly pieces: Pieces;
  readonly topology: ScriptTopology;
  readonly servers: NodeId[];
  readonly clients: NodeId[];
  worlds: Worlds;
  widest: number;
  reads: number;
}

function* decidingOnce(observed: ReadonlyArray<ObservedCommand>, options: OracleOptions & Lateness): Work<OracleVerdict> {
  const nothing: PossibleWorld = { servers: [], clients: [], ...(options.late && { past: [] }) };
  const state: Deciding = {
    pieces: new Pieces(options.maxWork ?? MAX_WORK),
    topology: newTopology(),
    servers: [],
    clients: [],
    worlds: new Map([[nameOf(nothing), nothing]]),
    widest: 1,
    reads: 0,
  };
  for (const [i, seen] of observed.entries()) {
    const undecided = (why: string): OracleVerdict => ({
      verdict: 'undecided',
      line: seen.line,
      commands: i,
      widest: state.widest,
      why: `${why} before line ${seen.line}`,
    });
    try {
      const allowed = yield* take(state, seen, options);
      if (allowed !== undefined) return divergence(state, observed, i, allowed);
    } catch (error) {
      if (error instanceof TooManySteps) return undecided(error.message);
      throw error;
    }
    yield;
  }
  const { reads, widest, pieces } = state;
  return { verdict: 'conforms', commands: observed.length, reads, widest, work: pieces.work };
}

const divergence = (
  { widest }: Deciding,
  observed: ReadonlyArray<ObservedCommand>,
  at: number,
  allowed: Iterable<string>,
): OracleVerdict => {
  const { line, command, output, failed, outcome } = observed[at]!;
  return {
    verdict: 'diverges',
    line,
    commands: at,
    widest,
    accepted: observed.slice(0, at).map((o) => textOfBytes(showCommand(o.command))),
    command: textOfBytes(showCommand(command)),
    allowed: [...new Set(allowed)].slice(0, MAX_SHOWN),
    seen: show(output, failed, outcome),
  };
};

/** The most allowed outputs that are shown. */
const MAX_SHOWN = 20;

/** Takes a command with its result. Returns the allowed outputs where the model does not allow this one; undefined where it does. */
function* take(state: Deciding, seen: ObservedCommand, options: OracleOptions): Work<Iterable<string> | undefined> {
  const { pieces, topology, servers, clients } = state;
  const { command } = seen;
  const layout = layoutOf(topology, servers, clients);
  if (!applyCommand(topology, command) || isTooLong(command))
    return !seen.failed || seen.output.length > 0 ? ['an error: this is bad input'] : undefined;
  const max = options.maxWorlds ?? MAX_WORLDS;
  if (options.background && looksAtPulls(command) && !(yield* closeUnderPulls(pieces, state.worlds, layout, max))) {
    state.widest = max;
    throw new TooManySteps(`more than ${max} states are possible`);
  }
  state.widest = Math.max(state.widest, state.worlds.size);
  if (command.type === 'printMemberList') {
    const members = membersOf(topology, command.id);
    return seen.failed || members.join() !== seen.output.join() ? [show(members, false)] : undefined;
  }
  const next: Worlds = new Map();
  const allowed = new Set<string>();
  for (const world of state.worlds.values()) {
    pieces.worked(1);
    const step = perform(pieces, layout, world, command, options.keepsLog);
    if (isSame(step, seen)) {
      const after = afterCommand(layout, remembering(layout, world, step.world), command);
      next.set(nameOf(after), after);
    } else if (allowed.size < MAX_SHOWN) allowed.add(show(step.output, step.failed, step.outcomes?.join(' or ')));
    yield;
  }
  if (next.size === 0) return allowed;
  if (command.type === 'get' || command.type === 'printStore') state.reads++;
  if (command.type === 'joinServer' && !servers.includes(command.id)) servers.push(command.id);
  if (command.type === 'joinClient') clients.push(command.id);
  state.worlds = next;
  return undefined;
}

/** A verdict for people. */
export const showOracle = (v: OracleVerdict): string => {
  switch (v.verdict) {
    case 'conforms':
      return `conforms: ${v.reads} reads of ${v.commands} commands are among what the model allows (${v.widest} states at the widest)`;
    case 'undecided':
      return `undecided after ${v.commands} commands: ${v.why}`;
    case 'diverges':
      return [
        `diverges at line ${v.line}, after ${v.commands} commands that the model accepts:`,
        ...(v.accepted.length > 30 ? [`  … ${v.accepted.length - 30} commands`] : []),
        ...v.accepted.slice(-30).map((c) => `  ${c}`),
        `> ${v.command}`,
        `  allowed: ${v.allowed.join('  |  ')}`,
        `  seen:    ${v.seen}`,
      ].join('\n');
  }
};
