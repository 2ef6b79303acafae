import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { checkComponents } from '#bayou/checker/component/check.js';
import type { Faults } from '#bayou/impl/policy.js';
import { decodeConfig, type Config } from '#bayou/model/config.js';
import { bayou } from '#bayou/model/system.js';
import { asShipped, showWalk, walkTransitions } from '../../conformance/transitions/walk.js';

const configuration = (name: string): Config => {
  const decoded = decodeConfig(
    JSON.parse(readFileSync(new URL(`../../spec/configs/${name}.json`, import.meta.url), 'utf8')) as unknown,
  );
  if (E.isLeft(decoded)) throw new Error(decoded.left.join('; '));
  return decoded.right;
};

describe('every transition of the model is a step of the implementation, counted as the checker counts them:', () => {
  const CONFIGURATIONS: ReadonlyArray<readonly [name: string, what: string, transitions: number]> = [
    ['bayou-s-2212', 'puts, gets, whole pulls (R2 to R9)', 4_266],
    ['client-links', 'sessions with links, in R13’s order', 22_248],
    ['settle-messages', 'three-step pulls, a message lost, a link, a kill', 22_832],
    ['kills', 'kills, restarts with the log and without it (R7, R10)', 115_072],
  ];
  for (const [name, what, transitions] of CONFIGURATIONS) {
    it(`${name}: ${what}`, async () => {
      const config = configuration(name);
      const walked = await walkTransitions(config, { sampleEvery: 499 });
      expect(showWalk(walked)).toMatch(/^conforms/);
      expect(walked.transitions).toBe(transitions);
      expect(walked.sampled).toBeGreaterThan(0);
      const { counts } = await checkComponents(bayou(asShipped(config)), {});
      expect([walked.states, walked.transitions]).toEqual([counts.distinct, counts.generated - 1]);
    });
  }
});

describe('a faulty implementation is found, with the way there:', () => {
  const FAULTS: ReadonlyArray<readonly [name: string, config: string, faults: Faults, steps: number]> = [
    ['V1 original-clock', 'bayou-s-2212', { originalClock: true }, 2],
    ['V2 torn-answer', 'messages', { tornAnswer: true }, 12],
    ['V3 amnesia', 'kills', { amnesia: true }, 2],
    ['V5 no-advance', 'bayou-s-2212', { noAdvance: true }, 2],
    ['V6 no-check', 'bayou-s-2212', { noCheck: true }, 2],
    ['V7 tie', 'bayou-s-2212', { tie: true }, 3],
    ['V8 eager-vv', 'bayou-s-2212', { eagerVector: true }, 2],
  ];
  for (const [name, config, faults, steps] of FAULTS) {
    it(name, async () => {
      const { verdict, parting } = await walkTransitions(configuration(config), { making: { faults } });
      expect(verdict).toBe('diverges');
      expect(parting?.path.length).toBeLessThanOrEqual(steps);
    });
  }
});
