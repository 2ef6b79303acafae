/** The options of `npm run fuzz:checker`. */
import { parseArgs } from 'node:util';

export interface Options {
  /** The run stops after `seconds` or after `models`, whichever comes first. */
  readonly seconds: number;
  readonly models: number;
  readonly seed: number;
  /** The seed of one model that is tried alone; undefined: the run tries many. */
  readonly only: number | undefined;
  /** Make a finding smaller before it is printed? */
  readonly shrinks: boolean;
  /** The page into which the run is recorded (see record.ts); undefined: it is not. */
  readonly record: string | undefined;
}

const DEFAULT_SECONDS = 60;
const MOST_SEED = 2 ** 32 - 1;

/** A text as a whole number in a range; undefined where it is none. */
const whole = (text: string, least: number, most: number): number | undefined => {
  const n = Number(text);
  return /^\d+$/.test(text) && n >= least && n <= most ? n : undefined;
};

/** A random seed. */
const fresh = (): number => Math.floor(Math.random() * MOST_SEED);

/** The options, or a text that says what is wrong with the arguments. */
export const optionsOf = (args: ReadonlyArray<string>): Options | string => {
  const asText = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { seconds: asText, models: asText, seed: asText, only: asText, record: asText, 'no-shrink': { type: 'boolean' } },
    });
    const limits = { seconds: [1, 1e6], models: [1, 1e9], seed: [0, MOST_SEED], only: [0, MOST_SEED] } as const;
    const numbers: Partial<Record<keyof typeof limits, number>> = {};
    for (const name of ['seconds', 'models', 'seed', 'only'] as const) {
      const text = values[name];
      if (text === undefined) continue;
      const [least, most] = limits[name];
      const n = whole(text, least, most);
      if (n === undefined) return `--${name} ${text}: give a whole number from ${least} to ${most}`;
      numbers[name] = n;
    }
    const isBounded = numbers.models !== undefined || numbers.only !== undefined;
    return {
      seconds: numbers.seconds ?? (isBounded ? Infinity : DEFAULT_SECONDS),
      models: numbers.models ?? Infinity,
      seed: numbers.seed ?? fresh(),
      only: numbers.only,
      shrinks: values['no-shrink'] !== true,
      record: values.record,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
