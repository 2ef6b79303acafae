/**
 * The soak from the command line: `npm run soak -- --kills 1000 --seed 1`. Exit status: 0 no write was lost or undone and all stores are equal; 1 there
 * was a fault; 2 bad usage; 3 the time ended before the kills that were asked for; 130 interrupted.
 */
import { Command } from 'commander';
import { wholeNumber } from '#bayou/command-line/command-line.js';
import { EXIT } from '#bayou/command-line/exit.js';
import { progressLineOn } from '#bayou/command-line/progress.js';
import { soak, type SoakFigures, type SoakResult } from './soak.js';

interface Options {
  readonly kills: number;
  readonly seed: number;
  readonly seconds: number;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([what, n]) => `${n} ${what}`)
    .join(', ') || 'none';

const lineOf = ({ kills, judged, replicas }: SoakFigures, wanted: number): string =>
  `${Math.min(100, Math.floor((100 * kills) / wanted))}%: ${kills} kills, ${judged.acknowledged} puts acknowledged, ${replicas} incarnations`;

/** The figures of a soak, as lines. */
const showFigures = (f: SoakFigures, faults: SoakResult['faults']): ReadonlyArray<string> => [
  `puts: ${f.judged.acknowledged} acknowledged, ${f.judged.unknown} UNKNOWN, ${f.judged.failed} failed; gets answered: ${f.judged.gets}`,
  `lost: ${faults.filter((x) => x.kind === 'lost').length}; undone: ${faults.filter((x) => x.kind === 'undone' || x.kind === 'order').length}`,
  `servers killed: ${f.kills} (${listed(f.killsByKind)})`,
  `clients killed: ${f.clientsKilled}; days of the master: ${f.days}; incarnations: ${f.replicas}`,
  `sessions: ${f.judged.sessions} (${listed(f.sessions)})`,
  `links: ${listed(f.links)}; calms: ${f.calms}; stores judged: ${f.judged.stores}; ${f.seconds} s`,
];

const report = (result: SoakResult, o: Options, interrupted: boolean): number => {
  const { figures, faults, notes, home } = result;
  for (const line of showFigures(figures, faults)) say(line);
  if (faults.length > 0) {
    say(`\nFAILED: ${faults.length} faults. What happened last:`);
    for (const note of notes) say(`  ${note}`);
    for (const { kind, why } of faults) say(`${kind}: ${why}`);
    say(`what is left of it: ${home}`);
  } else say(interrupted ? 'interrupted: nothing was lost until then' : 'nothing was lost or undone, and all stores are equal');
  say(`repeat with: npm run soak -- --kills ${o.kills} --seed ${o.seed}`);
  if (faults.length > 0) return EXIT.violated;
  if (interrupted) return EXIT.interrupted;
  return figures.kills < o.kills ? EXIT.bounded : EXIT.ok;
};

const main = async (o: Options): Promise<number> => {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());
  const showLine = progressLineOn(process.stderr);
  const onProgress = (f: SoakFigures): void =>
    (showLine ?? ((line) => void process.stderr.write(`${line}\n`)))(lineOf(f, o.kills));
  const result = await soak({ ...o, onProgress, signal: interruption.signal });
  showLine?.('');
  return report(result, o, interruption.signal.aborted);
};

const command = new Command('soak')
  .description('kill servers again and again, in all the ways they die, and see whether what was acknowledged stays')
  .option('--kills <n>', 'how many servers are killed', wholeNumber(1), 1000)
  .option('--seed <n>', 'what is done to whom', wholeNumber(1), 1)
  .option('--seconds <n>', 'the longest it may take', wholeNumber(1), 3600)
  .action(async (o: Options) => {
    process.exitCode = await main(o);
  });
command.exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage));
await command.parseAsync();
