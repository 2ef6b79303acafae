/** Values of the soak: a name that no other put has, and padding. The name tells the length of the padding. */

/** Keys that all sessions put and get. */
export const HOT_KEYS: ReadonlyArray<string> = Array.from({ length: 40 }, (_, i) => `k${i}`);

/** Keys with long values, so that a server which begins anew needs a while to pull them. */
export const BALLAST_KEYS: ReadonlyArray<string> = Array.from({ length: 60 }, (_, i) => `ballast${i}`);

/** The length of a value of {@link BALLAST_KEYS}, in bytes. */
export const BALLAST_BYTES = 30_000;

/** The name of a session's n-th put, and its value. */
export const valueOf = (session: number, n: number, padding: number): { readonly name: string; readonly value: string } => {
  const name = `${session}.${n}.${padding}`;
  return { name, value: name + '~'.repeat(padding) };
};

/** The name in a value. A value that is not whole is returned itself: no put has that name. */
export const nameIn = (value: string): string => {
  const end = value.indexOf('~');
  const name = end < 0 ? value : value.slice(0, end);
  const padding = Number(name.split('.')[2]);
  return value === name + '~'.repeat(padding) ? name : value.slice(0, 100);
};
