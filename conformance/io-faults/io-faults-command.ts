/** The command `npm run faults:io`: a fault at every call, over many runs, with figures. Exit status: 1 where something was lost, 2 for bad usage. */
import { Command, CommanderError } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { wholeNumber } from '#bayou/command-line/command-line.js';
import type { DiskFault } from './failing-disk.js';
import { hasStrace, killAtCalls } from './kill-at-calls.js';
import { KINDS, runAll, runCase, type FailedCase, type Case } from './fault-runs.js';

interface Options {
  readonly seed: number;
  readonly runs: number;
  readonly batches: number;
  readonly fsync?: boolean;
  readonly fault?: string;
  readonly again?: string;
  readonly strace?: number;
}

const textOf = (f: DiskFault): string => `${f.kind}:${f.at}:${f.part}`;

/** A fault in the form of the reports, `kind:call:part`. */
const faultOf = (text: string | undefined): DiskFault | undefined => {
  const [kind, at, part] = text?.split(':') ?? [];
  const known = KINDS.find((k) => k === kind);
  return known === undefined ? undefined : { kind: known, at: Number(at), part: Number(part) };
};

const commandOf = ({ seed, batches, fsync, fault, openingFault }: Case): string =>
  `npm run faults:io -- --seed ${seed} --batches ${batches}${fsync ? ' --fsync' : ''}` +
  (fault === undefined ? '' : ` --fault ${textOf(fault)}`) +
  (openingFault === undefined ? '' : ` --again ${textOf(openingFault)}`);

const report = ({ failed, wrong }: FailedCase): void => {
  for (const line of wrong) process.stdout.write(`${line}\n`);
  process.stdout.write(`repeat with: ${commandOf(failed)}\n`);
};

const one = async (o: Options): Promise<number> => {
  const theCase: Case = { ...o, fsync: o.fsync ?? false, fault: faultOf(o.fault), openingFault: faultOf(o.again) };
  const { wrong, acknowledged } = await runCase(theCase);
  if (wrong.length > 0) report({ failed: theCase, wrong });
  else process.stdout.write(`${acknowledged} puts acknowledged, none lost\n`);
  return wrong.length > 0 ? 1 : 0;
};

const many = async (o: Options): Promise<number> => {
  const totals = new Map(KINDS.map((kind) => [kind, { runs: 0, acknowledged: 0, refusals: 0 }]));
  let calls = 0;
  for (let i = 0; i < o.runs; i++) {
    for (const fsync of [false, true]) {
      const all = await runAll({ seed: o.seed + i, batches: o.batches, fsync });
      if (E.isLeft(all)) {
        report(all.left);
        return 1;
      }
      calls += all.right.calls;
      for (const { kind, runs, acknowledged, refusals } of all.right.tallies) {
        const total = totals.get(kind)!;
        total.runs += runs;
        total.acknowledged += acknowledged;
        for (const n of Object.values(refusals)) total.refusals += n;
      }
    }
  }
  const lines = [
    `seeds ${o.seed} to ${o.seed + o.runs - 1}, with and without fsync: ${calls} calls`,
    '| fault | runs | puts acknowledged | lost | openings that the fault refused | refused afterwards |',
    '|---|---|---|---|---|---|',
    ...[...totals].map(([kind, t]) => `| ${kind} | ${t.runs} | ${t.acknowledged} | 0 | ${t.refusals} | 0 |`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
};

const real = (calls: number): number => {
  if (!hasStrace()) {
    process.stderr.write('faults:io: there is no strace here that may trace; install it, or leave --strace out\n');
    return 1;
  }
  const { kills, acknowledged, wrong } = killAtCalls(calls);
  for (const line of wrong) process.stdout.write(`${line}\n`);
  process.stdout.write(
    `${kills} kills in system calls, ${acknowledged} puts acknowledged, ${wrong.length} logs not as they should be\n`,
  );
  return wrong.length > 0 ? 1 : 0;
};

const chosen = (o: Options): Promise<number> | number => {
  if (o.strace !== undefined) return real(o.strace);
  return o.fault === undefined ? many(o) : one(o);
};

const main = async (): Promise<number> => {
  let status = 0;
  await new Command('faults:io')
    .description('let every call of a log to its disk go wrong, and look for what was acknowledged')
    .option('--seed <n>', 'the first seed', wholeNumber(0, 2 ** 31), 1)
    .option('--runs <n>', 'how many runs, each with and without fsync', wholeNumber(1, 100_000), 4)
    .option('--batches <n>', 'batches of puts in a run', wholeNumber(1, 1000), 10)
    .option('--fsync', 'for one case: with fsync')
    .option('--fault <kind:call:part>', 'this one case')
    .option('--again <kind:call:part>', 'and this in the opening after it')
    .option('--strace <calls>', 'instead: kill a real process in each of so many system calls', wholeNumber(1, 10_000))
    .exitOverride()
    .action(async (o: Options) => {
      status = await chosen(o);
    })
    .parseAsync();
  return status;
};

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  throw error;
});
