/**
 * Where values stand for others (a normal form for what has it, a value for those with its key), the progress of a value is that of its stand-in, and only
 * a sweep needs that it does not fall.
 */
import type { CheckerError } from '../../error.js';
import { notOneProgress } from '../../reduction/one-progress.js';
import type { Components } from '../store/interned-values.js';

/** A step's change of one component. */
export interface ComponentStep {
  /** The label of the step, and the name of the component's slot. */
  readonly label: string;
  readonly slot: string;
  readonly kind: number;
  /** The ids before and after the step, and the value that the step gave. */
  readonly before: number;
  readonly after: number;
  readonly value: unknown;
}

/** Says what made a stand-in of less progress out of the value that a step gave. */
const standInFalls = (components: Components, { label, slot, kind, before, after, value }: ComponentStep): CheckerError => {
  const [from, given, normal, to] = [
    components.progress(kind, before),
    components.measured(kind, value),
    components.measured(kind, components.normalOf(kind, value)),
    components.progress(kind, after),
  ];
  if (given < from) return notOneProgress(`${label} lowers the progress of ${slot} from ${from} to ${given}`);
  const taken = normal < from ? `normalize lowers it to ${normal}` : `the key takes the value for one of progress ${to}`;
  const step =
    given === from
      ? `${label} leaves the progress of ${slot} at ${from}`
      : `${label} raises the progress of ${slot} from ${from} to ${given}`;
  return notOneProgress(`${step}, and ${taken}`);
};

/** Takes in that the progress of a stand-in fell. @throws CheckerError (`model`) in a sweep. */
export const standInFell = (components: Components, step: ComponentStep): void => {
  if (components.isSwept) throw standInFalls(components, step);
  components.hasFallen = true;
};
