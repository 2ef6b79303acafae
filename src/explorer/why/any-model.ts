/** Why a run of any model breaks a property, as far as the words can tell without knowing the model. */
import type { Property } from '../../checker/model.js';
import { showLabel } from '../../checker/report.js';
import { partsOf, showState } from '../../checker/shown/state.js';
import type { Model } from '../../checker/model.js';
import type { WhyShot } from '../shape.js';
import type { Explainer, Walk } from '../walk.js';

const changedParts = <S, A>(model: Model<S, A>, { initial, steps }: Walk<S, A>, at: number): ReadonlyArray<string> => {
  if (at === 0) return Object.keys(partsOf(model, initial));
  const [before, after] = [steps[at - 2]?.next ?? initial, steps[at - 1]!.next].map((state) => showState(model, state));
  return Object.keys(after!).filter((part) => before![part] !== after![part]);
};

/** The longest text that stands in a sentence. A longer text stands only in its card. */
const MOST_TEXT = 40;

/** The changes of a step to the parts of the state: `n from 1 to 2`. */
const changeText = <S, A>(
  model: Model<S, A>,
  { initial, steps }: Walk<S, A>,
  at: number,
  parts: ReadonlyArray<string>,
): string => {
  const [before, after] = [steps[at - 2]?.next ?? initial, steps[at - 1]!.next].map((state) => showState(model, state));
  return parts
    .map((part) => {
      const [was = 'nothing', is = 'nothing'] = [before![part], after![part]];
      return Math.max(was.length, is.length) > MOST_TEXT ? part : `${part} from ${was} to ${is}`;
    })
    .join(', and ');
};

const headlineOf = <S, A>(property: Property<S, A>, at: number, label: string, loop: number | undefined): string => {
  const where = at === 0 ? 'in the initial state' : `after step ${at}, ${label}`;
  switch (property.kind) {
    case 'always':
      return `It is not so ${where}.`;
    case 'alwaysStep':
      return `Step ${at}, ${label}, breaks it.`;
    case 'noDeadlock':
      return `Nothing can be done any more ${where}.`;
    case 'eventuallyAlways':
      return `The run goes round for ever from state ${loop ?? at} on, and not all of those states are so.`;
    case 'leadsTo':
      return `The run goes round for ever from state ${loop ?? at} on, and what it should lead to does not come.`;
    default:
      return `The run goes round for ever from state ${loop ?? at} on, and it never comes about.`;
  }
};

/** Explains runs of any model. */
export const explainAny =
  <S, A>(model: Model<S, A>): Explainer<S, A> =>
  (walk, property, at, loop): WhyShot => {
    const step = walk.steps[at - 1];
    const parts = changedParts(model, walk, at);
    const label = step === undefined ? '' : showLabel(model.label(step.action));
    return {
      headline: headlineOf(property, at, label, loop),
      story:
        step === undefined || parts.length === 0 ? [] : [`Step ${at}: ${label} changes ${changeText(model, walk, at, parts)}.`],
      steps: at > 0 ? [at] : [],
      parts,
      rules: property.rule === undefined ? [] : [property.rule],
    };
  };
