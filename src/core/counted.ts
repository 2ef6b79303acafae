/** A number of things in words: `1 server`, `2 servers`, `3 processes`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
