/**
 * The whole model of a configuration: its slots, its steps, its properties, for the checker.
 *
 * To read the model from the beginning: `rules.ts` (the switches), `order.ts` (stamps), `vector.ts`, `write-log.ts`, then the two
 * that act, `server.ts` and `session.ts`, and what is between them, `network.ts`. They are the protocol, and know nothing of
 * checking. Then how it is explored: `config.ts` (the bounds), `world.ts` (the components), `steps-session.ts`, `steps-pull.ts`,
 * `steps-failure.ts`, `stabilize.ts` (what may happen), `sentences.ts`, `judge.ts`, `properties.ts` (what must be so), and
 * `texts.ts`, `reductions.ts` (what the checker may use).
 */
import type { ComponentModel, Interaction, Outcome, Slot } from '../checker/interface.js';
import type { Config } from './config.js';
import { propertiesOf } from './properties.js';
import { normalizeOf, progressOf, symmetryOf } from './reductions.js';
import { failureSteps } from './steps-failure.js';
import { pullSteps } from './steps-pull.js';
import { sessionSteps } from './steps-session.js';
import { keyOf, showOf } from './texts.js';
import { slotsOf, worldOf } from './world.js';

type AnyOutcome = Outcome<ReadonlyArray<Slot<unknown>>>;

/** Steps say all that they break and show; a configuration that checks some properties hears of those alone. */
const sayingOnly =
  (names: ReadonlySet<string>) =>
  (interaction: Interaction): Interaction => {
    const known = (said: ReadonlyArray<string> = []): ReadonlyArray<string> => said.filter((name) => names.has(name));
    const heard = (outcome: AnyOutcome): AnyOutcome => ({
      ...outcome,
      violates: known(outcome.violates),
      witnesses: known(outcome.witnesses),
    });
    return { ...interaction, step: (...locals) => interaction.step(...locals).map(heard) };
  };

/** The model of a configuration (contract, sections 7 and 8). */
export const bayou = (config: Config): ComponentModel => {
  const world = worldOf(config);
  const properties = propertiesOf(world);
  const progress = progressOf(config);
  return {
    name: config.name,
    slots: slotsOf(world),
    interactions: [...sessionSteps(world), ...pullSteps(world), ...failureSteps(world)].map(
      sayingOnly(new Set(properties.map(({ name }) => name))),
    ),
    properties,
    key: keyOf,
    show: showOf,
    ...(progress === undefined ? {} : { progress }),
    symmetry: symmetryOf(world),
    normalize: normalizeOf(world),
  };
};
