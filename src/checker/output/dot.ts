/** The state graph of a small model as a DOT graph for Graphviz. */
import { A_WHOLE_NUMBER, mustTake } from '../contract/argument-checks.js';
import { contracted } from '../contract/validate.js';
import type { Model } from '../model.js';
import { collapsedStore, keyedStore } from '../explicit/state-store.js';
import { showLabel, type ShownState } from '../report.js';
import { brokenAt } from '../runs/decides.js';
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

/** The style of what breaks a property. */
const RED = ', color=red, fontcolor=red, penwidth=2';

const nodeText = (shown: ShownState): string =>
  Object.entries(shown)
    .map(([part, value]) => `${part}: ${value}`)
    .join('\n');

/**
 * Draws all states (initial ones bold, those beyond the boundary dashed) and all steps that lead to another state. States and steps that break a
 * property of safety are red.
 */
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
    const fault = brokenAt(model, state).length > 0 ? RED : '';
    lines.push(`  ${index} [label=${quote(nodeText(showState(model, state)))}${style}${fault}];`);
    if (!cut) for (const line of edgeLines(model, state, index, store.add)) lines.push(line);
  }
  return { kind: 'graph', text: [`digraph ${quote(model.name)} {`, '  node [shape=box];', ...lines, '}', ''].join('\n') };
};

const edgeLines = <S, A>(model: Model<S, A>, state: S, index: number, add: (state: S) => number): ReadonlyArray<string> => {
  const edges = model.actions(state).flatMap((action) => {
    const next = model.next(state, action);
    if (next === undefined) return [];
    const to = add(next);
    const fault = brokenAt(model, next, { before: state, action }).length > 0 ? RED : '';
    // A step back to its own state is drawn only where it breaks something.
    const isBroken = model.properties.some((p) => p.kind === 'alwaysStep' && !p.holds(state, action, next));
    return to === index && !isBroken ? [] : [`  ${index} -> ${to} [label=${quote(showLabel(model.label(action)))}${fault}];`];
  });
  return [...new Set(edges)];
};
