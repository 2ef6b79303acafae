/** Refuses options of `bayou check` that do not go together, since one of them would be ignored. */
import { FIELD_OPTIONS } from './field-options.js';
import { isModule } from './is-module.js';
import type { CheckArgs } from './check-args.js';

type Options = Omit<CheckArgs, 'configs' | 'fields' | 'sets' | 'overrides'>;

const FIELD_FLAGS = FIELD_OPTIONS.map(({ flag }) => flag);

/** The options for a random search alone. */
const OF_WALKS = ['--traces'];
/** The options for a random search and for `--sample`. */
const OF_RANDOM_RUNS = ['--seed', '--trace-length'];
/** The options that a random search has no use for. */
const NOT_OF_WALKS = ['--symmetry', '--quotient', '--plain', '--max-depth'];

/** The options that go with `--replay`, `--step` and `--sample`, which search nothing, beside the options that name the model. */
const WITH_REPLAY = ['--replay', '--json', '--set', ...FIELD_FLAGS];
const WITH_STEP = ['--step', '--set', ...FIELD_FLAGS];
const WITH_SAMPLE = ['--sample', ...OF_RANDOM_RUNS, '--json', '--out-dir', '--format', '--set', ...FIELD_FLAGS];

/** One line about options that were given and would be ignored; undefined: there are none. */
const ignoredBy = (raw: Options, configs: number, given: ReadonlyArray<string>): string | undefined => {
  const among = (flags: ReadonlyArray<string>): string => given.filter((flag) => flags.includes(flag)).join(', ');
  const beside = (flags: ReadonlyArray<string>): ReadonlyArray<string> => given.filter((flag) => !flags.includes(flag));
  if (raw.list && (configs > 0 || given.length > 1)) return '--list stands alone: it lists what comes with the package';
  if (raw.replay !== undefined) {
    const strange = [...(configs > 0 ? ['a configuration'] : []), ...beside(WITH_REPLAY)];
    if (strange.length === 0) return undefined;
    return `--replay searches nothing: it goes with --json and with options that override a field, not with ${strange.join(', ')}`;
  }
  if (raw.step) {
    if (configs > 1) return '--step is for one model at a time';
    const strange = beside(WITH_STEP);
    return strange.length === 0 ? undefined : `--step searches nothing: not with ${strange.join(', ')}`;
  }
  if (raw.sample !== undefined) {
    const strange = beside(WITH_SAMPLE);
    return strange.length === 0 ? undefined : `--sample searches nothing: not with ${strange.join(', ')}`;
  }
  const [walks, runs, others] = [among(OF_WALKS), among(OF_RANDOM_RUNS), among(NOT_OF_WALKS)];
  if (raw.search !== 'simulate' && walks !== '') return `${walks}: for --search simulate alone`;
  if (raw.search !== 'simulate' && runs !== '') return `${runs}: for --search simulate and --sample`;
  if (raw.search === 'simulate' && others !== '') return `${others}: not for --search simulate, which walks at random`;
  return raw.search === 'sweep' && raw.plain
    ? '--search sweep goes by components: leave --plain out; a plain Model of your own that declares progress is swept as one without it'
    : undefined;
};

/** One line about a field or a parameter that is given twice, where one value would take the place of the other; undefined: there is none. */
const givenTwice = ({ configs, replay, fields, sets }: CheckArgs): string | undefined => {
  const names = sets.map(([name]) => name);
  const again = names.find((name, i) => names.indexOf(name) < i);
  if (again !== undefined) return `--set ${again} is given twice`;
  // A model of one's own may have a parameter of the name, beside the option that names its properties.
  const isOwn = replay !== undefined || configs.some(isModule);
  const both = FIELD_OPTIONS.find(
    ({ field }) => fields.has(field) && names.includes(field) && !(isOwn && field === 'properties'),
  );
  return both === undefined ? undefined : `--set ${both.field}: ${both.flag} gives the same field; leave one of them out`;
};

/** One line about options that do not go together; undefined: all do. */
const clashOf = (raw: Options, configs: number): string | undefined => {
  const slow = raw.plain || raw.search === 'dfs' || raw.search === 'simulate';
  const keeps = raw.checkpoint !== undefined || raw.resume !== undefined;
  if (raw.format !== undefined && raw.outDir === undefined) return '--format needs --out-dir, the folder to write to';
  if (raw.json && raw.ndjson) return '--json and --ndjson exclude each other';
  if (keeps && configs > 1) return '--checkpoint and --resume are for one configuration at a time';
  if (keeps && raw.search === 'simulate') return '--checkpoint and --resume are for searches that end, not for --search simulate';
  if (raw.checkpointEvery !== undefined && raw.checkpoint === undefined)
    return '--checkpoint-every needs --checkpoint, the file to write';
  if (raw.hashCompaction !== undefined && (raw.workers > 1 || raw.search === 'sweep' || raw.search === 'simulate'))
    return '--hash-compaction is for --search bfs and dfs by one thread';
  if (raw.workers > 1 && (slow || raw.search === 'sweep')) return '--workers is for --search bfs, without --plain';
  if (raw.tracesPerProperty > 1 && raw.search === 'simulate')
    return '--traces-per-property is for searches that see every state, not for --search simulate';
  return undefined;
};

/** One line about arguments of which one would be ignored; undefined: there are none. `given`: the options on the command line. */
export const wrongTogether = (args: CheckArgs, given: ReadonlyArray<string>): string | undefined =>
  ignoredBy(args, args.configs.length, given) ?? clashOf(args, args.configs.length) ?? givenTwice(args);
