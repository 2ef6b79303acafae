import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PulledAnswer } from '#bayou/core/messages.js';
import type { Write } from '#bayou/core/write.js';
import { compareStamps } from '#bayou/impl/order.js';
import { createReplica, snapshot, step, storeOf, vectorOf, type Replica } from '#bayou/impl/replica.js';
import { seedOr } from '../support/seeds.js';
import { putOf } from './support/puts.js';

/** What happens to a few replicas: puts, pulls asked, and answers that arrive when they like, more than once, or never. */
type Event =
  | { readonly type: 'put'; readonly at: number; readonly key: number; readonly client: number; readonly clock: number }
  | { readonly type: 'ask'; readonly to: number; readonly from: number }
  | { readonly type: 'arrive'; readonly which: number };

const REPLICAS = 3;
const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constant('put' as const),
      at: fc.nat(REPLICAS - 1),
      key: fc.nat(3),
      client: fc.nat(2),
      clock: fc.nat(6),
    }),
    fc.record({ type: fc.constant('ask' as const), to: fc.nat(REPLICAS - 1), from: fc.nat(REPLICAS - 1) }),
    fc.record({ type: fc.constant('arrive' as const), which: fc.nat(20) }),
  ),
  { maxLength: 60, size: 'max' },
);

/** A replica that prunes nothing, as the rules say it and no better: the reference. */
class Naive {
  readonly writes: Write[] = [];
  readonly known = new Map<string, number>();
  add(w: Write): void {
    if (!this.writes.some((o) => o.t === w.t && o.r === w.r)) this.writes.push(w);
  }
  lacking(vv: ReadonlyMap<string, number>): Write[] {
    return this.writes.filter((w) => w.t > (vv.get(w.r) ?? 0));
  }
  raise(vv: ReadonlyMap<string, number>): void {
    for (const [r, t] of vv) this.known.set(r, Math.max(t, this.known.get(r) ?? 0));
  }
  store(): (readonly [string, string])[] {
    const store = new Map([...this.writes].sort(compareStamps).map((w) => [w.key, w.value] as const));
    return [...store].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

interface InFlight {
  readonly to: number;
  readonly pulled: PulledAnswer;
  readonly naive: { readonly writes: Write[]; readonly vv: ReadonlyMap<string, number> };
}

/** Runs the events on both; `each` looks at every replica after every event. */
const runEvents = (list: ReadonlyArray<Event>, each: (replicas: Replica[], naives: Naive[], accepted: Write[]) => void) => {
  const replicas = [1, 2, 10].map((server) => createReplica(`${server}.0`));
  const naives = replicas.map(() => new Naive());
  const flying: InFlight[] = [];
  const accepted: Write[] = [];
  let clientTime = 0;
  const happen = (event: Event): void => {
    if (event.type === 'put') {
      const replica = replicas[event.at]!;
      const { client, clock } = event;
      clientTime++;
      const message = { ...putOf(clientTime, `k${event.key}`, `v${clientTime}`), client, clock };
      const { answer, append } = step<'put'>(replica, message);
      if (answer.type !== 'accepted') throw new Error(answer.type);
      const write = append!.writes[0]!;
      accepted.push(write);
      naives[event.at]!.add(write);
      naives[event.at]!.raise(new Map([[write.r, write.t]]));
    } else if (event.type === 'ask') {
      const [to, from] = [replicas[event.to]!, replicas[event.from]!];
      const pulled = step<'pull'>(from, { type: 'pull', puller: to.id, vv: vectorOf(to), after: null }).answer;
      const naive = naives[event.from]!;
      flying.push({
        to: event.to,
        pulled,
        naive: { writes: naive.lacking(naives[event.to]!.known), vv: new Map(naive.known) },
      });
    } else if (flying.length > 0) {
      const { to, pulled, naive } = flying[event.which % flying.length]!;
      step(replicas[to]!, { type: 'merge', asked: [], pulled });
      naive.writes.forEach((w) => naives[to]!.add(w));
      naives[to]!.raise(naive.vv);
    }
  };
  for (const event of list) {
    happen(event);
    each(replicas, naives, accepted);
  }
  return replicas;
};

const pull = (to: Replica, from: Replica): void => {
  const pulled = step<'pull'>(from, { type: 'pull', puller: to.id, vv: vectorOf(to), after: null }).answer;
  step(to, { type: 'merge', asked: [], pulled });
};

const RUNS = { numRuns: 400, seed: seedOr(1994) };

describe('pulls that are lost, repeated, delayed and out of order (R9)', () => {
  test('pruning is invisible: at every instant the same store and vector as a replica that prunes nothing (R5, R6, R8)', () => {
    fc.assert(
      fc.property(events, (list) => {
        runEvents(list, (replicas, naives) =>
          replicas.forEach((replica, i) => {
            expect([...storeOf(replica)]).toEqual(naives[i]!.store());
            expect(new Map(vectorOf(replica))).toEqual(naives[i]!.known);
          }),
        );
      }),
      RUNS,
    );
  });

  test('a vector never claims more than the replica has, or has something later for (R8)', () => {
    fc.assert(
      fc.property(events, (list) => {
        runEvents(list, (replicas, _naives, accepted) => {
          for (const replica of replicas) {
            const vv = new Map(vectorOf(replica));
            const log = new Map(snapshot(replica).log.map((w) => [w.key, w]));
            for (const w of accepted) {
              if (w.t <= (vv.get(w.r) ?? 0)) expect(compareStamps(log.get(w.key)!, w)).toBeGreaterThanOrEqual(0);
            }
          }
        });
      }),
      RUNS,
    );
  });

  test('equal vectors mean equal stores; stamps are unique; one write a key is kept (R2, R5, R6)', () => {
    fc.assert(
      fc.property(events, (list) => {
        runEvents(list, (replicas, _naives, accepted) => {
          const stores = new Map<string, string>();
          for (const replica of replicas) {
            const { vv, log } = snapshot(replica);
            const store = JSON.stringify([...storeOf(replica)]);
            expect(stores.get(JSON.stringify(vv)) ?? store).toBe(store);
            stores.set(JSON.stringify(vv), store);
            expect(new Set(log.map((w) => w.key)).size).toBe(log.length);
          }
          expect(new Set(accepted.map((w) => `${w.t} ${w.r}`)).size).toBe(accepted.length);
        });
      }),
      RUNS,
    );
  });

  test('converge once whole pulls go through: the ring there and back makes all stores equal (R9)', () => {
    fc.assert(
      fc.property(events, (list) => {
        const replicas = runEvents(list, () => undefined);
        const [a, b, c] = replicas as [Replica, Replica, Replica];
        for (const [to, from] of [
          [b, a],
          [c, b],
          [b, c],
          [a, b],
        ] as const)
          pull(to, from);
        const states = replicas.map(snapshot).map(({ vv, log, clock }) => JSON.stringify({ vv, log, clock }));
        expect(new Set(states).size).toBe(1);
      }),
      RUNS,
    );
  });
});
