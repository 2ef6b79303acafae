/** What searches by groups share: the initial states, and each group once on its list. */
import { offsetInPage, type Layer } from '../store/group-store.js';
import type { Space } from '../space.js';
import type { Expander } from './expand.js';

/** Puts the initial states in their places. */
export const seed = ({ initial, shape }: Space, expander: Expander): void => {
  for (const state of initial) expander.seed(state.slice(0, shape.group), state.slice(shape.group));
};

/** Tests that a group was not queued with this stamp yet, and stamps it. */
export const stampIsNew = (layer: Layer, group: number, stamp: number): boolean => {
  const offset = layer.blocks.data[group]!;
  const page = layer.arena.page(offset);
  const at = offsetInPage(offset);
  if (page[at] === stamp) return false;
  page[at] = stamp;
  return true;
};
