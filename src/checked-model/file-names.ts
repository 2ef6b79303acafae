/** Names of files for models, configurations and properties: no two alike, on any file system. */

/** Bytes of one part of a file's name: two of them, a number and an extension stay below what file systems take (255). */
const MAX_BYTES = 90;

/** As much of a text as so many bytes hold, without half a character. */
const shortened = (text: string): string => {
  let kept = '';
  for (const character of text) {
    if (Buffer.byteLength(kept + character) > MAX_BYTES) break;
    kept += character;
  }
  return kept;
};

/** `when all are done, …` as a part of a file's name. */
export const slug = (text: string): string =>
  shortened(
    text
      .normalize('NFC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, ''),
  ) || 'property';

/** The name of a configuration as it is, where it can be a file's. */
export const stemOf = (name: string): string => (/^[\w.-]{1,80}$/.test(name) && !/^\.+$/.test(name) ? name : slug(name));

/** What some file systems take two names for. */
const folded = (name: string): string => name.normalize('NFKC').toLowerCase();

/** Gives names out: one that was given before, or differs from it in case alone, gets a number. */
export const distinctNames = (): ((name: string) => string) => {
  const given = new Set<string>();
  return (name) => {
    let found = name;
    for (let n = 2; given.has(folded(found)); n++) found = `${name}-${n}`;
    given.add(folded(found));
    return found;
  };
};

/** A name for each property: the same in every run of the model, whichever are violated. */
export const propertyNames = (properties: ReadonlyArray<string>): ((property: string) => string) => {
  const distinct = distinctNames();
  const names = new Map(properties.map((property) => [property, distinct(slug(property))]));
  return (property) => names.get(property) ?? slug(property);
};
