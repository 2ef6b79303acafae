/** The names of the model's faults: `V1`, or `original-clock`, as pages and reports have it. */
import { VARIANTS, type Variant } from '../model/protocol/rules.js';

/** The name of a fault in words, by its number; FIXED has none. */
const WORDS: ReadonlyArray<readonly [Variant, string]> = (Object.entries(VARIANTS) as ReadonlyArray<[Variant, string]>).map(
  ([variant, text]) => [variant, /^([\w-]+): /.exec(text)?.[1] ?? ''],
);

/** The variant that a text names, by its number or in words, in upper or lower case. Undefined: it names none. */
export const variantNamed = (text: string): Variant | undefined => {
  const wanted = text.trim().toLowerCase();
  return WORDS.find(([variant, words]) => variant.toLowerCase() === wanted || (words !== '' && words === wanted))?.[0];
};

/** A value of the field `variant`, with the variant where it names one. What names none stays as it was written. */
export const asVariant = (value: unknown): unknown => (typeof value === 'string' ? (variantNamed(value) ?? value) : value);
