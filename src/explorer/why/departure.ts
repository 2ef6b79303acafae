/** Where a run of a model with a fault first does what the protocol does not: each of its steps is tried on the protocol as well. */
import { showLabel } from '../../checker/report.js';
import { stepsOf } from '../../checker/runs/decides.js';
import { tupleModel, type ComponentAction, type Tuple } from '../../checker/component-model/tuples.js';
import type { Config } from '../../model/checking/config.js';
import { VARIANTS } from '../../model/protocol/rules.js';
import { bayou } from '../../model/system.js';
import type { Departure } from '../shape.js';
import { differing, type Walk } from '../walk.js';
import { sceneOf } from './scene.js';
import { tellStep } from './tell.js';

/** The first step that the protocol would not have taken so; undefined where there is none, or the model has no fault. */
export const departureOf = (config: Config, walk: Walk<Tuple, ComponentAction>): Departure | undefined => {
  if (config.variant === 'FIXED') return undefined;
  const protocol = tupleModel(bayou({ ...config, variant: 'FIXED' }));
  const fault = VARIANTS[config.variant];
  let state = walk.initial;
  for (const [i, step] of walk.steps.entries()) {
    const wanted = showLabel(step.action.interaction.label);
    const others = stepsOf(protocol, state)
      .filter(({ action }) => showLabel(protocol.label(action)) === wanted)
      .map((other) => ({ other, parts: differing(protocol, step.next, other.next) }))
      .sort((a, b) => a.parts.length - b.parts.length);
    const [nearest] = others;
    if (nearest === undefined) return { step: i + 1, fault, parts: [] };
    if (nearest.parts.length > 0) {
      const instead = { initial: walk.initial, steps: [...walk.steps.slice(0, i), { ...nearest.other, way: 0 }] };
      return { step: i + 1, fault, parts: nearest.parts, instead: tellStep(sceneOf(config, instead), i + 1) };
    }
    state = step.next;
  }
  return undefined;
};
