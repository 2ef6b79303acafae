/** What is drawn of a component tells it from every other one: where a step changes one, its card shows what. */
import { describe, expect, test } from 'vitest';
import { tupleModel } from '#bayou/checker/component-model/tuples.js';
import { stepsOf } from '#bayou/checker/runs/decides.js';
import { loadConfig, shippedConfigs } from '#bayou/checked-model/find-config.js';
import { keyOf, showOf } from '#bayou/model/checking/texts.js';
import { viewOf } from '#bayou/model/checking/views.js';
import { slotsOf, worldOf } from '#bayou/model/checking/world.js';
import { bayou } from '#bayou/model/system.js';
import { diceOf } from '../../conformance/common/seeded-chance.js';

const names = await shippedConfigs();

describe.each(names)('%s', (name) => {
  test('components that differ are drawn differently', () => {
    const { config } = loadConfig(name);
    const model = tupleModel(bayou(config));
    const slots = slotsOf(worldOf(config));
    const dice = diceOf(1);
    /** By slot and drawing, what was drawn so. */
    const drawn = new Map<string, string>();
    for (let run = 0; run < 30; run++) {
      let state = model.initial[0]!;
      for (let step = 0; step < 25; step++) {
        slots.forEach(({ name: slot, kind }, at) => {
          const [view, key] = [viewOf(kind, state[at]), keyOf(kind, state[at])];
          const picture = `${slot} ${view === undefined ? showOf(kind, state[at]) : JSON.stringify(view)}`;
          expect(drawn.get(picture) ?? key, picture).toBe(key);
          drawn.set(picture, key);
        });
        const steps = stepsOf(model, state);
        if (steps.length === 0) break;
        state = steps[Math.floor(dice() * steps.length)]!.next;
      }
    }
    expect(drawn.size).toBeGreaterThan(slots.length);
  });
});
