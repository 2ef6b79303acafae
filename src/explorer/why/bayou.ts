/** Why a run of Bayou's model breaks a property, in words that a reader of the page alone understands. */
import type { Config } from '../../model/checking/config.js';
import { PROPERTIES, type PropertyId } from '../../model/checking/sentences.js';
import { showStamp } from '../../model/checking/texts.js';
import type { Tuple } from '../../checker/component-model/apply.js';
import type { ComponentAction } from '../../checker/component-model/tuples.js';
import type { Explainer, Words } from '../walk.js';
import { COMPARE } from './compare.js';
import { departureOf } from './departure.js';
import { pulledIn } from './pulled.js';
import { sceneOf, type WhyScene } from './scene.js';
import { titleOf } from './property-titles.js';
import { tellStep } from './step-words.js';

const ID_OF = new Map<string, PropertyId>(
  (Object.keys(PROPERTIES) as ReadonlyArray<PropertyId>).map((id) => [PROPERTIES[id].name, id]),
);

/** The name of a property in configurations, by the checker's name of it. */
export const propertyId = (name: string): PropertyId | undefined => ID_OF.get(name);

/** The title of a property or a witness: `Monotonic Reads`. Undefined where it is not the contract's, or where its short name is enough. */
export const titleOfProperty = (name: string): string | undefined => {
  const id = propertyId(name);
  return id === undefined ? undefined : titleOf(id);
};

const distinct = (numbers: ReadonlyArray<number>): ReadonlyArray<number> => [...new Set(numbers)].sort((a, b) => a - b);

/** The rules that texts cite: `(R4, R7)`. */
const cited = (texts: ReadonlyArray<string | undefined>): ReadonlyArray<string> =>
  texts.flatMap((text) => Array.from(text?.matchAll(/\bR\d+a?\b/g) ?? [], ([rule]) => rule));

/** The pulls up to a state in which one of the writes with these stamps came, was kept aside or was dropped. */
const pullsOf = (scene: WhyScene, at: number, stamps: ReadonlySet<string>): ReadonlyArray<number> =>
  scene.moments.flatMap((_, step) => {
    const pulled = step === 0 || step > at ? undefined : pulledIn(scene, step);
    if (pulled === undefined) return [];
    const { came, dropped, waiting, claimed, refused } = pulled;
    return [...came, ...dropped, ...waiting, ...claimed, ...refused].some((w) => stamps.has(showStamp(w))) ? [step] : [];
  });

const explainBayou =
  (config: Config): Explainer<Tuple, ComponentAction> =>
  (walk, property, at) => {
    const id = propertyId(property.name);
    const scene = sceneOf(config, walk);
    const finding = id === undefined ? undefined : COMPARE[id]?.(scene, at);
    if (id === undefined || finding === undefined) return undefined;
    const { headline, compared, relation, meaning, parts } = finding;
    const departure = departureOf(config, walk);
    const stamps = new Set((compared ?? []).flatMap(({ stamp }) => stamp ?? []));
    const steps = distinct([
      ...(compared ?? []).flatMap(({ step }) => step ?? []),
      ...(finding.steps ?? []),
      ...pullsOf(scene, at, stamps),
      ...(departure === undefined ? [] : [departure.step]),
      ...(at > 0 ? [at] : []),
    ]).filter((step) => step > 0 && step <= walk.steps.length);
    const rules = [
      id,
      ...(config.variant === 'FIXED' ? [] : [config.variant]),
      ...cited([PROPERTIES[id].rule, relation, meaning, departure?.because]),
    ];
    return {
      headline,
      ...(compared === undefined ? {} : { compared }),
      ...(relation === undefined ? {} : { relation }),
      ...(meaning === undefined ? {} : { meaning }),
      story: steps.map((step) => `Step ${step}: ${tellStep(scene, step)}.`),
      steps,
      parts,
      ...(departure === undefined ? {} : { departure }),
      rules: [...new Set(rules)],
    };
  };

/** The words about runs of a configuration. */
export const bayouWords = (config: Config): Words<Tuple, ComponentAction> => ({
  explain: explainBayou(config),
  tell: (walk) => {
    const scene = sceneOf(config, walk);
    return walk.steps.map((_, i) => tellStep(scene, i + 1));
  },
});
