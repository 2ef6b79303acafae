/** Symmetry that is given by generators, closed: to the maps that a model declares are added those that these make one after the other. */
import { fault } from '../contract/model-faults.js';

/** Which of the declared maps are applied, one after the other. */
export type Word = ReadonlyArray<number>;

/** A map of states onto states. */
export type Mapping<S> = (state: S) => S;

/** More images of one state than these are no reduction any more: all orders of seven things. */
const MOST_IMAGES = 5_040;

/** What a word does. */
export const composed =
  <S>(maps: ReadonlyArray<Mapping<S>>, word: Word): Mapping<S> =>
  (state) =>
    word.reduce((image, which) => maps[which]!(image), state);

/** The words of single maps. */
export const singles = (maps: ReadonlyArray<unknown>): ReadonlyArray<Word> => maps.map((_, which) => [which]);

/**
 * All that some maps make of a state, by key, each with a word that makes it; the state itself comes first.
 *
 * @throws CheckerError (`model`) where they are too many.
 */
export const orbitOf = <S>(maps: ReadonlyArray<Mapping<S>>, key: (state: S) => string, state: S): ReadonlyMap<string, Word> => {
  const words = new Map<string, Word>([[key(state), []]]);
  const found: (readonly [S, Word])[] = [[state, []]];
  for (const [image, word] of found) {
    maps.forEach((map, which) => {
      const next = map(image);
      const name = key(next);
      if (words.has(name)) return;
      const longer = [...word, which];
      words.set(name, longer);
      found.push([next, longer]);
      if (words.size > MOST_IMAGES)
        throw fault(
          `symmetry: of one state the maps make more than ${MOST_IMAGES.toLocaleString('en-US')}, too many to look at: declare fewer of them`,
        );
    });
  }
  return words;
};

/** The words by which the maps make all images of these states that they can make. */
export const closing = <S>(
  maps: ReadonlyArray<Mapping<S>>,
  key: (state: S) => string,
  states: ReadonlyArray<S>,
): ReadonlyArray<Word> => {
  const words = [...singles(maps)];
  const orbits = states.map((state) => ({ state, orbit: orbitOf(maps, key, state) }));
  // The states with most images tell most words apart.
  for (const { state, orbit } of orbits.toSorted((a, b) => b.orbit.size - a.orbit.size)) {
    const known = new Set([key(state), ...words.map((word) => key(composed(maps, word)(state)))]);
    for (const [image, word] of orbit) if (!known.has(image)) words.push(word);
  }
  return words;
};
