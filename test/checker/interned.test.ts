import { toModel } from '#bayou/checker/component-model/as-model.js';
import { checkSync } from '#bayou/checker/check.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import type { ComponentModel } from '#bayou/checker/model.js';
import type { Report } from '#bayou/checker/report.js';
import { bayou } from '#bayou/model/system.js';
import { describe, expect, test } from 'vitest';
import { configured } from '../support/configs.js';

const modelOf = (name: string): ComponentModel => bayou(configured(name));

/** All but what it took. */
const essence = ({ statistics: _statistics, audited: _audited, ...report }: Report): unknown => report;

describe('a component model as a plain one', () => {
  // The slow reading computes every step and predicate anew; the numbered one must say the same in everything.
  test.each(['bayou-s-2212', 'v1-pruning', 'v2-torn-answer', 'v5-no-advance', 'v8-eager-vv', 'settle-messages'])(
    'by numbers and by values: %s',
    (name) => {
      const model = modelOf(name);
      expect(essence(checkSync(internedModel(model)))).toEqual(essence(checkSync(toModel(model))));
    },
  );

  test.each(['bayou-s-2213', 'bayou-s-3113'])(
    'has the states, the verdicts and the depth that the engine finds: %s',
    async (name) => {
      const model = modelOf(name);
      const [numbers, engine] = [checkSync(internedModel(model)), await checkComponents(model)];
      expect(numbers.counts).toEqual(engine.counts);
      expect(numbers.properties).toEqual(engine.properties);
    },
  );

  test('settles because pulls are fair, and only because of that (contract, section 8)', () => {
    const model = modelOf('settle');
    const unfair = { ...model, interactions: model.interactions.map(({ fairness: _, ...interaction }) => interaction) };
    expect(checkSync(internedModel(model)).verdict).toBe('holds');
    const report = checkSync(internedModel(unfair));
    expect(report.properties[0]!.verdict).toBe('violated');
    expect(report.properties[0]!.trace!.loop).toBeDefined();
  });
});
