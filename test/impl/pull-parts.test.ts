/**
 * Pulls in parts (R9): at every instant, whatever is put, pulled, lost, repeated, late, killed or come back as another replica, a vector claims
 * nothing that its replica does not have or have something later for (R8), and equal vectors mean equal stores.
 *
 * The oracle knows no parts, cursors or waiting writes: it keeps a list of every write that was ever accepted, and looks at the stores from
 * outside, by gets.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReplicaId } from '#bayou/core/ids.js';
import type { Pull, PulledAnswer } from '#bayou/core/messages.js';
import type { Write } from '#bayou/core/write.js';
import type { Append, Log } from '#bayou/impl/log/log.js';
import { createMemoryLog } from '#bayou/impl/log/memory-log.js';
import {
  createReplica,
  pullCostOf,
  restore,
  snapshot,
  step,
  storeOf,
  transfersOf,
  vectorOf,
  type Effects,
  type Replica,
} from '#bayou/impl/replica.js';
import { requestFor } from '#bayou/impl/merge-pulled.js';
import { seedOr } from '../support/seeds.js';
import { right } from '../support/right.js';

type Event =
  | { readonly type: 'put'; readonly at: number; readonly key: number; readonly ahead: number }
  | { readonly type: 'ask'; readonly to: number; readonly from: number }
  | { readonly type: 'arrive'; readonly which: number; readonly again: boolean }
  | { readonly type: 'kill' | 'forget' | 'compact'; readonly at: number };

const SERVERS = 3;
const KEYS = 6;
const server = fc.nat(SERVERS - 1);
const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ type: fc.constant('put' as const), at: server, key: fc.nat(KEYS - 1), ahead: fc.nat(3) }),
    },
    { weight: 8, arbitrary: fc.record({ type: fc.constant('ask' as const), to: server, from: server }) },
    { weight: 8, arbitrary: fc.record({ type: fc.constant('arrive' as const), which: fc.nat(9), again: fc.boolean() }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constantFrom('kill' as const, 'forget' as const, 'compact' as const), at: server }),
    },
  ),
  { maxLength: 120, size: 'max' },
);

interface Flying {
  readonly to: ReplicaId;
  readonly asked: Pull;
  readonly pulled: PulledAnswer;
}

/** A cluster whose every append goes to a log in memory, from which a server comes back. */
class Cluster {
  readonly replicas: Replica[];
  readonly accepted: Write[] = [];
  #logs: Log[];
  #flying: Flying[] = [];
  #puts = 0;
  readonly #part: { readonly writes: number; readonly bytes: number };

  constructor(part: { readonly writes: number; readonly bytes: number }) {
    this.#part = part;
    this.replicas = Array.from({ length: SERVERS }, (_, id) => createReplica(`${id}.0`, { part }));
    this.#logs = this.replicas.map(() => createMemoryLog());
  }

  async open(): Promise<void> {
    for (const [id, log] of this.#logs.entries()) await log.open({ server: id, freshIncarnation: 0 });
  }

  async happen(event: Event): Promise<void> {
    switch (event.type) {
      case 'put': {
        const replica = this.replicas[event.at]!;
        const put = {
          type: 'put',
          client: 9,
          session: '1',
          clientTime: ++this.#puts,
          replica: null,
          clock: event.ahead === 3 ? 12 : 0,
          key: `k${event.key}`,
          value: `v${this.#puts}`.padEnd(event.ahead * 20, '.'),
          require: [],
        } as const;
        const effects = step<'put'>(replica, put);
        if (effects.answer.type !== 'accepted') throw new Error(effects.answer.type);
        this.accepted.push({ ...effects.answer.stamp, client: 9, clientTime: put.clientTime, key: put.key, value: put.value });
        return this.#write(event.at, effects);
      }
      case 'ask': {
        if (event.to === event.from) return;
        const [to, from] = [this.replicas[event.to]!, this.replicas[event.from]!];
        const asked = requestFor(to, event.from);
        this.#flying.push({ to: to.id, asked, pulled: step<'pull'>(from, asked).answer });
        return;
      }
      case 'arrive': {
        const which = event.which % Math.max(1, this.#flying.length);
        const flying = this.#flying[which];
        if (flying === undefined) return;
        if (!event.again) this.#flying.splice(which, 1);
        // A connection ends with its process: an answer reaches the replica that asked, or nobody.
        const to = this.replicas.findIndex(({ id }) => id === flying.to);
        if (to < 0) return;
        return this.#write(
          to,
          step<'merge'>(this.replicas[to]!, { type: 'merge', asked: flying.asked.vv, pulled: flying.pulled }),
        );
      }
      case 'compact':
        return this.#write(event.at, step<'compact'>(this.replicas[event.at]!, { type: 'compact' }));
      case 'kill': {
        this.#cut(event.at);
        const opened = right(await this.#logs[event.at]!.open({ server: event.at }));
        this.replicas[event.at] = restore(opened, { part: this.#part });
        return;
      }
      case 'forget': {
        this.#cut(event.at);
        const incarnation = Number(this.replicas[event.at]!.id.split('.')[1]) + 1;
        this.#logs[event.at] = createMemoryLog();
        await this.#logs[event.at]!.open({ server: event.at, freshIncarnation: incarnation });
        this.replicas[event.at] = createReplica(`${event.at}.${incarnation}`, { part: this.#part });
      }
    }
  }

  #cut(at: number): void {
    this.#flying = this.#flying.filter(({ to, pulled }) => to.split('.')[0] !== `${at}` && pulled.from.split('.')[0] !== `${at}`);
  }

  async #write(at: number, { append }: Effects<unknown>): Promise<void> {
    if (append !== undefined) await this.#logs[at]!.commit([append]);
  }
}

/** What can be read at a replica, key by key. */
const read = (replica: Replica, key: string) => {
  const answer = step<'get'>(replica, { type: 'get', client: 9, key, atLeast: null, require: [] }).answer;
  return answer.type === 'found' ? answer : undefined;
};

const isAtLeast = (a: { t: number; r: ReplicaId }, b: { t: number; r: ReplicaId }): boolean => {
  const number = (r: ReplicaId): number => Number(r.split('.')[0]) * 1000 + Number(r.split('.')[1]);
  return a.t > b.t || (a.t === b.t && number(a.r) >= number(b.r));
};

const check = ({ replicas, accepted }: Cluster): void => {
  for (const replica of replicas) {
    const vv = new Map(vectorOf(replica));
    for (const w of accepted) {
      if ((vv.get(w.r) ?? 0) < w.t) continue;
      const found = read(replica, w.key);
      expect(found !== undefined && isAtLeast(found.stamp, w), `${replica.id} claims ${w.t}@${w.r}`).toBe(true);
    }
    // What is seen is claimed: another with this vector has it too.
    for (let k = 0; k < KEYS; k++) {
      const found = read(replica, `k${k}`);
      if (found !== undefined) expect(vv.get(found.stamp.r) ?? 0).toBeGreaterThanOrEqual(found.stamp.t);
    }
  }
  const texts = replicas.map((r) => [JSON.stringify(vectorOf(r)), JSON.stringify(storeOf(r))] as const);
  for (const [vv, store] of texts) for (const [other, its] of texts) if (vv === other) expect(its).toBe(store);
};

/** A pull to its end; gives the number of parts. */
const pullAll = (to: Replica, from: Replica, each: (append: Append | undefined) => void = () => undefined): number => {
  for (let parts = 1; ; parts++) {
    const asked = requestFor(to, Number(from.id.split('.')[0]));
    const { answer, append } = step<'merge'>(to, { type: 'merge', asked: asked.vv, pulled: step<'pull'>(from, asked).answer });
    each(append);
    if (answer.type !== 'merged') throw new Error(answer.reason);
    if (answer.kind === 'last') return parts;
  }
};

describe('pulls in parts (R9)', () => {
  test('R8 at every instant, and equal vectors mean equal stores; afterwards everybody catches up', async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 1, max: 4 }), fc.constantFrom(1, 60, Infinity), async (list, writes, bytes) => {
        const cluster = new Cluster({ writes, bytes });
        await cluster.open();
        for (const event of list) {
          await cluster.happen(event);
          check(cluster);
        }
        const { replicas } = cluster;
        for (let round = 0; round < 3; round++)
          for (const to of replicas) for (const from of replicas) if (to !== from) pullAll(to, from);
        check(cluster);
        const [first, ...others] = replicas.map((r) => storeOf(r));
        for (const store of others) expect(store).toEqual(first);
      }),
      { numRuns: 150, seed: seedOr(1994) },
    );
  });

  const put = (replica: Replica, i: number, key = `k${i}`, value = 'v') =>
    step<'put'>(replica, {
      type: 'put',
      client: 9,
      session: '1',
      clientTime: i,
      replica: null,
      clock: 0,
      key,
      value,
      require: [],
    });

  test('a part that claimed the vector of its own instant would lose a write that came behind the stamps already passed', () => {
    const part = { writes: 1, bytes: Infinity };
    const [a, b, p] = [createReplica('1.0', { part }), createReplica('0.0', { part }), createReplica('2.0', { part })];
    put(a, 1, 'x');
    put(a, 2, 'y');
    put(b, 1, 'z');
    const once = () => {
      const asked = requestFor(p, 1);
      return step<'merge'>(p, { type: 'merge', asked: asked.vv, pulled: step<'pull'>(a, asked).answer });
    };
    once();
    // a gets z, whose stamp (1, 0.0) is below the one that the first part ended with, (1, 1.0).
    pullAll(a, b);
    expect(pullAll(p, a)).toBeGreaterThan(1);
    expect(storeOf(p)).toEqual([['x', 'v'], ['y', 'v'], ['z', 'v']]); // prettier-ignore
  });

  test('nothing of a part is seen before the last, and all of it in one instant', () => {
    const part = { writes: 3, bytes: Infinity };
    const [a, b] = [createReplica('1.0', { part }), createReplica('2.0', { part })];
    for (let i = 1; i <= 10; i++) put(a, i);
    const sizes: number[] = [];
    expect(pullAll(b, a, () => sizes.push(storeOf(b).length))).toBe(5);
    expect(sizes).toEqual([0, 0, 0, 0, 10]);
    expect(snapshot(b).waiting).toEqual([]);
  });

  test('parts are bounded in writes and in bytes, and one write always goes', () => {
    const a = createReplica('1.0', { part: { writes: 100, bytes: 1000 } });
    for (let i = 1; i <= 10; i++) put(a, i, `k${i}`, 'x'.repeat(400));
    put(a, 11, 'large', 'y'.repeat(5000));
    const ask = (after: Pull['after']) => step<'pull'>(a, { type: 'pull', puller: '2.0', vv: [], after }).answer;
    expect(ask(null).writes).toHaveLength(2);
    expect(ask({ t: 10, r: '1.0' })).toMatchObject({ writes: [{ key: 'large' }], upTo: null });
  });

  test('costs what is missing, for each part too: none walks over what went before', () => {
    const part = { writes: 100, bytes: Infinity };
    const [a, b] = [createReplica('1.0', { part }), createReplica('2.0', { part })];
    for (let i = 1; i <= 10_000; i++) put(a, i);
    const parts = pullAll(b, a);
    expect(parts).toBe(101);
    // Each write once, and for each part the write that did not fit and the one replica there is; the last part finds nothing.
    expect(pullCostOf(a)).toBeLessThanOrEqual(10_000 + 2 * parts);
  });

  test('a puller that comes back goes on where it was; one that is a new replica begins anew', async () => {
    const part = { writes: 2, bytes: Infinity };
    const [a, b] = [createReplica('1.0', { part }), createReplica('2.0', { part })];
    for (let i = 1; i <= 6; i++) put(a, i);
    const log = createMemoryLog();
    await log.open({ server: 2, freshIncarnation: 0 });
    const asked = requestFor(b, 1);
    const { append } = step<'merge'>(b, { type: 'merge', asked: asked.vv, pulled: step<'pull'>(a, asked).answer });
    await log.commit([append!]);
    const again = right(await log.open({ server: 2 }));
    const back = restore(again, { part });
    expect(requestFor(back, 1)).toMatchObject({ vv: [], after: { t: 2, r: '1.0' } });
    expect(snapshot(back)).toEqual(snapshot(b));
    const other = restore({ ...again, replica: '2.1', transfers: [] }, { part });
    expect([requestFor(other, 1).after, transfersOf(other), storeOf(other)]).toEqual([null, [], []]);
    // Writes of a part that no transfer waits for any more are dropped from the log.
    expect(step<'compact'>(other, { type: 'compact' }).append?.drops).toHaveLength(2);
  });
});
