/**
 * The whole model of a configuration: its slots, its steps, its properties, for the checker.
 *
 * To read the model from the beginning: `rules.ts` (the switches), `order.ts` (stamps), `identity.ts` (puts), `vector.ts`,
 * `write-log.ts`, then the two that act, `server.ts` (with `restarts.ts`) and `session.ts`, and what is between them, `network.ts`.
 * They are the protocol, and know nothing of checking. Then how it is explored: `config.ts` (the bounds), `world.ts` (the
 * components), `steps-session.ts`, `steps-pull.ts`, `steps-late.ts`, `steps-failure.ts`, `steps-again.ts`, `stabilize.ts` (what may happen),
 * `sentences.ts`, `judge.ts`, `properties.ts` (what must be so), and `texts.ts`, `reductions.ts` (what the checker may use).
 */
import type { ComponentModel, ComponentProperty } from '../checker/interface.js';
import type { Config } from './config.js';
import { propertiesOf } from './properties.js';
import { normalizeOf, progressOf, symmetryOf } from './reductions.js';
import { againSteps } from './steps-again.js';
import { failureSteps } from './steps-failure.js';
import { lateSteps } from './steps-late.js';
import { pullSteps } from './steps-pull.js';
import { sessionSteps } from './steps-session.js';
import { keyOf, showOf } from './texts.js';
import { PROPERTIES } from './sentences.js';
import { slotsOf, type World, worldOf } from './world.js';

/** The world, with the properties that not only are meant but apply. */
const judging = (world: World, properties: ReadonlyArray<ComponentProperty>): World => ({
  ...world,
  judged: new Set([...world.judged].filter((id) => properties.some(({ name }) => name === PROPERTIES[id].name))),
});

/** The model of a configuration (contract, sections 7 and 8). */
export const bayou = (config: Config): ComponentModel => {
  const meant = worldOf(config);
  const properties = propertiesOf(meant);
  const world = judging(meant, properties);
  const progress = progressOf(config);
  return {
    name: config.name,
    slots: slotsOf(world),
    interactions: [
      ...sessionSteps(world),
      ...lateSteps(world),
      ...pullSteps(world),
      ...failureSteps(world),
      ...againSteps(world),
    ],
    properties,
    key: keyOf,
    show: showOf,
    ...(progress === undefined ? {} : { progress }),
    symmetry: symmetryOf(world),
    normalize: normalizeOf(world),
  };
};
