import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Chain, cutChain, joinChains, linkChain } from '../../src/master/link-orders.js';
import { makeTopology, type Topology } from '../../src/master/topology.js';

const SERVERS = [0, 1, 2, 3];
const CLIENTS = [10, 11];

interface Act {
  readonly what: 'join' | 'kill' | 'link' | 'cut';
  readonly a: number;
  readonly b: number;
}

const worlds: fc.Arbitrary<Topology> = fc
  .array(
    fc.record({
      what: fc.constantFrom('join' as const, 'kill' as const, 'link' as const, 'cut' as const),
      a: fc.constantFrom(...SERVERS, ...CLIENTS),
      b: fc.constantFrom(...SERVERS),
    }),
    { maxLength: 25 },
  )
  .map((all: ReadonlyArray<Act>) => {
    const t = makeTopology();
    for (const id of SERVERS) t.serverJoined(id);
    for (const id of CLIENTS) t.clientJoined(id, 0);
    for (const { what, a, b } of all) {
      if (what === 'join' && t.isServer(a)) t.serverJoined(a);
      else if (what === 'kill') t.died(b);
      else if (a !== b && what === 'link') t.linked(a, b);
      else if (a !== b && what === 'cut') t.cut(a, b);
    }
    return t;
  });

/** Whoever is called has let the caller in at an earlier stage of the same chain. */
const admitsFirst = (chain: Chain): boolean =>
  chain.every((stage, i) =>
    stage
      .filter(({ what }) => what === 'dial')
      .every(({ at, peer }) =>
        chain.slice(0, i).some((before) => before.some((x) => x.what === 'admit' && x.at === peer && x.peer === at)),
      ),
  );

describe('who is told of a link (section 5)', () => {
  test('between any two ends the one that is called lets the other in first; clients are called by nobody', () => {
    fc.assert(
      fc.property(worlds, fc.constantFrom(...SERVERS, ...CLIENTS), fc.constantFrom(...SERVERS), (t, a, b) => {
        fc.pre(a !== b);
        for (const chain of [linkChain(t, a, b), linkChain(t, b, a)]) {
          expect(admitsFirst(chain)).toBe(true);
          expect(chain.flat().some(({ what, peer }) => what === 'dial' && t.isClient(peer))).toBe(false);
          // Servers call each other: each pulls over the connection that it has dialed.
          expect(chain.flat().filter(({ what }) => what === 'dial')).toHaveLength(t.isClient(a) ? 1 : 2);
        }
      }),
    );
  });

  test('a cut is told to both ends at once', () => {
    expect(cutChain(1, 2)).toHaveLength(1);
    expect(cutChain(1, 2)[0]?.map(({ at, peer, what }) => `${what} ${at}-${peer}`)).toEqual(['cut 1-2', 'cut 2-1']);
  });

  test('a server that joins is linked to every live server, and then every client of its own calls it', () => {
    fc.assert(
      fc.property(worlds, fc.constantFrom(...SERVERS), (t, id) => {
        t.serverJoined(id);
        const [servers = [], clients = [], ...more] = joinChains(t, id);
        expect(more).toEqual([]);
        expect(servers.every(admitsFirst)).toBe(true);
        const met = servers.map((chain) => chain.flat().find((x) => x.at === id)?.peer);
        expect(met).toEqual(t.liveServers().filter((s) => s !== id));
        expect(clients.flat(2)).toEqual(t.clientsOf(id).map((at) => ({ at, peer: id, what: 'dial' })));
      }),
    );
  });
});
