import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EMPTY, nextName, nextRoster, type Roster, type RosterEffect, type RosterEvent } from '../../src/master/roster.js';
import type { Party } from '../../src/net/protocol.js';

/** What the processes of two ids do: they start, are dialed or not, are killed or die, in any order that processes can. */
interface Act {
  readonly what: 'start' | 'dial' | 'kill' | 'die';
  readonly pick: number;
}

interface Proc {
  readonly party: Party;
  readonly name: string;
  state: 'started' | 'runs' | 'gone';
  isKilled: boolean;
}

const acts: fc.Arbitrary<ReadonlyArray<Act>> = fc.array(
  fc.record({ what: fc.constantFrom('start' as const, 'dial' as const, 'kill' as const, 'die' as const), pick: fc.nat(9) }),
  { maxLength: 30 },
);

const eventOf = (procs: Proc[], roster: Roster, { what, pick }: Act): RosterEvent | undefined => {
  if (what === 'start') {
    const party: Party = { role: 'server', id: pick % 2 };
    // A master starts nobody as an id under which somebody is.
    if (procs.some((p) => p.party.id === party.id && p.state !== 'gone')) return undefined;
    procs.push({ party, name: nextName(roster, party), state: 'started', isKilled: false });
    return { type: 'started', party };
  }
  const p = procs.filter(({ state }) => state !== 'gone')[pick % 3];
  if (p === undefined) return undefined;
  const { party, name } = p;
  if (what === 'kill') {
    p.isKilled = true;
    return { type: 'doomed', party, name };
  }
  if (what === 'die') {
    p.state = 'gone';
    return { type: 'gone', party, name, how: 'it is gone' };
  }
  if (p.state !== 'started' || p.isKilled) return undefined;
  p.state = 'runs';
  return { type: 'enlisted', party, name };
};

describe('the processes that a master knows', () => {
  test('each that ends by itself is told of once, none that was killed is, and whoever runs is the one that was dialed last', () => {
    let runs = 0;
    fc.assert(
      fc.property(acts, (all) => {
        let roster = EMPTY;
        const procs: Proc[] = [];
        const effects: RosterEffect[] = [];
        const died: number[] = [];
        for (const act of all) {
          const event = eventOf(procs, roster, act);
          if (event === undefined) continue;
          const before = roster.running;
          const turn = nextRoster(roster, event);
          roster = turn.roster;
          effects.push(...turn.effects);
          for (const e of turn.effects) if (e.type === 'died') died.push(e.id);
          // Nobody is said to have died but who ran, and who ran and does not is said to have died.
          const left = [...before.keys()].filter((id) => !roster.running.has(id));
          expect(turn.effects.flatMap((e) => (e.type === 'died' ? [e.id] : []))).toEqual(left);
        }
        const alone = procs.filter((p) => p.state === 'gone' && !p.isKilled);
        expect(effects.filter((e) => e.type === 'tellDeath')).toHaveLength(alone.length);
        const gone = procs.filter((p) => p.state === 'gone').map(({ name }) => name);
        expect(effects.flatMap((e) => (e.type === 'hangUp' ? [e.name] : [])).sort()).toEqual(gone.sort());
        const running = procs.filter((p) => p.state === 'runs' && !p.isKilled).map((p) => [p.party.id, p.name]);
        expect([...roster.running].sort()).toEqual(running.sort());
        expect(new Set(procs.map(({ name }) => name)).size).toBe(procs.length);
        expect([...roster.doomed].every((name) => procs.some((p) => p.name === name && p.state !== 'gone'))).toBe(true);
        runs++;
      }),
    );
    expect(runs).toBe(100);
  });

  test('the end of an earlier process of an id, heard late, says nothing of the one that runs now', () => {
    const party: Party = { role: 'server', id: 3 };
    const first = nextName(EMPTY, party);
    let roster = EMPTY;
    const take = (event: RosterEvent): ReadonlyArray<RosterEffect> => {
      const turn = nextRoster(roster, event);
      roster = turn.roster;
      return turn.effects;
    };
    take({ type: 'started', party });
    take({ type: 'enlisted', party, name: first });
    expect(take({ type: 'doomed', party, name: first })).toEqual([{ type: 'died', id: 3 }]);
    const second = nextName(roster, party);
    take({ type: 'started', party });
    take({ type: 'enlisted', party, name: second });
    expect([first, second]).toEqual(['server-3#1', 'server-3#2']);
    expect(take({ type: 'gone', party, name: first, how: 'killed' })).toEqual([{ type: 'hangUp', name: first }]);
    expect(roster.running.get(3)).toBe(second);
  });
});
