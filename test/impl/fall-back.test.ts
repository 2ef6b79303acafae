/**
 * A replica whose log has failed falls back to what the log has. The oracle is the log: the replica that is restored from the changes that got
 * there, which knows nothing of those that did not.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Pull } from '#bayou/core/messages.js';
import { durableOf, fallBack, reached } from '#bayou/impl/fall-back.js';
import type { Append } from '#bayou/impl/log/log.js';
import { createMemoryLog } from '#bayou/impl/log/memory-log.js';
import { clockOf, read, type Replica, type ReplicaOptions, restore, snapshot, step } from '#bayou/impl/replica.js';
import { requestFor } from '#bayou/impl/merge-pulled.js';
import { putOf } from './support/puts.js';
import { right } from '../support/right.js';

const part = { writes: 2, bytes: 64 };
const WHOLE = { writes: 1000, bytes: 1e6 };
const whole = (replica: Replica): Replica => Object.assign({}, replica, { part: WHOLE });
const KEYS = ['a', 'b', 'c', 'd'];
const options: ReplicaOptions = { part, now: () => 0, newIncarnation: () => 77 };

const event = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('put' as const), at: fc.nat(2), key: fc.nat(KEYS.length - 1) }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('pull' as const), from: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('exchange' as const), from: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 2, arbitrary: fc.constant({ type: 'compact' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'claim' as const }) },
);

/** Server 0, whose log is written down here, with some loose writes that its log kept though its vector does not claim them. */
const startOf = (isLoose: boolean): Append[] =>
  isLoose
    ? [
        {
          writes: [
            { t: 2, r: '0.5', client: 3, clientTime: 1, key: 'a', value: 'loose' },
            { t: 4, r: '1.9', client: 3, clientTime: 2, key: 'b', value: 'loose' },
          ],
          drops: [],
          vv: [],
          clock: 4,
          seen: [],
          forgotten: [],
        },
      ]
    : [];

const restored = async (appends: ReadonlyArray<Append>): Promise<Replica> => {
  const log = createMemoryLog();
  await log.open({ server: 0 });
  await log.commit(appends);
  const opened = right(await log.open({ server: 0 }));
  return restore(opened, options);
};

test('what a replica falls back to is what its log restores, to every get and pull, wherever the log failed (R8, R10)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 60, size: 'max' }),
      fc.nat(1000),
      fc.boolean(),
      async (events, share, isLoose) => {
        const before = startOf(isLoose);
        const mine = await restored(before);
        const others = [await restored([]), await restored([])].map((r, i) => ({ ...r, id: `${i + 1}.0` as const }));
        const all = [mine, ...others];
        const durable = durableOf(mine);
        const appends: Append[] = [];
        const note = ({ append }: { readonly append: Append | undefined }): void => {
          if (append !== undefined) appends.push(append);
        };
        let puts = 0;
        const pull = (to: Replica, from: Replica): { readonly append: Append | undefined } => {
          const asked = requestFor(to, Number(from.id.split('.')[0]));
          return step<'merge'>(to, { type: 'merge', asked: asked.vv, pulled: step<'pull'>(from, asked).answer });
        };
        for (const e of events) {
          if (e.type === 'put') {
            const done = step<'put'>(all[e.at]!, putOf(++puts, KEYS[e.key]!, `v${puts}`.padEnd(20, '.')));
            if (e.at === 0) note(done);
          } else if (e.type === 'pull') note(pull(mine, all[e.from]!));
          else if (e.type === 'exchange') pull(all[e.from]!, all[3 - e.from]!);
          else if (e.type === 'compact') note(step<'compact'>(mine, { type: 'compact' }));
          // A peer knows more of it than it does itself: it becomes another replica (R7a).
          else note(step<'pull'>(mine, { type: 'pull', puller: '2.0', vv: [[mine.id, clockOf(mine) + 5]], after: null }));
        }
        const kept = Math.round((share / 1000) * appends.length);
        reached(durable, appends.slice(0, kept));
        const fallen = fallBack(mine, durable, appends.slice(kept));
        const oracle = await restored([...before, ...appends.slice(0, kept)]);
        const [is, should] = [snapshot(fallen), snapshot(oracle)];
        expect({ id: is.id, clock: is.clock, vv: is.vv, log: is.log }).toEqual({
          id: should.id,
          clock: should.clock,
          vv: should.vv,
          log: should.log,
        });
        for (const key of KEYS) {
          const get = { type: 'get', client: 9, key, atLeast: null, require: [] } as const;
          expect(read(fallen, get)).toEqual(read(oracle, get));
        }
        for (const other of others) {
          const ask: Pull = requestFor(other, 0);
          // In one part: where parts end depends on what else waits.
          expect(read(whole(fallen), ask)).toEqual(read(whole(oracle), ask));
        }
      },
    ),
    { numRuns: 600 },
  );
});
