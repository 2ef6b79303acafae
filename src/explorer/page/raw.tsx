/** Shows the values of a card as JSON, by one click. */
import type { JSX } from 'preact';
import type { PlainValue } from '../../checker/shown/value.js';
import type { View } from '../../checker/view.js';
import { rawCard } from './store.js';

/** Is a card shown as JSON? */
export const isRaw = (card: string): boolean => rawCard.value === card;

/** A button that switches a card to JSON and back. */
export const RawButton = ({ card }: { readonly card: string }): JSX.Element => (
  <button
    type="button"
    class="raw"
    aria-pressed={isRaw(card)}
    aria-label={`${card} as JSON`}
    title="as JSON"
    onClick={() => (rawCard.value = isRaw(card) ? undefined : card)}
  >
    {'{ }'}
  </button>
);

export const RawValue = ({ card, value }: { readonly card: string; readonly value: PlainValue | View }): JSX.Element => (
  <pre tabIndex={0} aria-label={`${card} as JSON`}>
    {JSON.stringify(value, null, 1)}
  </pre>
);
