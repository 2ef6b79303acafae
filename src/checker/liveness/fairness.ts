/** What a fairness class says: its name, and how strong it is. */
import type { Fairness } from '../model.js';

/** Whether a class is strongly fair. */
export const isStrong = (fairness: Fairness): boolean => typeof fairness !== 'string' && fairness.strong;

/** The name of a class. */
export const nameOf = (fairness: Fairness): string => (typeof fairness === 'string' ? fairness : fairness.name);
