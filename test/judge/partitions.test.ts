/** Two readings of section 5: the links there are, as layers 2 to 4 follow them, and the cuts, as the judge keeps them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Command } from '#bayou/core/script.js';
import {
  partitionsIn,
  EMPTY_SHAPE,
  shapeAfter,
  shapeWithout,
  type ClusterShape,
} from '../../conformance/layer4-hostile/judge/partitions.js';
import { applyCommand, applyDeath, newTopology, partitionsOf } from '../../conformance/common/topology-of-script.js';

const id = fc.nat(4);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('joinServer' as const), id }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('killServer' as const), id }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('joinClient' as const), id, server: id }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('breakConnection' as const), a: id, b: id }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('createConnection' as const), a: id, b: id }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('printStore' as const), id }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('printMemberList' as const), id }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('put' as const), client: id, key: fc.constant('a'), value: fc.constant('b') }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('get' as const), client: id, key: fc.constant('a') }) },
  { weight: 1, arbitrary: fc.constant({ type: 'stabilize' as const }) },
);

/** A command, or the id of a server that ends by itself. */
const event = fc.oneof({ weight: 14, arbitrary: command }, { weight: 1, arbitrary: id });

describe('who is apart from whom', () => {
  test('is the same in both readings, whatever the commands, bad ones among them, and whoever ends by itself', () => {
    const seen = { scripts: 0, bad: 0, apart: 0 };
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60, size: 'max' }), (script) => {
        const topology = newTopology();
        let shape: ClusterShape = EMPTY_SHAPE;
        for (const one of script) {
          const after = typeof one === 'number' ? shapeWithout(shape, one) : shapeAfter(shape, one);
          if (typeof one === 'number') applyDeath(topology, one);
          else expect(after !== undefined).toBe(applyCommand(topology, one));
          shape = after ?? shape;
          expect(partitionsIn(shape)).toEqual(partitionsOf(topology));
          if (after === undefined) seen.bad++;
          if (partitionsIn(shape).length > 1) seen.apart++;
        }
        seen.scripts++;
      }),
      { numRuns: 700 },
    );
    expect(seen.scripts).toBe(700);
    expect(seen.bad).toBeGreaterThan(1_000);
    expect(seen.apart).toBeGreaterThan(1_000);
  });

  test('a server that is back is connected to all, whatever was cut before it died', () => {
    const script: ReadonlyArray<Command> = [
      { type: 'joinServer', id: 0 },
      { type: 'joinServer', id: 1 },
      { type: 'breakConnection', a: 0, b: 1 },
      { type: 'killServer', id: 1 },
      { type: 'joinServer', id: 1 },
    ];
    const shapes = script.reduce<ReadonlyArray<ClusterShape>>(
      (all, one) => [...all, shapeAfter(all.at(-1)!, one)!],
      [EMPTY_SHAPE],
    );
    expect(shapes.map(partitionsIn)).toEqual([[], [[0]], [[0, 1]], [[0], [1]], [[0]], [[0, 1]]]);
  });
});
