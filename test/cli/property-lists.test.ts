/** `--properties` judges every property that its list may mean. */
import { describe, expect, test } from 'vitest';
import { ownFolder, report } from './support/own-folder.js';

const { file } = ownFolder();

const model = (names: ReadonlyArray<string>): string => `export default {
  name: 'names', initial: [0], actions: () => [], next: (s) => s, label: () => ({ family: 'go', args: [] }),
  properties: ${JSON.stringify(names)}.map((name) => ({ name, kind: 'always', holds: () => true })),
};`;

describe('names with commas', () => {
  test.each([
    [['x, y', 'x,y'], 'x, y', ['x, y']],
    [['x, y', 'x,y'], 'x,y', ['x,y']],
    [['x, y', 'x,y'], 'x ,y', ['x, y', 'x,y']],
    [['x, y', 'z'], 'z,x,y', ['x, y', 'z']],
    // One that is left out may be the one that is violated.
    [['x', 'y', 'x,y'], 'x,y', ['x', 'x,y', 'y']],
    [['x', 'x,y', 'y,z', 'z'], 'x,y,z', ['x', 'x,y', 'y,z', 'z']],
  ])('of %j, %j means %j', async (names, list, judged) => {
    const { properties } = await report(await file('names.mjs', model(names)), '--properties', list);
    expect(properties.map(({ name }) => name).sort()).toEqual(judged);
  });
});
