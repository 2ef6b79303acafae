import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReplicaId } from '#bayou/core/ids.js';
import type { Stamp, Transfer, VectorEntries, Write } from '#bayou/core/write.js';
import { nameOfSlot, NO_SESSION, type SeenPut } from '#bayou/impl/client-windows.js';
import type { Append, RecoveredLog } from '#bayou/impl/log/log.js';
import { liveWritesOf, step, type Message } from '#bayou/impl/replica.js';
import { right } from '../support/right.js';
import { seedOr } from '../support/seeds.js';
import { copyOpen, openLog, withDirectory, withJournal } from './support/log-image.js';
import { putOf } from './support/puts.js';

// --- what a list of appends says ---------------------------------------------------------------------------------------------

const nameOf = ({ r, t }: Stamp): string => `${r} ${t}`;

/** The things of a list that a later entry of the list does not take away. `undefined`: the name is taken away. */
const left = <A>(changes: ReadonlyArray<readonly [name: string, value: A | undefined]>): Record<string, A> =>
  Object.fromEntries(
    [...new Map(changes)].filter((entry): entry is [string, A] => entry[1] !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)),
  );

interface Contents {
  readonly writes: Record<string, Write>;
  readonly waiting: Record<string, Write>;
  readonly seen: Record<string, SeenPut>;
  readonly vv: Record<string, number>;
  readonly clock: number;
  readonly transfers: ReadonlyArray<Transfer>;
  readonly replica: ReplicaId;
}

/** What a log of these appends holds: the last word on each write, put and identity, and the greatest times. */
const contentsOf = (appends: ReadonlyArray<Append>): Contents => ({
  writes: left(appends.flatMap((a) => [...a.writes.map((w) => [nameOf(w), w] as const), ...gone(a)])),
  waiting: left(appends.flatMap((a) => [...(a.waiting ?? []).map((w) => [nameOf(w), w] as const), ...gone(a)])),
  seen: left(
    appends.flatMap((a) => [
      ...a.forgotten.map((s) => [nameOfSlot(s), undefined] as const),
      ...a.seen.map((s) => [nameOfSlot(s), s] as const),
    ]),
  ),
  vv: left(appends.flatMap((a) => a.vv).sort(([, a], [, b]) => a - b)),
  clock: Math.max(0, ...appends.map((a) => a.clock)),
  transfers: appends.findLast((a) => a.transfers !== undefined)?.transfers ?? [],
  replica: appends.findLast((a) => a.replica !== undefined)?.replica ?? '1.0',
});

const gone = ({ drops }: Append) => drops.map((w) => [nameOf(w), undefined] as const);

/** What a log that was opened holds, and in how many records. */
const recoveredOf = ({ writes, waiting, seen, vv, clock, transfers, replica }: RecoveredLog): Contents & { records: number } => {
  const all = { writes: [...writes], waiting: [...waiting], seen: [...seen] };
  return {
    writes: left(all.writes.map((w) => [nameOf(w), w])),
    waiting: left(all.waiting.map((w) => [nameOf(w), w])),
    seen: left(all.seen.map((s) => [nameOfSlot(s), s])),
    vv: left([...vv]),
    clock,
    transfers,
    replica,
    records: all.writes.length + all.waiting.length + all.seen.length,
  };
};

const recordsOf = ({ writes, waiting, seen }: Contents): number =>
  [writes, waiting, seen].reduce((sum, things) => sum + Object.keys(things).length, 0);

// --- random appends ----------------------------------------------------------------------------------------------------------

const REPLICAS: ReadonlyArray<ReplicaId> = ['1.0', '2.3', '10.11'];
const bytes = fc.string({ unit: fc.nat(255).map((c) => String.fromCharCode(c)), maxLength: 12 });
const replica = fc.constantFrom(...REPLICAS);
const entries: fc.Arbitrary<VectorEntries> = fc.uniqueArray(fc.tuple(replica, fc.integer({ min: 1, max: 99 })), {
  maxLength: 3,
  selector: ([r]) => r,
});
const stamp = fc.record({ t: fc.integer({ min: 1, max: 99 }), r: replica });
const transfer: fc.Arbitrary<Transfer> = fc.record({
  from: replica,
  base: entries,
  goal: entries,
  after: fc.option(stamp),
});
const write = fc.record({ r: replica, client: fc.nat(9), clientTime: fc.nat(9), key: bytes, value: bytes });
const few = <A>(of: fc.Arbitrary<A>): fc.Arbitrary<A[]> => fc.array(of, { maxLength: 2 });

/** An append before it is known what is there: `drops`, `forgotten` and `again` choose among that. */
const draft = fc.record({
  writes: few(write),
  waiting: few(write),
  drops: few(fc.nat(999)),
  again: few(fc.nat(999)),
  seen: few(
    fc.record({
      client: fc.nat(1),
      session: fc.constantFrom(NO_SESSION, 'a', 'f0'),
      clientTime: fc.constantFrom(1, 2, 1025, 1026, 2049),
      stamp,
      digest: fc.nat(2 ** 32 - 1),
    }),
  ),
  forgotten: few(fc.nat(999)),
  vv: entries,
  clock: fc.oneof(fc.constant(0), fc.nat(99)),
  transfers: fc.option(few(transfer), { nil: undefined, freq: 3 }),
  renews: fc.nat(9).map((n) => n === 0),
});

type Draft = typeof draft extends fc.Arbitrary<infer A> ? A : never;

const pick = <A>(from: ReadonlyArray<A>, choices: ReadonlyArray<number>): A[] => [
  ...new Set(from.length === 0 ? [] : choices.map((n) => from[n % from.length]!)),
];

/** The append of a draft, after these appends: it drops and forgets what is there, adds what is not, and brings back writes that were dropped. */
const appendOf = (before: ReadonlyArray<Append>, d: Draft): Append => {
  const there = contentsOf(before);
  const nextTime = 1 + before.reduce((sum, a) => sum + a.writes.length + (a.waiting?.length ?? 0), 0);
  const fresh = [...d.writes, ...d.waiting].map((w, i): Write => ({ ...w, t: nextTime + i }));
  const lost = (of: (a: Append) => ReadonlyArray<Write>, has: Record<string, Write>): Write[] =>
    pick(
      [...new Map(before.flatMap(of).map((w) => [nameOf(w), w])).values()].filter((w) => !(nameOf(w) in has)),
      d.again,
    );
  const seen = [...new Map(d.seen.map((s) => [nameOfSlot(s), s.session === NO_SESSION ? { ...s, digest: 0 } : s])).values()];
  const replaced = seen.flatMap((s) => there.seen[nameOfSlot(s)] ?? []);
  return {
    writes: [...fresh.slice(0, d.writes.length), ...lost((a) => a.writes, there.writes)],
    waiting: [...fresh.slice(d.writes.length), ...lost((a) => a.waiting ?? [], there.waiting)],
    drops: pick([...Object.values(there.writes), ...Object.values(there.waiting)], d.drops).map(({ r, t }) => ({ r, t })),
    seen,
    forgotten: [...new Set([...replaced, ...pick(Object.values(there.seen), d.forgotten)])],
    vv: d.vv,
    clock: d.clock,
    ...(d.transfers === undefined ? {} : { transfers: d.transfers }),
    ...(d.renews ? { replica: `1.${before.length + 1}` as ReplicaId } : {}),
  };
};

/** One process's life with a log: its commits, and how it ends. */
const life = fc.record({
  commits: fc.array(fc.array(draft, { minLength: 1, maxLength: 3 }), { maxLength: 6 }),
  isKilled: fc.boolean(),
  options: fc.record({
    fsync: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    fileBytes: fc.constantFrom(100, 1_000_000),
    takeInCount: fc.constantFrom(1, 4, 1000),
    maxBehind: fc.constantFrom(0, 3, 1000),
  }),
});

test('whatever is appended, taken in, closed, killed and opened again: a log on disk holds what its appends say, and no record more (R3, R6, R9, R10)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 2, maxLength: 5 }), (lives) =>
      withDirectory(async (directory) => {
        const appends: Append[] = [];
        let folder = join(directory, 'log');
        for (const [i, { commits, isKilled, options }] of lives.entries()) {
          const { log, recovered } = await openLog(folder, withJournal({ ...options, takeInMs: 60_000 }));
          const expected = contentsOf(appends);
          expect(recovered.found).toBe(i === 0 ? 'fresh' : 'whole');
          expect(recoveredOf(recovered)).toEqual({ ...expected, records: recordsOf(expected) });
          for (const drafts of commits) {
            const batch: Append[] = [];
            for (const one of drafts) batch.push(appendOf([...appends, ...batch], one));
            await log.commit(batch);
            appends.push(...batch);
          }
          if (isKilled) copyOpen(folder, (folder = join(directory, `killed-${i}`)));
          right(await log.close());
        }
      }),
    ),
    { numRuns: 100, seed: seedOr(3) },
  );
});

test('however much is put, pulled and overwritten: a log has one record for each live write and each put to recognise, and no more (R6)', async () => {
  const change = fc.oneof(
    fc.record({ from: fc.constant(null), key: fc.constantFrom('a', 'b', 'c'), t: fc.constant(0) }),
    fc.record({
      from: fc.constantFrom<ReplicaId>('2.3', '10.11'),
      key: fc.constantFrom('a', 'b'),
      t: fc.integer({ min: 1, max: 99 }),
    }),
  );
  const lives = fc.array(fc.array(change, { maxLength: 40 }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(lives, fc.boolean(), (all, fsync) =>
      withDirectory(async (directory) => {
        const make = withJournal({ fsync, takeInCount: 5, maxBehind: 10 });
        let puts = 0;
        for (const changes of [...all, []]) {
          const { log, recovered, replica } = await openLog(directory, make);
          expect([...recovered.writes]).toHaveLength(liveWritesOf(replica).length);
          expect([...recovered.seen]).toHaveLength(puts);
          for (const { from, key, t } of changes) {
            const { append } =
              from === null ? step(replica, putOf(++puts, key, `v${puts}`)) : step(replica, pulledOf(from, key, t));
            if (append !== undefined) await log.commit([append]);
          }
          right(await log.close());
        }
      }),
    ),
    { numRuns: 40, seed: seedOr(6) },
  );
});

/** The answer of a replica that has one write, of this stamp. */
const pulledOf = (from: ReplicaId, key: string, t: number): Message & { readonly type: 'merge' } => ({
  type: 'merge',
  asked: [],
  pulled: {
    type: 'pulled',
    from,
    after: null,
    upTo: null,
    writes: [{ t, r: from, client: 7, clientTime: t, key, value: `w${t}` }],
    vv: [[from, t]],
    clock: t,
  },
});
