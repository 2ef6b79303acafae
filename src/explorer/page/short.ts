/** Shortens the incarnations of real servers, numbers of sixteen digits, to their first digits, which suffice to tell them apart. */
import { exploration } from './store.js';

/** Matches a replica that stands alone, in a stamp, in a vector, or after the word `replica`; not a value that a user has put. */
const REPLICA = /(?<=^|@|\[|replica |:\d+ )(\d+)\.(\d{4})\d{6,}(?=$|[:,)\]; ])/g;

/** Turns `1@0.1576607900845481` into `1@0.1576…`, in real runs alone. The tool tip and the JSON have all digits. */
export const short = (text: string): string => (exploration.origin === 'trace' ? text.replaceAll(REPLICA, '$1.$2…') : text);

/** The tool tip of a text: the whole text, if it is shown short. */
export const tip = (text: string): { readonly title?: string } => (short(text) === text ? {} : { title: text });
