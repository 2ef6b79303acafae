/** Closes a symmetry that is given by generators: to the maps that a model declares it adds their compositions. */
import { fault } from '../contract/model-faults.js';

/** A composition: the declared maps that are applied, one after the other. */
export type Word = ReadonlyArray<number>;

/** A map of states onto states. */
export type StateMap<S> = (state: S) => S;

/** The most images of one state: all orders of seven things. A symmetry with more is refused. */
const MOST_IMAGES = 5_040;

/** Makes the map of a word. */
export const composed =
  <S>(maps: ReadonlyArray<StateMap<S>>, word: Word): StateMap<S> =>
  (state) =>
    word.reduce((image, which) => maps[which]!(image), state);

/** The words of single maps. */
export const singles = (maps: ReadonlyArray<unknown>): ReadonlyArray<Word> => maps.map((_, which) => [which]);

/**
 * Gives all images that some maps make of a state, by key, each with a word that makes it. The state itself comes first.
 *
 * @throws CheckerError (`model`) where there are too many.
 */
export const orbitOf = <S>(maps: ReadonlyArray<StateMap<S>>, key: (state: S) => string, state: S): ReadonlyMap<string, Word> => {
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

/** Gives the words by which the maps make all images of these states. */
export const closing = <S>(
  maps: ReadonlyArray<StateMap<S>>,
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
