/** The name and the strength of a fairness class. */
import type { Fairness } from '../model.js';

/** Tests that a class is strongly fair. */
export const isStrong = (fairness: Fairness): boolean => typeof fairness !== 'string' && fairness.strong;

/** Gives the name of a class. */
export const nameOf = (fairness: Fairness): string => (typeof fairness === 'string' ? fairness : fairness.name);
