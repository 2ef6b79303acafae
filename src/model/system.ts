/**
 * The whole model of a configuration: its slots, its steps, its properties, for the checker.
 *
 * To read the model from the beginning: `protocol/` is the protocol and knows nothing of checking. Begin with `rules.ts` (the switches),
 * `order.ts` (stamps), `put-identity.ts` (puts), `vector.ts` and `write-log.ts`. Then read the parts that act: `server.ts`, `pulls.ts`,
 * `restarts.ts`, `stabilize.ts` and `session.ts`, and the network between them, `network.ts`. Then read `actions/`, which has the steps. First
 * comes what several steps share: the results of a put and of a get (`put-and-get.ts`), who pulls from whom (`pull-peers.ts`), and an answer's
 * receipt (`receive-answer.ts`). Then come the steps: of sessions (`steps-session.ts`), of late puts (`steps-late.ts`), of pulls in one step
 * (`steps-pull.ts`) and in messages (`steps-messages.ts`), of failures (`steps-failure.ts`), of new sessions and restored servers
 * (`steps-again.ts`). Then read `checking/`: the bounds (`config-fields.ts`, `config.ts`), the components (`world.ts`), the properties
 * (`sentences.ts`, `judge-step.ts`, `properties.ts`), and the helps for the checker (`texts.ts`, `reductions.ts`). At the end come the pictures for
 * the explorer (`views.ts`) and the values that a recorded run shows (`seen-in-a-run.ts`).
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

/** The world, judging only the properties that the configuration names and that apply to it. */
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
