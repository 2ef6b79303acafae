/** The examples that come with the package: by name, in JavaScript and TypeScript, with the numbers of states that others have for them. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bayou } from './run.js';

type Written = ReadonlyArray<{ readonly from: string; readonly to: string }>;

interface Build {
  readonly examples: () => Written;
  readonly sharedModules: () => Written;
  readonly withoutTypes: (source: string, file: string) => Promise<string>;
}

// Not TypeScript: it runs by itself.
const { examples, sharedModules, withoutTypes } = (await import(['..', '..', 'examples', 'build.mjs'].join('/'))) as Build;

describe('in JavaScript they are what they are in TypeScript (npm run examples writes them)', () => {
  test.each([...examples(), ...sharedModules()].map(({ from, to }) => [basename(from), from, to]))(
    '%s',
    async (_name, from, to) => {
      expect(readFileSync(to, 'utf8')).toBe(await withoutTypes(readFileSync(from, 'utf8'), to));
    },
  );
});

describe('states and verdicts', () => {
  test.each([
    // Stateright's counts of its examples paxos and linearizable-register.
    ['paxos', [], 16_668, 'holds'],
    ['abd', [], 544, 'holds'],
    // The TLA+ examples' counts of TwoPhase and EWD840.
    ['two-phase-commit', ['managers=3'], 288, 'holds'],
    ['two-phase-commit', ['managers=5'], 8_832, 'holds'],
    ['ewd840', ['nodes=3'], 302, 'holds'],
    ['ewd840', ['nodes=4'], 1_566, 'holds'],
    // TLC's counts of examples/models/TicketLock.tla.
    ['ticket-lock', [], 93, 'holds'],
    ['ticket-lock', ['processes=4'], 516, 'holds'],
    ['ticket-lock', ['processes=5'], 3_255, 'holds'],
    // Ours; where something is violated, up to there.
    ['peterson', [], 20, 'holds'],
    ['peterson', ['variant=broken'], 18, 'violated'],
    ['philosophers', ['manners=rude'], 20, 'violated'],
    ['ticket-lock', ['variant=broken'], 160, 'violated'],
    ['semaphore', [], 8, 'holds'],
    ['semaphore', ['fairness=weak'], 8, 'violated'],
    ['semaphore', ['processes=5'], 112, 'holds'],
    ['water-jugs', [], 14, 'violated'],
  ] as const)('example:%s %j has %i states and %s', async (name, sets, states, verdict) => {
    const { stdout, stderr } = await bayou(['check', `example:${name}`, ...sets.flatMap((set) => ['--set', set]), '--json']);
    expect(stderr).toBe('');
    const { counts, ...report } = JSON.parse(stdout) as { counts: { distinct: number }; verdict: string };
    expect([report.verdict, counts.distinct]).toEqual([verdict, states]);
  });

  const can = (process.features as { readonly typescript?: unknown }).typescript;

  test.skipIf(can !== 'strip' && can !== 'transform')('in TypeScript too, where this Node can run it', async () => {
    for (const { from } of examples()) expect((await bayou(['check', from])).stderr).toBe('');
  });

  test('the ticket lock by every search, and by two threads', async () => {
    for (const flags of [['--plain'], ['--search', 'dfs'], ['--workers', '2']]) {
      const { lines } = await bayou(['check', 'example:ticket-lock', ...flags]);
      expect(lines.at(-1)).toContain('holds: all 93 states');
    }
  });

  test('an example that there is not: the names of those that there are', async () => {
    const { status, stderr } = await bayou(['check', 'example:nothing']);
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^bayou check: example:nothing: .* example:abd, .*example:water-jugs\n$/),
    ]);
    expect((await bayou(['check', 'example:Water-Jugs'])).status).toBe(1);
  });

  test('--list has them', async () => {
    const { lines } = await bayou(['check', '--list']);
    expect(lines.filter((line) => line.startsWith('example:')).map((line) => line.split(' ')[0])).toEqual(
      examples().map(({ to }) => `example:${basename(to, '.mjs')}`),
    );
  });
});
