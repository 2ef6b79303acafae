import { describe, expect, it } from 'vitest';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import type { Put } from '#bayou/core/messages.js';
import type { Faults } from '#bayou/impl/policy.js';
import { createReplica, step } from '#bayou/impl/replica.js';
import { bayou } from '#bayou/model/system.js';
import { probe } from '../../conformance/layer1-transitions/probe.js';
import { asShipped, showWalk, walkTransitions } from '../../conformance/layer1-transitions/transition-walk.js';
import { configured } from '../support/configs.js';

describe('every transition of the model is a step of the implementation, counted as the checker counts them:', () => {
  const CONFIGURATIONS: ReadonlyArray<readonly [name: string, what: string, transitions: number]> = [
    ['bayou-s-2212', 'puts, gets, whole pulls (R2 to R9)', 4_266],
    ['client-links', 'sessions with links, in R13’s order', 22_248],
    ['settle-messages', 'three-step pulls, a message lost, a link, a kill', 22_832],
    ['kills', 'kills, restarts with the log and without it (R7, R10)', 115_072],
    ['unknown-outcome', 'answers that are lost, puts that are repeated (R3, R14)', 24_382],
    ['new-sessions-small', 'sessions that start again, anew or from tokens (R11a)', 10_854],
    ['put-back-small', 'servers that are put back from copies of their logs (R7a)', 17_510],
  ];
  for (const [name, what, transitions] of CONFIGURATIONS) {
    it(`${name}: ${what}`, async () => {
      const config = configured(name);
      const walked = await walkTransitions(config, { sampleEvery: 499 });
      expect(showWalk(walked)).toMatch(/^conforms/);
      expect(walked.transitions).toBe(transitions);
      expect(walked.sampled).toBeGreaterThan(0);
      const { counts } = await checkComponents(bayou(asShipped(config)), {});
      expect([walked.states, walked.transitions]).toEqual([counts.distinct, counts.generated - 1]);
    });
  }
});

describe('what the model has no step for', () => {
  const accepted: Put = {
    type: 'put',
    client: 5,
    session: '1',
    clientTime: 1,
    replica: null,
    clock: 0,
    key: 'a',
    value: 'x',
    require: [],
  };
  it('is refused by the replica that ships, which is then as it was', () => {
    const replica = createReplica('0.0');
    step(replica, accepted);
    expect(probe(replica, accepted)).toBeUndefined();
  });
  it('is found where a replica takes it: one that has not accepted the put takes the identity for a new one', () => {
    expect(probe(createReplica('0.0'), accepted)).toBe(
      "asked for its identity with another value it says 'accepted', not 'not-the-same'",
    );
  });
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
      const { verdict, divergence } = await walkTransitions(configured(config), { replicaOptions: { faults } });
      expect(verdict).toBe('diverges');
      expect(divergence?.path.length).toBeLessThanOrEqual(steps);
    });
  }
});
