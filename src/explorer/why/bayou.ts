/** Why a run of Bayou's model breaks a property, in words that a reader of the page alone understands. */
import type { Config } from '../../model/checking/config.js';
import { PROPERTIES, type PropertyId } from '../../model/checking/sentences.js';
import type { ComponentAction, Tuple } from '../../checker/component-model/tuples.js';
import type { Explain, Words } from '../walk.js';
import { COMPARE } from './compare.js';
import { departureOf } from './departure.js';
import { sceneOf } from './scene.js';
import { tellStep } from './tell.js';

const ID_OF = new Map<string, PropertyId>(
  (Object.keys(PROPERTIES) as ReadonlyArray<PropertyId>).map((id) => [PROPERTIES[id].name, id]),
);

/** The name of a property in configurations, by its sentence. */
export const propertyId = (name: string): PropertyId | undefined => ID_OF.get(name);

/** The entry of the contract that a property has; one is written with a hyphen there. */
export const entryOfProperty = (id: string): string => id.replace('_', '-');

const distinct = (numbers: ReadonlyArray<number>): ReadonlyArray<number> => [...new Set(numbers)].sort((a, b) => a - b);

/** What rules a sentence cites: `(R4, R7)`. */
const cited = (texts: ReadonlyArray<string | undefined>): ReadonlyArray<string> =>
  texts.flatMap((text) => Array.from(text?.matchAll(/\bR\d+a?\b/g) ?? [], ([rule]) => rule));

const explainBayou =
  (config: Config): Explain<Tuple, ComponentAction> =>
  (walk, property, at) => {
    const id = propertyId(property.name);
    const scene = sceneOf(config, walk);
    const finding = id === undefined ? undefined : COMPARE[id]?.(scene, at);
    if (id === undefined || finding === undefined) return undefined;
    const { headline, compared, relation, parts } = finding;
    const departure = departureOf(config, walk);
    const steps = distinct([
      ...(compared ?? []).flatMap(({ step }) => step ?? []),
      ...(finding.steps ?? []),
      ...(departure === undefined ? [] : [departure.step]),
      ...(at > 0 ? [at] : []),
    ]).filter((step) => step > 0 && step <= walk.steps.length);
    const rules = [
      entryOfProperty(id),
      ...(config.variant === 'FIXED' ? [] : [config.variant]),
      ...cited([PROPERTIES[id].rule, relation]),
    ];
    return {
      headline,
      ...(compared === undefined ? {} : { compared }),
      ...(relation === undefined ? {} : { relation }),
      story: steps.map((step) => `Step ${step}: ${tellStep(scene, step)}.`),
      steps,
      parts,
      ...(departure === undefined ? {} : { departure }),
      rules: [...new Set(rules)],
    };
  };

/** What there is to say of runs of a configuration. */
export const bayouWords = (config: Config): Words<Tuple, ComponentAction> => ({
  explain: explainBayou(config),
  tell: (walk) => {
    const scene = sceneOf(config, walk);
    return walk.steps.map((_, i) => tellStep(scene, i + 1));
  },
});
