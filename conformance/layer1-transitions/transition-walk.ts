/* eslint-disable max-lines -- one walk: the graph of the model, the store beside it, and where they differ. */
/**
 * Layer 1 replays every transition of a bounded configuration's state graph on the implementation. Each state has the implementation's parts that a path to
 * it reached. From these parts the implementation takes the same step. The abstraction function (`implementation-parts.ts`) maps its new parts to the
 * model's components: they must be the model's next state, and the user's view must be the model's. The parts are kept for each state, so no path is
 * replayed for a transition. Of every `sampleEvery` states the path to one is walked again without copies, to check that copying hides nothing.
 */
import type { ComponentModel, Outcome, Slot } from '#bayou/checker/model.js';
import { createReplica, type ReplicaOptions } from '#bayou/impl/replica.js';
import { newSession } from '#bayou/impl/session.js';
import type { Config } from '#bayou/model/checking/config.js';
import { counted } from '#bayou/core/counted.js';
import { replicaId } from '#bayou/core/ids.js';
import { bayou } from '#bayou/model/system.js';
import type { Net } from '#bayou/model/protocol/network.js';
import type { Server as ModelServer } from '#bayou/model/protocol/server.js';
import type { Session as ModelSession } from '#bayou/model/protocol/session.js';
import { asksOf, clientId, worldOf, type World } from '#bayou/model/checking/world.js';
import type { Conformity } from '../common/finding.js';
import type { Move, MoveOutcome, MoveParts, MoveSettings } from './move.js';
import { moveOf, type LinkView } from './moves.js';
import {
  netOfPart,
  serverOfPart,
  sessionOfPart,
  withoutPropertyFields,
  withoutReceiptContents,
  withoutWriterSessions,
  type ClientPart,
  type CopiesPart,
  type LatePart,
  type NetPart,
  type ServerPart,
  type TokenPart,
} from './implementation-parts.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** What a walk takes. */
export interface WalkOptions {
  /** Faults to put into the implementation; none as it ships. */
  readonly replicaOptions?: ReplicaOptions;
  /** Stop after this many transitions; the verdict is then `undecided`. */
  readonly maxTransitions?: number;
  /** Of every `sampleEvery` states the path to one is walked again without copies; 0: none. Default 997. */
  readonly sampleEvery?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: { readonly states: number; readonly transitions: number; readonly waiting: number }) => void;
}

/** A divergence of the implementation from the model. */
export interface Divergence {
  /** The labels of the path from the start, the step itself last. */
  readonly path: ReadonlyArray<string>;
  /** The component that differs, `what a user saw`, or `the step`. */
  readonly where: string;
  readonly model: string;
  readonly implementation: string;
}

/** The report of a walk. */
export interface WalkReport {
  readonly verdict: Conformity;
  readonly configuration: string;
  readonly states: number;
  readonly transitions: number;
  /** Transitions by family. */
  readonly families: Readonly<Record<string, number>>;
  /** Paths that were walked again without copies. */
  readonly sampled: number;
  readonly elapsedMs: number;
  readonly divergence?: Divergence;
}

/** A component's value, interned: its text in the model's own words and its number. */
interface Interned {
  readonly kind: string;
  readonly key: string;
  /** The text of the value without the facts that the implementation lacks. */
  readonly compared: string;
  readonly value: unknown;
  readonly number: number;
}

interface State {
  readonly values: ReadonlyArray<Interned>;
  readonly parts: MoveParts;
  readonly from: State | undefined;
  /** The interaction that led here; undefined for the initial state. */
  readonly interaction: MovedInteraction | undefined;
  readonly which: number;
  readonly index: number;
}

/** An interaction of the model, with the implementation's moves for it. */
interface MovedInteraction {
  readonly label: string;
  readonly family: string;
  readonly at: ReadonlyArray<number>;
  readonly writes: ReadonlyArray<number>;
  readonly step: (...locals: ReadonlyArray<unknown>) => ReadonlyArray<Outcome<ReadonlyArray<Slot<unknown>>>>;
  readonly move: Move;
  /** The move that changes parts in place; `move` copies them. */
  readonly moveInPlace: Move;
  /** The model's outcomes by local input: its functions are pure, so each is run once. */
  readonly memo: Map<string, ReadonlyArray<ModelOutcome>>;
}

interface ModelOutcome {
  readonly next: ReadonlyArray<Interned>;
  readonly note: string | undefined;
}

// --- the model's side ------------------------------------------------------------------------------------------------------

class Interning {
  readonly #model: ComponentModel;
  readonly #world: World;
  readonly #values = new Map<string, Map<string, Interned>>();
  #count = 0;

  constructor(model: ComponentModel, world: World) {
    this.#model = model;
    this.#world = world;
  }

  keyOf(kind: string, value: unknown): string {
    return this.#model.key?.(kind, value as never) ?? JSON.stringify(value);
  }

  of(kind: string, value: unknown): Interned {
    let values = this.#values.get(kind);
    if (values === undefined) this.#values.set(kind, (values = new Map<string, Interned>()));
    const key = this.keyOf(kind, value);
    const known = values.get(key);
    if (known !== undefined) return known;
    const made = { kind, key, compared: this.#compared(kind, value) ?? key, value, number: this.#count++ };
    values.set(key, made);
    return made;
  }

  /** The text that is compared with the implementation's; undefined: the whole value's. */
  #compared(kind: string, value: unknown): string | undefined {
    switch (kind) {
      case 'client': {
        const session = value as ModelSession;
        return this.keyOf(kind, withoutPropertyFields(session, asksOf(this.#world, session.client)));
      }
      case 'server':
        return this.keyOf(kind, withoutReceiptContents(value as ModelServer));
      case 'net':
        return this.keyOf(kind, withoutWriterSessions(value as Net));
      default:
        return undefined;
    }
  }
}

// --- the implementation's side ---------------------------------------------------------------------------------------------

const linkViewOf = (world: World): LinkView => {
  const changing = world.links;
  return {
    isUp: (link) => (link as Interned).value === true,
    linked: (links) => [
      ...world.fixedLinks,
      ...changing.filter((_, i) => (links[i] as Interned).value === true).map((l) => l.pair),
    ],
    servers: world.servers.length,
    isRoaming: world.config.placement === 'any',
  };
};

/** Empty parts, by the kind of their slots. */
const EMPTY: Readonly<Record<string, unknown>> = {
  net: [],
  latePuts: { onTheirWay: [] } satisfies LatePart,
  newSessions: { token: null } satisfies TokenPart,
  copies: { copies: [] } satisfies CopiesPart,
};

/** The parts of the initial state. */
const initialParts = (world: World, model: ComponentModel, replicaOptions: ReplicaOptions): MoveParts =>
  model.slots.map((slot): unknown => {
    const server = world.servers.findIndex((s) => s.name === slot.name);
    const client = world.clients.findIndex((c) => c.name === slot.name);
    if (server >= 0)
      return {
        up: true,
        replica: createReplica(replicaId(server), replicaOptions),
        seen: [],
        disk: undefined,
      } satisfies ServerPart;
    if (client >= 0)
      return {
        session: newSession(clientId(client), '1', asksOf(world, clientId(client)), { maxKeys: world.config.sessionKeys }),
        pending: undefined,
        connected: world.config.placement === 'any' ? [] : (world.config.placement[client] ?? []),
        answeredLast: undefined,
      } satisfies ClientPart;
    return EMPTY[slot.kind];
  });

/** The abstraction function: the text of the model's value for a part; undefined where there is nothing to compare. */
const abstraction = (world: World, values: Interning) => {
  const known = new WeakMap<object, string>();
  const isBounded = world.clients.some((c) => c.initial.kept !== null);
  const keyOf = (kind: string, part: unknown): string => {
    switch (kind) {
      case 'server':
        return values.keyOf(kind, serverOfPart(part as ServerPart, world.rules.remembersPuts));
      case 'client':
        return values.keyOf(kind, sessionOfPart(part as ClientPart, isBounded));
      default:
        return values.keyOf(kind, netOfPart(part as NetPart));
    }
  };
  return (kind: string, part: unknown): string | undefined => {
    if (kind !== 'server' && kind !== 'client' && kind !== 'net') return undefined;
    const object = part as object;
    const before = known.get(object);
    if (before !== undefined) return before;
    const key = keyOf(kind, part);
    known.set(object, key);
    return key;
  };
};

// --- the walk --------------------------------------------------------------------------------------------------------------

/** A configuration's graph and the implementation beside it. */
class Walk {
  readonly config: Config;
  readonly model: ComponentModel;
  readonly #world: World;
  readonly #values: Interning;
  readonly #interactions: ReadonlyArray<MovedInteraction>;
  readonly #abstract: (kind: string, part: unknown) => string | undefined;
  readonly #replicaOptions: ReplicaOptions;
  readonly states: State[] = [];
  readonly #known = new Map<string, State>();
  readonly families: Record<string, number> = {};
  transitions = 0;
  sampled = 0;

  constructor(config: Config, replicaOptions: ReplicaOptions) {
    this.config = config;
    this.model = bayou(config);
    this.#replicaOptions = replicaOptions;
    this.#world = worldOf(config);
    this.#values = new Interning(this.model, this.#world);
    this.#abstract = abstraction(this.#world, this.#values);
    const links = linkViewOf(this.#world);
    const names = new Map(this.model.slots.map((s, i) => [s.name, i]));
    const moves = (settings: MoveSettings): ReadonlyArray<Move> =>
      this.model.interactions.map((x) => moveOf(x.label.family, x.label.args, settings, links));
    const settings = { replicaOptions, sessionKeys: config.sessionKeys, putCounter: { puts: 0 } };
    const copying = moves({ ...settings, copies: true });
    const inPlace = moves({ ...settings, copies: false });
    this.#interactions = this.model.interactions.map((x, i) => ({
      label: [x.label.family, ...x.label.args].join(' '),
      family: x.label.family,
      at: x.slots.map((s) => names.get(s.name)!),
      writes: x.writes,
      step: x.step as MovedInteraction['step'],
      move: copying[i]!,
      moveInPlace: inPlace[i]!,
      memo: new Map(),
    }));
    const values = this.model.slots.map((s) => this.#values.of(s.kind, s.initial));
    this.#add(values, initialParts(this.#world, this.model, replicaOptions), undefined, undefined, 0);
  }

  /** Every transition out of a state. Gives the first divergence. */
  async expand(state: State): Promise<Divergence | undefined> {
    for (const interaction of this.#interactions) {
      const outcomes = this.#outcomesOf(interaction, state);
      for (let which = 0; which < outcomes.length; which++) {
        const moving = interaction.move(this.#partsAt(interaction, state), which);
        const moved = moving instanceof Promise ? await moving : moving;
        this.transitions++;
        this.families[interaction.family] = (this.families[interaction.family] ?? 0) + 1;
        const divergence = this.#compare(interaction, state, outcomes[which]!, moved);
        if (divergence !== undefined) return divergence;
        this.#arrive(interaction, state, which, outcomes[which]!, moved);
      }
    }
    return undefined;
  }

  /** The path to a state once more, from the start, on one implementation that is never copied. */
  async rewalk(state: State): Promise<Divergence | undefined> {
    const path: State[] = [];
    for (let s = state; s.from !== undefined; s = s.from) path.unshift(s);
    const parts = [...initialParts(this.#world, this.model, this.#replicaOptions)];
    for (const s of path) {
      const interaction = s.interaction!;
      const at = interaction.at.map((x) => parts[x] ?? s.from!.values[x]);
      const moved = await interaction.moveInPlace(at, s.which);
      for (const w of interaction.writes)
        if (hasPart(this.model.slots[interaction.at[w]!]!.kind)) parts[interaction.at[w]!] = moved.parts[w];
    }
    this.sampled++;
    for (const [i, local] of state.values.entries()) {
      const key = hasPart(local.kind) ? this.#fresh(local.kind, parts[i]) : undefined;
      if (key !== undefined && key !== local.compared) return this.#divergence(state, [], this.model.slots[i]!.name, local, key);
    }
    return undefined;
  }

  #fresh(kind: string, part: unknown): string | undefined {
    // Moves without copies change parts in place. The text that is cached for a part may be older than its last change; a copy has no cached text.
    return this.#abstract(kind, Array.isArray(part) ? [...(part as NetPart)] : { ...(part as object) });
  }

  #outcomesOf(interaction: MovedInteraction, state: State): ReadonlyArray<ModelOutcome> {
    const input = interaction.at.map((x) => state.values[x]!.number).join(',');
    const known = interaction.memo.get(input);
    if (known !== undefined) return known;
    const outcomes = interaction.step(...interaction.at.map((x) => state.values[x]!.value)).map((outcome) => ({
      next: interaction.writes.map((w) => this.#values.of(this.model.slots[interaction.at[w]!]!.kind, outcome.next[w])),
      note: outcome.note,
    }));
    interaction.memo.set(input, outcomes);
    return outcomes;
  }

  /** The parts of the interaction's slots. For a slot without a part: the model's value, which moves read for links alone. */
  #partsAt(interaction: MovedInteraction, state: State): MoveParts {
    return interaction.at.map((x) => state.parts[x] ?? state.values[x]);
  }

  #compare(interaction: MovedInteraction, state: State, outcome: ModelOutcome, moved: MoveOutcome): Divergence | undefined {
    const label = [interaction.label];
    if (moved.wrong !== undefined) return { ...this.#divergence(state, label, 'the step'), implementation: moved.wrong };
    if (moved.saw !== undefined && outcome.note !== moved.saw)
      return { ...this.#divergence(state, label, 'what a user saw'), model: outcome.note ?? '', implementation: moved.saw };
    for (const [k, w] of interaction.writes.entries()) {
      const slot = this.model.slots[interaction.at[w]!]!;
      const key = this.#abstract(slot.kind, moved.parts[w]);
      if (key !== undefined && key !== outcome.next[k]!.compared)
        return this.#divergence(state, label, slot.name, outcome.next[k], key);
    }
    return undefined;
  }

  #arrive(interaction: MovedInteraction, from: State, which: number, to: ModelOutcome, moved: MoveOutcome): void {
    const values = [...from.values];
    interaction.writes.forEach((w, k) => (values[interaction.at[w]!] = to.next[k]!));
    const name = nameOf(values);
    if (this.#known.has(name)) return;
    const parts = [...from.parts];
    for (const w of interaction.writes)
      if (hasPart(this.model.slots[interaction.at[w]!]!.kind)) parts[interaction.at[w]!] = moved.parts[w];
    this.#add(values, parts, from, interaction, which, name);
  }

  #add(
    values: ReadonlyArray<Interned>,
    parts: MoveParts,
    from: State | undefined,
    interaction: MovedInteraction | undefined,
    which: number,
    name = nameOf(values),
  ): void {
    const state: State = { values, parts, from, interaction, which, index: this.states.length };
    this.#known.set(name, state);
    this.states.push(state);
  }

  #divergence(state: State, last: ReadonlyArray<string>, where: string, model?: Interned, implementation = ''): Divergence {
    const path: string[] = [];
    for (let s = state; s.from !== undefined; s = s.from) path.unshift(s.interaction!.label);
    return { path: [...path, ...last], where, model: model?.compared ?? '', implementation };
  }
}

/** Has the implementation a part for slots of this kind? The parts of tokens and copies are compared where a move uses them. */
const hasPart = (kind: string): boolean => kind === 'server' || kind === 'client' || kind in EMPTY;

const nameOf = (values: ReadonlyArray<Interned>): string => {
  let name = '';
  for (const value of values) name += `${value.number},`;
  return name;
};

/** The configuration with the log that the implementation keeps: one write a key (R6 lets a real log prune more). */
export const asShipped = (config: Config): Config => ({ ...config, pruning: 'live', variant: 'FIXED' });

/** The options of replicas, with the configuration's bound on the writes of an answer (R9). */
const makingOf = ({ partWrites }: Config, replicaOptions: ReplicaOptions): ReplicaOptions =>
  partWrites === 'unbounded' ? replicaOptions : { ...replicaOptions, part: { writes: partWrites, bytes: Infinity } };

/** How long a walk keeps signals and other runs waiting, in ms. */
const TURN_MS = 50;

/** Walks a configuration's whole graph beside the implementation. Rejects where the signal comes first. */
export const walkTransitions = async (config: Config, options: WalkOptions = {}): Promise<WalkReport> => {
  const began = performance.now();
  const walk = new Walk(asShipped(config), makingOf(config, options.replicaOptions ?? {}));
  const sampleEvery = options.sampleEvery ?? 997;
  const report = (verdict: WalkReport['verdict'], divergence?: Divergence): WalkReport => ({
    verdict,
    configuration: config.name,
    states: walk.states.length,
    transitions: walk.transitions,
    families: walk.families,
    sampled: walk.sampled,
    elapsedMs: performance.now() - began,
    ...(divergence !== undefined && { divergence }),
  });
  let turned = performance.now();
  for (let i = 0; i < walk.states.length; i++) {
    if (performance.now() - turned > TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      options.signal?.throwIfAborted();
      turned = performance.now();
    }
    if (walk.transitions >= (options.maxTransitions ?? Infinity)) return report('undecided');
    const state = walk.states[i]!;
    const divergence =
      (await walk.expand(state)) ?? (sampleEvery > 0 && i % sampleEvery === 0 ? await walk.rewalk(state) : undefined);
    if (divergence !== undefined) return report('diverges', divergence);
    if (i % 1000 === 0)
      options.onProgress?.({ states: walk.states.length, transitions: walk.transitions, waiting: walk.states.length - i });
  }
  return report('conforms');
};

/** A report for people. */
export const showWalk = (r: WalkReport): string => {
  const size = `${r.configuration}: ${counted(r.transitions, 'transition')} between ${counted(r.states, 'state')}`;
  if (r.divergence === undefined) return `${r.verdict}: ${size} (${r.sampled} paths walked again without copies)`;
  const { path, where, model, implementation } = r.divergence;
  return [
    `diverges: ${size}, then ${where} differs after`,
    ...path.map((label, i) => `  ${i + 1}. ${label}`),
    `  model:          ${model}`,
    `  implementation: ${implementation}`,
  ].join('\n');
};
