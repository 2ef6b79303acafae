/**
 * How a model wants a part of its state drawn (`Model.view`): a few primitives, as plain data. The explorer compares the view before a step
 * with that after it, and marks what came and what went; a model says nothing of that.
 */
export type View =
  /** A text as it is. */
  | { readonly kind: 'text'; readonly text: string }
  /** A short text that stands out: `down`. */
  | { readonly kind: 'badge'; readonly text: string; readonly tone: 'good' | 'bad' | 'plain' }
  /** Named things, one under the other. */
  | { readonly kind: 'fields'; readonly fields: ReadonlyArray<readonly [name: string, of: View]> }
  /** Things in any order: compared by what they are. */
  | { readonly kind: 'set'; readonly items: ReadonlyArray<View> }
  /** Things in an order that matters. */
  | { readonly kind: 'list'; readonly items: ReadonlyArray<View> }
  /** A number for each name, drawn as bars. */
  | { readonly kind: 'vector'; readonly entries: ReadonlyArray<readonly [name: string, count: number]> }
  /** Something named that is stamped: a log's entry. */
  | { readonly kind: 'entry'; readonly name: string; readonly value: string; readonly stamp: string };
