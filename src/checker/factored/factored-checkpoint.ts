/**
 * Writes a search of components to a checkpoint, and reads it back.
 *
 * A checkpoint keeps the component values, the groups with their cells (or the hashes), the queues or the stack, and the counts. It does not keep
 * the memo, which fills again as it is needed, but a sample of the memo's rows. A resumption runs these steps again, and refuses a model whose
 * steps have changed. It refuses a model with other slots, interactions, properties or reductions too.
 */
import { refuse, type Reader, type Writer } from '../checkpoint/file.js';
import { digestOf, mustAgree, optionsOf, type CheckpointIdentity } from '../checkpoint/identity.js';
import { mustBePlain, readValues, writeValues } from '../checkpoint/kept-values.js';
import type { KeyFindings } from '../contract/merging.js';
import type { ComponentModel } from '../model.js';
import type { Counterexample } from '../report.js';
import { encode } from '../values/encode.js';
import { initialStates } from '../component-model/apply.js';
import type { Components } from './store/interned-values.js';
import type { CompiledInteraction } from './compile/compile.js';
import type { MemoRow } from './memo/memo.js';
import { strideOf } from './memo/outcome-rows.js';
import type { SearchOptions } from '../options.js';
import type { FrontierState, SearchRun } from './search/search-run.js';
import type { Space } from './space.js';
import type { Layer } from './store/group-store.js';

/**
 * A resumed search runs at least `SAMPLE` rows of each interaction again, and fewer than twice that number. They are spread over its rows, or over
 * those that {@link MOST_PAIRS} admits. If an interaction has fewer rows, the search runs all of them.
 */
const SAMPLE = 50;

/** The most rows of a query from which its sample is taken: a query has one for each pair of a requester and a replier. */
const MOST_PAIRS = 100_000;

/** The head of the section. The values and the words follow. */
interface Head {
  readonly tally: Space['tally'];
  readonly enabled: ReadonlyArray<boolean>;
  readonly found: ReadonlyArray<{
    readonly state: ReadonlyArray<number>;
    readonly step?: { interaction: number; outcome: number };
  } | null>;
  readonly traces: ReadonlyArray<readonly [property: string, trace: Counterexample]>;
  readonly sample: ReadonlyArray<{
    readonly interaction: number;
    readonly ids: ReadonlyArray<number>;
    readonly row: ReadonlyArray<number>;
  }>;
  /** What was seen of the model's key; null where it has none. */
  readonly merging: KeyFindings | null;
  readonly frontier: FrontierState;
  /** The number of lists that the run has. */
  readonly lists: number;
  readonly layers: ReadonlyArray<{ readonly level: number; readonly top: number; readonly room: number; readonly pages: number }>;
}

const keyOf = ({ key }: ComponentModel, kind: string, local: unknown): string => key?.(kind, local as never) ?? encode(local);

// --- identity --------------------------------------------------------------------------------------------------------------

/** The fingerprint of a model and of the options that change what a search finds. */
export const identityOf = (model: ComponentModel, options: SearchOptions, workers = 1): CheckpointIdentity => ({
  model: model.name,
  options: optionsOf('components', workers, options),
  shape: digestOf([
    model.slots.map(({ kind, name }) => [kind, name]),
    model.interactions.map(({ label, slots, writes }) => [label, slots.map(({ name }) => name), writes]),
    model.properties.flatMap(({ kind, name }) => (options.properties?.includes(name) === false ? [] : [[kind, name]])),
    (model.symmetry ?? []).map(({ name }) => name),
    options.checkpoint === undefined && options.resume === undefined
      ? []
      : initialStates(model).map((state) => state.map((local, at) => keyOf(model, model.slots[at]!.kind, local))),
  ]),
});

/** Refuses a model whose components clearly cannot be written. @throws CheckerError (`checkpoint`). */
export const mustBeKeepable = (path: string, model: ComponentModel): void => {
  for (const state of initialStates(model)) model.slots.forEach(({ kind }, at) => mustBePlain(path, wordsFor(kind), [state[at]]));
};

const wordsFor = (kind: string): string => `values of the kind "${kind}"`;

// --- saving ----------------------------------------------------------------------------------------------------------------

const writeComponents = (to: Writer, components: Components): void => {
  components.kinds.forEach(({ name, values }, k) => {
    writeValues(to, wordsFor(name), values, (value, copy) => components.find(k, value) === components.find(k, copy));
  });
};

function* firstOf<T>(all: Iterable<T>, most: number): Generator<T> {
  let left = most;
  for (const one of all) {
    if (left-- === 0) return;
    yield one;
  }
}

/** Takes every n-th item. `n` doubles whenever `2 * least` items are kept. */
const spreadOf = <T>(all: Iterable<T>, least: number): ReadonlyArray<T> => {
  let kept: T[] = [];
  let every = 1;
  let at = 0;
  for (const one of all) {
    if (at++ % every === 0) kept.push(one);
    if (kept.length < 2 * least) continue;
    kept = kept.filter((_, i) => i % 2 === 0);
    every *= 2;
  }
  return kept;
};

const rowsToSample = (space: Space, interaction: CompiledInteraction): Iterable<MemoRow> => {
  const rows = space.memo.rowsOf(interaction);
  return interaction.query === undefined ? rows : firstOf(rows, MOST_PAIRS);
};

const sampleOf = (space: Space): Head['sample'] => {
  const { data } = space.memo.pool;
  return space.compiled.interactions.flatMap((interaction) =>
    spreadOf(rowsToSample(space, interaction), SAMPLE).map(({ ids, row }) => ({
      interaction: interaction.index,
      ids,
      row: Array.from(data.subarray(row, row + 1 + data[row]! * strideOf(interaction))),
    })),
  );
};

const headOf = (space: Space, run: SearchRun, traces: Iterable<readonly [string, Counterexample]>): Head => ({
  tally: space.tally,
  enabled: space.memo.enabled,
  found: space.judge.found.map((evidence) => (evidence === undefined ? null : { ...evidence, state: [...evidence.state] })),
  traces: [...traces],
  sample: sampleOf(space),
  merging: space.components.merging?.kept ?? null,
  frontier: run.frontier(),
  lists: run.lists().length,
  layers: Array.from(run.layers(), ({ level, arena }) => ({ level, ...arena.place(), pages: arena.words.length })),
});

/** Writes the identity of the search and its local positions, by which a resumption builds the space. */
export const writeOpening = (to: Writer, identity: CheckpointIdentity, locals: ReadonlyArray<number>): void => {
  to.json(identity);
  to.json(locals);
};

/** Writes a search. Call it between two steps of the search. */
export const write = (
  to: Writer,
  space: Space,
  run: SearchRun,
  identity: CheckpointIdentity,
  traces: Iterable<readonly [string, Counterexample]> = [],
): void => {
  writeOpening(to, identity, space.compiled.layout.locals);
  to.json(headOf(space, run, traces));
  writeComponents(to, space.components);
  for (const list of run.lists()) to.words(list);
  for (const { blocks, queue, arena } of run.layers()) {
    for (const words of [blocks.view(), queue.view(), ...arena.words]) to.words(words);
  }
  run.fingerprints?.save(to);
};

// --- restoring -------------------------------------------------------------------------------------------------------------

/** Reads the slots that are local positions. @throws CheckerError (`checkpoint`) when the checkpoint is of another search. */
export const readOpening = (from: Reader, identity: CheckpointIdentity): ReadonlyArray<number> => {
  mustAgree(from.path, from.json() as CheckpointIdentity, identity);
  return from.json() as ReadonlyArray<number>;
};

const readComponents = (from: Reader, { components }: Space): void => {
  components.kinds.forEach((_, kind) => {
    let id = 0;
    for (const value of readValues(from)) {
      if (components.intern(kind, value) !== id++) throw refuse(from.path, 'the model encodes its values differently now');
    }
  });
};

const readLayer = (from: Reader, space: Space, { level, top, room, pages }: Head['layers'][number]): Layer => {
  const layer = space.newLayer(level);
  layer.blocks.fill(from.words());
  layer.queue.fill(from.words());
  layer.arena.restore(
    Array.from({ length: pages }, () => from.words()),
    top,
    room,
  );
  layer.reindex(space.shape.group);
  return layer;
};

const mustStepAlike = (path: string, space: Space, sample: Head['sample']): void => {
  for (const { interaction, ids, row } of sample) {
    const again = space.memo.rowFor(space.compiled.interactions[interaction]!, ids);
    if (row.some((word, i) => word !== space.memo.pool.at(again + i)))
      throw refuse(path, 'a step of the model has another outcome now');
  }
};

/**
 * Fills a fresh space and run with what follows the opening. It gives the counterexamples that were known.
 *
 * @throws CheckerError (`checkpoint`) where the model's steps or its values' keys have changed.
 */
export const restore = (from: Reader, space: Space, run: SearchRun): Head['traces'] => {
  const head = from.json() as Head;
  readComponents(from, space);
  if (head.merging !== null) space.components.merging?.resume(head.merging);
  head.found.forEach((evidence, i) => {
    if (evidence !== null) space.judge.decide(i, { ...evidence, state: Int32Array.from(evidence.state) });
  });
  mustStepAlike(from.path, space, head.sample);
  Object.assign(space.tally, head.tally);
  head.enabled.forEach((enabled, i) => (space.memo.enabled[i] = enabled));
  const lists = Array.from({ length: head.lists }, () => from.words());
  run.resume(
    head.frontier,
    head.layers.map((layer) => readLayer(from, space, layer)),
    lists,
  );
  run.fingerprints?.restore(from);
  return head.traces;
};
