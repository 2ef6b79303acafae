import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Guarantees } from '#bayou/core/guarantees.js';
import { DEFAULTS, type Config } from '#bayou/model/checking/config.js';
import { showWalk, walkTransitions } from '../../conformance/layer1-transitions/transition-walk.js';
import { seedOr } from '../support/seeds.js';

const SEED = seedOr(1994);
const EITHER = [false, true];

/** What the sessions ask of their puts is drawn. */
const DRAWN = fc.sample(fc.tuple(fc.boolean(), fc.boolean(), fc.nat(7)), { seed: SEED, numRuns: 8 });

/** Every choice of what a session asks of its gets. */
const ASKED: ReadonlyArray<Guarantees> = EITHER.flatMap((readYourWrites) =>
  EITHER.flatMap((monotonicReads) => (['key', 'store'] as const).map((scope) => ({ readYourWrites, monotonicReads, scope }))),
).map((asked, i) => ({ ...asked, writesFollowReads: DRAWN[i]![0], monotonicWrites: DRAWN[i]![1] }));

const SMALL: Config = { ...DEFAULTS, keys: 2, sessionKeys: 1 };

const walked = async (config: Partial<Config>): Promise<string> => showWalk(await walkTransitions({ ...SMALL, ...config }));

describe(`sessions that remember one key of two fold what they asked for into the floor, and no more (R11), seed ${SEED}:`, () => {
  for (const [i, asked] of ASKED.entries()) {
    const other = ASKED[DRAWN[i]![2]]!;
    it(`${JSON.stringify(asked)} beside ${JSON.stringify(other)}`, async () => {
      expect(await walked({ sessions: [asked, other] })).toMatch(/^conforms/);
    });
  }
});

describe('a session that reads an older write of a key that it had forgotten:', () => {
  for (const asked of ASKED.filter(({ monotonicReads, scope }) => !monotonicReads && scope === 'key')) {
    it(JSON.stringify(asked), async () => {
      expect(await walked({ clients: 1, puts: 3, sessions: [asked] })).toMatch(/^conforms/);
    });
  }
});
