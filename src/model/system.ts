/**
 * The whole model of a configuration: its slots, its steps, its properties, for the checker.
 *
 * To read the model from the beginning: `protocol/rules.ts` (the switches), then `order.ts` (stamps), `put-identity.ts` (puts), `vector.ts`,
 * `write-log.ts`, then those that act: `server.ts` and `pulls.ts` (with `restarts.ts`, `stabilize.ts`) and `session.ts`, and what is between
 * them, `network.ts`. They are the protocol, and know nothing of checking. Then `actions/`, what may happen: the steps of sessions, of puts
 * that arrive late, of pulls, of failures, of what comes again as another. Then `checking/`: the bounds (`config.ts`), the components
 * (`world.ts`), what must be so (`sentences.ts`, `judge-step.ts`, `properties.ts`), and what the checker may use (`texts.ts`, `reductions.ts`).
 *
 * @module
 * @category Begin here
 */
import type { ComponentModel, ComponentProperty } from '../checker/model.js';
import type { Config } from './checking/config.js';
import { propertiesOf } from './checking/properties.js';
import { normalizeOf, progressOf, symmetryOf } from './checking/reductions.js';
import { againSteps } from './actions/steps-again.js';
import { failureSteps } from './actions/steps-failure.js';
import { lateSteps } from './actions/steps-late.js';
import { pullSteps } from './actions/steps-pull.js';
import { sessionSteps } from './actions/steps-session.js';
import { keyOf, showOf } from './checking/texts.js';
import { PROPERTIES } from './checking/sentences.js';
import { viewOf } from './checking/views.js';
import { slotsOf, type World, worldOf } from './checking/world.js';

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
    view: viewOf,
    ...(progress === undefined ? {} : { progress }),
    symmetry: symmetryOf(world),
    normalize: normalizeOf(world),
  };
};
