/** The state graph of a small model as a DOT graph for Graphviz. */
import { A_WHOLE_NUMBER, mustTake } from '../contract/given.js';
import { contracted } from '../contract/validate.js';
import type { Model } from '../interface.js';
import { collapsedStore, keyedStore } from '../plain/store.js';
import { showLabel, type Shown } from '../report.js';
import { showState } from '../shown/state.js';

/** A graph that is larger than this is not drawn: nobody could read it. */
const DOT_STATES = 500;

/** The text of the graph, or how it exceeds the limit. */
export type Dot = { readonly kind: 'graph'; readonly text: string } | { readonly kind: 'too large'; readonly limit: number };

/** A quoted text. Graphviz reads bytes up to a zero, and takes `&lt;` in a label for `<`. */
const quote = (text: string): string =>
  `"${text
    .replace(/["\\]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replaceAll('\0', '\uFFFD')
    .replace(/\r\n|[\n\r]/g, '\\n')}"`;

const nodeText = (shown: Shown): string =>
  Object.entries(shown)
    .map(([part, value]) => `${part}: ${value}`)
    .join('\n');

/** Draws all states (initial ones bold, those beyond the boundary dashed) and all steps. */
export const toDot = <S, A>(given: Model<S, A>, limit = DOT_STATES): Dot => {
  const { model } = contracted(given);
  mustTake('toDot', 'limit', A_WHOLE_NUMBER, limit);
  const store = model.key === undefined ? collapsedStore<S>() : keyedStore({ key: model.key, isOwn: true });
  const lines: string[] = [];
  for (const state of model.initial) store.add(state);
  const initial = store.size();
  for (let index = 0; index < store.size(); index++) {
    if (store.size() > limit) return { kind: 'too large', limit };
    const state = store.get(index);
    const cut = model.boundary?.(state) === false;
    const style = index < initial ? ', style=bold' : cut ? ', style=dashed' : '';
    lines.push(`  ${index} [label=${quote(nodeText(showState(model, state)))}${style}];`);
    if (!cut) lines.push(...edgeLines(model, state, index, store.add));
  }
  return { kind: 'graph', text: [`digraph ${quote(model.name)} {`, '  node [shape=box];', ...lines, '}', ''].join('\n') };
};

const edgeLines = <S, A>(model: Model<S, A>, state: S, index: number, add: (state: S) => number): ReadonlyArray<string> => {
  const edges = model.actions(state).flatMap((action) => {
    const next = model.next(state, action);
    return next === undefined ? [] : [`  ${index} -> ${add(next)} [label=${quote(showLabel(model.label(action)))}];`];
  });
  return [...new Set(edges)];
};
