/** Texts as they are read: the incarnations of real servers are numbers of sixteen digits, of which the first tell them apart. */
import { exploration } from './store.js';

/** A replica alone, in a stamp, in a vector, or called one; what somebody put looks like none of them. */
const REPLICA = /(?<=^|@|\[|replica |:\d+ )(\d+)\.(\d{4})\d{6,}(?=$|[:,)\]; ])/g;

/** `1@0.1576607900845481` as `1@0.1576…`; whoever needs all of it finds it in the JSON, and in the tool tip. Of real runs alone. */
export const short = (text: string): string => (exploration.origin === 'trace' ? text.replaceAll(REPLICA, '$1.$2…') : text);

/** All of a text that is shown short, for the tool tip. */
export const tip = (text: string): { readonly title?: string } => (short(text) === text ? {} : { title: text });
