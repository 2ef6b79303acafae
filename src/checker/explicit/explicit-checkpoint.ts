/** Writes a plain search to a checkpoint and reads it back: what it found, the graph for liveness, and where it stands. */
import { reading, refuse, sectionsIn, type Reader, type Writer } from '../checkpoint/file.js';
import { mustSuitDepth } from '../checkpoint/depth-limit.js';
import { digestOf, mustAgree, optionsOf, type CheckpointIdentity } from '../checkpoint/identity.js';
import { keeperOf, writeLast, type Keeper } from '../checkpoint/keeper.js';
import { mustBePlain, readValues, writeValues } from '../checkpoint/kept-values.js';
import type { KeyFindings } from '../contract/merging.js';
import { CheckerError } from '../error.js';
import type { FairClass } from '../liveness/classes.js';
import type { CheckOptions } from '../options.js';
import { decidingStep, type DecidingPlace } from './explicit-judge.js';
import type { ReadyModel } from './ready.js';
import { Fate } from './fate.js';
import { space, type SearchEnd, type ExplicitSpace } from './explicit-search.js';
import { signatureOf } from './signature.js';

/** The head of the section. Lists of numbers and states follow. */
interface Head {
  readonly generated: number;
  readonly depth: number;
  readonly cut: number;
  readonly tooDeep: number;
  readonly initial: ReadonlyArray<number>;
  readonly coverage: ReadonlyArray<readonly [family: string, entry: { steps: number; fresh: number }]>;
  readonly classes: ReadonlyArray<FairClass>;
  /** What was seen of the model's key; null where it has none. */
  readonly merging: KeyFindings | null;
  /** The decided properties, each with the index of its state. The state itself follows. */
  readonly places: ReadonlyArray<readonly [property: number, index: number]>;
}

// --- identity --------------------------------------------------------------------------------------------------------------

const identityOf = <S, A>({ model, judge }: ExplicitSpace<S, A>, options: CheckOptions): CheckpointIdentity => {
  const properties = judge.all.map(({ property }) => property);
  return {
    model: model.name,
    options: optionsOf('plain', 1, options),
    shape: digestOf([
      properties.map(({ kind, name }) => [kind, name]),
      model.families ?? [],
      model.symmetry?.length ?? 0,
      [model.key, model.normalize, model.fairness].map((part) => part !== undefined),
    ]),
    steps: signatureOf(model, properties),
  };
};

// --- saving ----------------------------------------------------------------------------------------------------------------

const save = <S, A>(found: ExplicitSpace<S, A>, identity: CheckpointIdentity, to: Writer): void => {
  const { generated, depth, cut, tooDeep, initial, store, judge } = found;
  const places = judge.all.flatMap(({ place }, property) => (place === undefined ? [] : [{ property, place }]));
  to.json(identity);
  to.json({
    generated,
    depth,
    cut,
    tooDeep,
    initial,
    coverage: [...found.coverage],
    classes: found.classes.list(),
    merging: found.merging?.kept ?? null,
    places: places.map(({ property, place }) => [property, place.index] as const),
  } satisfies Head);
  for (const list of [found.parents, found.depths, found.fates]) to.words(list.view());
  to.words(found.frontier.words());
  store.save(to);
  found.edges?.save(to);
  writeValues(
    to,
    'states',
    places.map(({ place }) => place.state),
  );
};

// --- restoring -------------------------------------------------------------------------------------------------------------

/** Restores where a property was decided. A step is taken again. */
const placeOf = <S, A>(
  found: ExplicitSpace<S, A>,
  path: string,
  property: number,
  index: number,
  state: S,
): DecidingPlace<S, A> => {
  const { kind } = found.judge.all[property]!.property;
  if (kind !== 'alwaysStep' && kind !== 'sometimesStep') return { kind: 'state', index, state };
  const step = decidingStep(found.model, found.judge.all[property]!.property, state);
  if (step === undefined) throw refuse(path, 'a step of the model has another outcome now');
  return { kind: 'step', index, state, ...step };
};

/** Puts states that a depth limit kept from being expanded back in the queue. Breadth first they are the last ones in it. */
const requeue = <S, A>(found: ExplicitSpace<S, A>): void => {
  const { fates, frontier } = found;
  const from = fates.view().indexOf(Fate.tooDeep);
  if (from === -1) return;
  fates.data.fill(Fate.waiting, from, fates.length);
  frontier.restore(Int32Array.of(from));
  found.tooDeep = 0;
};

const restore = <S, A>(found: ExplicitSpace<S, A>, identity: CheckpointIdentity, from: Reader): void => {
  mustAgree(from.path, from.json() as CheckpointIdentity, identity);
  const { generated, depth, cut, tooDeep, initial, coverage, classes, merging, places } = from.json() as Head;
  Object.assign(found, { generated, depth, cut, tooDeep });
  for (const index of initial) found.initial.push(index);
  for (const [family, entry] of coverage) found.coverage.set(family, entry);
  for (const fairness of classes) found.classes.number(fairness);
  if (merging !== null) found.merging?.resume(merging);
  for (const list of [found.parents, found.depths, found.fates]) list.fill(from.words());
  found.frontier.restore(from.words());
  found.store.restore(from);
  found.watch.resumed(found.store.size());
  found.edges?.restore(from);
  let at = 0;
  for (const state of readValues(from)) {
    const [property, index] = places[at++]!;
    found.judge.restore(property, placeOf(found, from.path, property, index, state as S));
  }
};

// --- a search that is kept -------------------------------------------------------------------------------------------------

/** A search, and its keeper, if it is kept in a file. */
export interface KeptSearch<S, A> {
  readonly found: ExplicitSpace<S, A>;
  readonly keep: { readonly keeper: Keeper; readonly identity: CheckpointIdentity } | undefined;
}

/**
 * Makes a search, at its beginning or where a checkpoint left it.
 *
 * @throws CheckerError `option` for options that do not go together, `checkpoint` for a file that cannot be written, is not whole, or is of
 * another search, and for a model whose states cannot be written.
 */
export const keptSpace = <S, A>(ready: ReadyModel<S, A>, options: CheckOptions): KeptSearch<S, A> => {
  const { model } = ready;
  const found = space(ready, options);
  const { resume } = options;
  const keeper = keeperOf(options);
  const path = keeper?.path ?? resume;
  if (path === undefined) return { found, keep: undefined };
  if (model.fleeting !== undefined)
    throw new CheckerError('option', `checkpoint: a search of ${model.name} cannot be kept: ${model.fleeting}`);
  const identity = identityOf(found, options);
  mustBePlain(path, 'states', model.initial);
  if (resume !== undefined) resumeFrom(resume, found, identity, options);
  return { found, keep: keeper && { keeper, identity } };
};

/** Gives the least limit of depth within which a breadth-first search could have come to where it stands. */
const depthNeeded = <S, A>({ fates, depths }: ExplicitSpace<S, A>): number =>
  fates.view().reduce((most, fate, index) => {
    const isTaken = fate !== Fate.waiting && fate !== Fate.tooDeep;
    return isTaken ? Math.max(most, depths.at(index) + 1) : most;
  }, 0);

const resumeFrom = <S, A>(
  path: string,
  found: ExplicitSpace<S, A>,
  identity: CheckpointIdentity,
  { search, maxDepth }: CheckOptions,
): void => {
  reading(path, sectionsIn(path)[0]!, (from) => restore(found, identity, from));
  if (search === 'dfs') return;
  mustSuitDepth(path, depthNeeded(found), maxDepth);
  requeue(found);
};

/** Drives the slices of a search. It writes the search by the clock, and where it stops before its end. */
export function* keeping<S, A>(
  { found, keep }: KeptSearch<S, A>,
  slices: Generator<void, SearchEnd>,
): Generator<void, SearchEnd> {
  const write = (): void => keep?.keeper.write((to) => save(found, keep.identity, to));
  for (;;) {
    const slice = slices.next();
    if (slice.done === true) return { ...slice.value, stop: writeLast(slice.value.stop, write) };
    if (keep?.keeper.isDue() === true) write();
    yield;
  }
}
