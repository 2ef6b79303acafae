/** A reply is made for a requester and a replier that are in one state, and for no others: not for a run, and not for a checkpoint. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkComponents } from '../../src/checker/factored/check-components.js';
import { interaction, over, query, slot, type ComponentModel } from '../../src/checker/model.js';

interface Reader {
  readonly wants: number;
  readonly got: string;
}

const reader = slot<Reader>('reader', 'reader', { wants: -1, got: '' });
const log = slot<ReadonlyArray<string>>('log', 'log', []);

/** The reader asks for the last item, so an item that it asks for is always there. */
const model: ComponentModel = {
  name: 'reading the last',
  slots: [reader, log],
  interactions: [
    interaction({
      label: { family: 'append', args: [] },
      slots: [reader, log],
      writes: [0, 1],
      step: ({ wants }, items) =>
        wants === -1 && items.length < 6 ? [{ next: [{ wants: items.length, got: '' }, [...items, 'a']] }] : [],
    }),
    query({
      label: { family: 'read', args: [] },
      requester: reader,
      replier: log,
      query: {
        request: ({ wants }) => (wants < 0 ? undefined : wants),
        reply: (items, at) => {
          const item = items[at];
          if (item === undefined) throw new Error(`there is no item ${at} of ${items.length}`);
          return item;
        },
        receive: (_, got) => [{ next: { wants: -1, got } }],
      },
    }),
  ],
  properties: [
    {
      name: 'not a second',
      kind: 'always',
      over: [over([reader, log], ({ got }, items) => got === '' || items.length !== 2)],
    },
    { name: 'at most six', kind: 'always', over: [over([log], (items) => items.length < 7)] },
  ],
};

test('a run is found without such a reply', async () => {
  const { properties, counts } = await checkComponents(model, { keepGoing: true });
  expect(properties[0]?.trace?.steps.map(({ label }) => label.family)).toEqual(['append', 'read', 'append', 'read']);
  expect(counts.distinct).toBe(13);
});

test('a checkpoint is written without it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'bayou-'));
  try {
    const checkpoint = join(dir, 'kept');
    const asked = { checkpoint, keepGoing: true, maxDepth: 11 };
    expect((await checkComponents(model, asked)).stop.kind).toBe('depth');
    const { maxDepth: _, checkpoint: resume, ...rest } = asked;
    expect(await checkComponents(model, { ...rest, resume })).toMatchObject({ counts: { distinct: 13 } });
  } finally {
    rmSync(dir, { recursive: true });
  }
});
