/**
 * Layer 2: is what a script printed one of the things that the model allows? With background pulls the model allows many; the oracle
 * keeps every state that it may be in, and after each command those alone that print what was printed. Between commands any
 * sequence of whole pulls over the links may have happened: the set is closed under pulls. A pull in three steps makes nothing that
 * a whole pull at some moment does not, but where commands change both servers between its answer and its receipt. That is rare, and
 * makes the sets much larger, so it is allowed for (`late`) only where the script diverges otherwise.
 * Where there are more states than the bound, it says `undecided`, never that all is well.
 */
import * as E from 'fp-ts/lib/Either.js';
import { MAX_KEY_BYTES, MAX_VALUE_BYTES } from '#bayou/core/bounds.js';
import { type Bytes, textOfBytes } from '#bayou/core/bytes.js';
import type { NodeId } from '#bayou/core/ids.js';
import { type Command, parseLine, showCommand } from '#bayou/core/script.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import { applyCommand, newTopology, type Topology } from '../judge/topology.js';
import { afterCommand, type Layout, nameOf, perform, pulled, remembering, type Step, type World } from './world.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A command as it was run, and what it came to. */
export interface Observed {
  readonly line: number;
  readonly command: Command;
  readonly output: ReadonlyArray<Bytes>;
  /** Did the master say that something was wrong with it? */
  readonly failed: boolean;
}

/** How the cluster was run. */
export interface OracleOptions {
  /** Do servers pull in the background? */
  readonly background: boolean;
  /** Does a killed server keep its log? */
  readonly keepsLog: boolean;
  /** Most states it may be in at once. Default 20,000. */
  readonly maxWorlds?: number;
}

/** With pulls that may take as long as several commands. */
interface Lateness {
  readonly late: boolean;
}

/** What the oracle says. */
export type OracleVerdict =
  | { readonly verdict: 'conforms'; readonly commands: number; readonly reads: number; readonly widest: number }
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
      /** What was run before, a command each: the longest beginning that the model accepts. */
      readonly accepted: ReadonlyArray<string>;
      readonly command: string;
      /** What the model would have allowed, the outputs of a get or printStore as one text each. */
      readonly allowed: ReadonlyArray<string>;
      readonly seen: string;
    };

const MAX_WORLDS = 20_000;

/** The worlds that are possible now, by name. */
type Worlds = Map<string, World>;

// --- the script's side -----------------------------------------------------------------------------------------------------

const isLinked = (t: Topology, a: NodeId, b: NodeId): boolean => t.links.has(a < b ? `${a}-${b}` : `${b}-${a}`);

const layoutOf = (t: Topology, servers: ReadonlyArray<NodeId>, clients: ReadonlyArray<NodeId>): Layout => ({
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
const closeUnderPulls = (worlds: Worlds, layout: Layout, max: number): boolean => {
  const pairs = [...layout.links.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]), ...layout.orphans];
  for (const world of worlds.values())
    for (const [puller, answerer] of pairs)
      for (const next of pulled(layout, world, puller, answerer)) {
        const name = nameOf(next);
        if (worlds.has(name)) continue;
        worlds.set(name, next);
        if (worlds.size > max) return false;
      }
  return true;
};

/** A command before which it matters how far the pulls have come. */
const looksAtPulls = (c: Command): boolean => c.type !== 'stabilize' && c.type !== 'joinClient' && c.type !== 'printMemberList';

/** Section 5's bad input by size: the limits are the cluster's. */
const isTooLong = (c: Command): boolean =>
  (c.type === 'put' || c.type === 'get') &&
  (c.key.length > MAX_KEY_BYTES || (c.type === 'put' && c.value.length > MAX_VALUE_BYTES));

const isSame = (step: Step, seen: Observed): boolean =>
  step.failed === seen.failed &&
  step.output.length === seen.output.length &&
  step.output.every((line, i) => line === seen.output[i]);

const show = (output: ReadonlyArray<Bytes>, failed: boolean): string =>
  failed ? 'an error' : output.length === 0 ? 'nothing' : output.map(textOfBytes).join(', ');

// --- the oracle ------------------------------------------------------------------------------------------------------------

const membersOf = (t: Topology, id: NodeId): ReadonlyArray<Bytes> =>
  [...t.live]
    .filter((s) => isLinked(t, s, id))
    .sort((a, b) => a - b)
    .map(String);

/** Decides whether what a script printed is allowed. */
export const decide = (observed: ReadonlyArray<Observed>, options: OracleOptions): OracleVerdict => {
  const verdict = decideOnce(observed, { ...options, late: false });
  return verdict.verdict === 'diverges' && options.background ? decideOnce(observed, { ...options, late: true }) : verdict;
};

const decideOnce = (observed: ReadonlyArray<Observed>, options: OracleOptions & Lateness): OracleVerdict => {
  const max = options.maxWorlds ?? MAX_WORLDS;
  const topology = newTopology();
  const servers: NodeId[] = [];
  const clients: NodeId[] = [];
  let worlds: Worlds = new Map();
  const nothing: World = { servers: [], clients: [], ...(options.late && { past: [] }) };
  worlds.set(nameOf(nothing), nothing);
  let widest = 1;
  let reads = 0;
  for (const [i, seen] of observed.entries()) {
    const { command, line } = seen;
    const layout = layoutOf(topology, servers, clients);
    const diverges = (allowed: Iterable<string>): OracleVerdict => ({
      verdict: 'diverges',
      line,
      commands: i,
      widest,
      accepted: observed.slice(0, i).map((o) => textOfBytes(showCommand(o.command))),
      command: textOfBytes(showCommand(command)),
      allowed: [...new Set(allowed)].slice(0, 20),
      seen: show(seen.output, seen.failed),
    });
    if (!applyCommand(topology, command) || isTooLong(command)) {
      if (!seen.failed || seen.output.length > 0) return diverges(['an error: this is bad input']);
      continue;
    }
    if (options.background && looksAtPulls(command) && !closeUnderPulls(worlds, layout, max))
      return {
        verdict: 'undecided',
        line,
        commands: i,
        widest: max,
        why: `more than ${max} states are possible before line ${line}`,
      };
    widest = Math.max(widest, worlds.size);
    if (command.type === 'printMemberList') {
      const members = membersOf(topology, command.id);
      if (seen.failed || members.join() !== seen.output.join()) return diverges([show(members, false)]);
      continue;
    }
    const next: Worlds = new Map();
    const allowed = new Set<string>();
    for (const world of worlds.values()) {
      const step = perform(layout, world, command, options.keepsLog);
      if (isSame(step, seen)) {
        const after = afterCommand(layout, remembering(layout, world, step.world), command);
        next.set(nameOf(after), after);
      } else if (allowed.size < 20) allowed.add(show(step.output, step.failed));
    }
    if (next.size === 0) return diverges(allowed);
    if (command.type === 'get' || command.type === 'printStore') reads++;
    if (command.type === 'joinServer' && !servers.includes(command.id)) servers.push(command.id);
    if (command.type === 'joinClient') clients.push(command.id);
    worlds = next;
  }
  return { verdict: 'conforms', commands: observed.length, reads, widest };
};

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

/** The commands and their results, as the master wrote them down. */
export const observedIn = (events: ReadonlyArray<TraceEvent>): ReadonlyArray<Observed> => {
  const all: Observed[] = [];
  let begun: Extract<TraceEvent, { type: 'command' }> | undefined;
  for (const e of events.filter((x) => x.p === 'master').sort((a, b) => a.n - b.n)) {
    if (e.type === 'command') begun = e;
    if (e.type !== 'result' || begun === undefined) continue;
    const command = parseLine(begun.text);
    if (E.isRight(command) && command.right !== undefined)
      all.push({ line: begun.line, command: command.right, output: e.output, failed: e.errors.length > 0 });
    begun = undefined;
  }
  return all;
};
