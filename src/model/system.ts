/** The whole model of a configuration: its slots, its steps, its properties, for the checker. */
import type { ComponentModel } from '../checker/interface.js';
import type { Config } from './config.js';
import { propertiesOf } from './properties.js';
import { keyOf, normalizeOf, progressOf, showOf, symmetryOf } from './reductions.js';
import { failureSteps } from './steps-failure.js';
import { pullSteps } from './steps-pull.js';
import { sessionSteps } from './steps-session.js';
import { slotsOf, worldOf } from './world.js';

/** The model of a configuration (contract, sections 7 and 8). */
export const bayou = (config: Config): ComponentModel => {
  const world = worldOf(config);
  return {
    name: config.name,
    slots: slotsOf(world),
    interactions: [...sessionSteps(world), ...pullSteps(world), ...failureSteps(world)],
    properties: propertiesOf(world),
    key: keyOf,
    show: showOf,
    progress: progressOf(config),
    symmetry: symmetryOf(world),
    normalize: normalizeOf(world),
  };
};
