/** Numbers as reports print them. */

/** `1234567` as `1,234,567`. */
export const grouped = (value: number): string => value.toFixed(0).replace(/\B(?=(?:\d{3})+$)/g, ',');

/** `1 step`, `2 steps`. */
export const many = (value: number, noun: string): string => `${grouped(value)} ${noun}${value === 1 ? '' : 's'}`;
