/** What `bayou check` takes for a model of one's own, held against models that the compiler has checked. */
import * as E from 'fp-ts/lib/Either.js';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkSync } from '#bayou/checker/check.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { decodeModel } from '#bayou/checker/contract/model-shape.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import { bayou } from '#bayou/model/system.js';
import { ewd840 } from '../../examples/models/ewd840.js';
import { peterson } from '../../examples/models/peterson.js';
import { philosophers } from '../../examples/models/philosophers.js';
import { twoPhaseCommit } from '../../examples/models/two-phase-commit.js';
import waterJugs from '../../examples/models/water-jugs.js';
import { configured } from '../support/configs.js';

/** The level of a model that is taken for one, and whose functions give what they should: a search looks at what they do. */
const levelOf = async (given: unknown): Promise<string> => {
  const decoded = decodeModel(given);
  if (E.isLeft(decoded)) return decoded.left;
  const { level, model } = decoded.right;
  if (level === 'plain') checkSync(model, { maxStates: 50 });
  else await checkComponents(model, { maxStates: 50 });
  return level;
};

describe('what is taken for a model', () => {
  test.each([peterson('correct'), philosophers(3, 'polite'), twoPhaseCommit(3), waterJugs, ewd840({ nodes: 3 })])(
    'the example $name',
    async (model) => {
      expect(await levelOf(model)).toBe('plain');
    },
  );

  test.each(readdirSync('spec/configs').map((file) => file.replace('.json', '')))(
    'the model of %s, at both levels',
    async (name) => {
      const model = bayou(configured(name));
      expect(await Promise.all([model, toModel(model), internedModel(model)].map(levelOf))).toEqual([
        'components',
        'plain',
        'plain',
      ]);
    },
  );
});
