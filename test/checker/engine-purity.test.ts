import { checkComponents } from '#bayou/checker/factored/check-components.js';
import type { AnyQuery, ComponentModel, Interaction } from '#bayou/checker/model.js';
import { encode } from '#bayou/checker/values/encode.js';
import { DEFAULTS } from '#bayou/model/checking/config.js';
import { bayou } from '#bayou/model/system.js';
import { expect, test } from 'vitest';
import { bayouS } from './fixtures/bayou-s.js';

const freeze = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  Object.values(value).forEach(freeze);
  return value;
};

/** The model with every step run twice on frozen inputs: what it gives must be the same, or a memo would not be allowed. */
const guarded = (model: ComponentModel): { readonly model: ComponentModel; readonly runs: () => number } => {
  let runs = 0;
  const twice =
    <A extends ReadonlyArray<never>, B>(run: (...args: A) => B): ((...args: A) => B) =>
    (...args) => {
      freeze(args);
      runs++;
      const result = run(...args);
      expect(encode(run(...args))).toBe(encode(result));
      return result;
    };
  const guarded = new Map<AnyQuery, AnyQuery>();
  const guardExchange = (exchange: AnyQuery): AnyQuery => {
    const known = guarded.get(exchange) ?? {
      request: twice(exchange.request),
      reply: twice(exchange.reply),
      receive: twice(exchange.receive),
    };
    guarded.set(exchange, known);
    return known;
  };
  const guard = (interaction: Interaction): Interaction => ({
    ...interaction,
    step: twice(interaction.step),
    ...(interaction.query === undefined ? {} : { query: guardExchange(interaction.query) }),
  });
  return { model: { ...model, interactions: model.interactions.map(guard) }, runs: () => runs };
};

const size = { servers: 2, clients: 2, keys: 1, puts: 3 };

test.each([
  ['the fixture', bayouS(size)],
  ['the model', bayou({ ...DEFAULTS, ...size })],
])('every local step of %s that is remembered is pure: twice on frozen values gives the same', async (_name, model) => {
  const { model: watched, runs } = guarded(model);
  const report = await checkComponents(watched);
  expect(report.verdict).toBe('holds');
  expect(report.counts.distinct).toBe((await checkComponents(model)).counts.distinct);
  // Once for each distinct input: the whole search and the sample that chooses the layout, not once for each state.
  expect(runs()).toBeLessThan(report.counts.generated);
  expect(runs()).toBeGreaterThanOrEqual(report.statistics.details?.['localSteps'] ?? Infinity);
});
