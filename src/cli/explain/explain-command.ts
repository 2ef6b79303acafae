/** `bayou explain` prints what a rule, a variant, a property, a result, a section or a term means, from the pages that say it. */
import { titleOf } from '../../explorer/why/property-titles.js';
import { newCommand } from '../../command-line/command-line.js';
import { EXIT, UsageError } from '../../command-line/exit.js';
import { allEntries } from '../../command-line/load-entries.js';
import { namedIn, similar, type ContractEntry } from '../../command-line/contract-entries.js';

const unknown = (entries: ReadonlyArray<ContractEntry>, name: string): UsageError => {
  const near = similar(entries, name);
  return new UsageError(
    `nothing is called '${name}'; ${near.length === 0 ? 'bayou explain --list prints every name' : `there is ${near.join(', ')}`}`,
  );
};

/** The entries of properties with their titles, as the explorer's page has them: `Monotonic Reads` for MR. */
export const withTitles = (entries: ReadonlyArray<ContractEntry>): ReadonlyArray<ContractEntry> =>
  entries.map((entry) => {
    const title = titleOf(entry.name);
    return title === undefined ? entry : { ...entry, others: [title] };
  });

/** Exit status 0: everything that was asked is printed; 2: a name that nothing has (thrown as a {@link UsageError}). */
export const main = async (args: ReadonlyArray<string>): Promise<number> => {
  const command = newCommand('bayou explain')
    .description(
      'print what a rule (R12), a variant (V1, original-clock), a property (MR, Monotonic Reads), a result (ERR_DEP), a section (section 5) or a term (sweep) means',
    )
    .argument('[names...]', 'what to explain')
    .option('--list', 'print every name that can be explained')
    .parse(args, { from: 'user' });
  const entries = withTitles(await allEntries());
  const named = namedIn(entries, command.args.join(' '));
  if (named.type === 'unknown') throw unknown(entries, named.words);
  const { list } = command.opts<{ readonly list?: boolean }>();
  if (list !== true && named.entries.length === 0)
    throw new UsageError('say what to explain, as in bayou explain R12; --list prints every name');
  const found = named.entries.flat().map(({ text }) => text);
  const lines = list === true ? [entries.map((entry) => entry.name).join('\n'), ...found] : found;
  process.stdout.write(`${lines.join('\n\n')}\n`);
  return EXIT.ok;
};
