/** Finds the first step of a faulty model's run that the protocol would not have taken: each step is tried on the protocol too. */
import { showLabel } from '../../checker/report.js';
import { stepsOf } from '../../checker/runs/decides.js';
import type { Tuple } from '../../checker/component-model/apply.js';
import { tupleModel, type ComponentAction } from '../../checker/component-model/tuples.js';
import type { Config } from '../../model/checking/config.js';
import { VARIANTS } from '../../model/protocol/rules.js';
import { bayou } from '../../model/system.js';
import type { Departure } from '../shape.js';
import { differing, type Walk } from '../walk.js';
import { sceneOf, serverIn, serverOfStep, sessionIn, type WhyScene } from './scene.js';
import { tellStep } from './step-words.js';

/** The protocol's action in place of a step that only a variant has. */
const IN_PLACE: Readonly<Partial<Record<Config['variant'], string>>> = {
  V2: 'the answerer reads its log and its vector at one instant (R9)',
  V11: 'a put without an answer is repeated at the replica that it was sent to, or given up: its outcome is unknown then (R14)',
};

/** How R2 makes the stamp of the put of a step, in words. */
const becauseOf = (scene: WhyScene, step: number): string | undefined => {
  const [before, after] = [scene.moments[step - 1], scene.moments[step]!];
  if (after.label?.family !== 'Put') return undefined;
  const [client, name] = [String(after.label.args[0]), serverOfStep(after)];
  const [session, server] = [sessionIn(before, client), serverIn(before, name)];
  if (session === undefined || server === undefined) return undefined;
  return `by R2 the stamp is the greater of ${name}’s accept time ${server.clock} and ${client}’s clock ${session.clock}, plus 1: ${Math.max(server.clock, session.clock) + 1}`;
};

/** The first step that the protocol would have taken otherwise; undefined where there is no such step, or the model has no fault. */
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
    if (nearest === undefined) {
      const inPlace = IN_PLACE[config.variant];
      return { step: i + 1, fault, parts: [], ...(inPlace === undefined ? {} : { instead: inPlace }) };
    }
    if (nearest.parts.length > 0 || nearest.other.action.outcome.note !== step.action.outcome.note) {
      const instead = { initial: walk.initial, steps: [...walk.steps.slice(0, i), { ...nearest.other, way: 0 }] };
      const scene = sceneOf({ ...config, variant: 'FIXED' }, instead);
      const because = becauseOf(scene, i + 1);
      return {
        step: i + 1,
        fault,
        parts: nearest.parts,
        instead: tellStep(scene, i + 1),
        ...(because === undefined ? {} : { because }),
      };
    }
    state = step.next;
  }
  return undefined;
};
