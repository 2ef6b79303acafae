/** `bayou explain`: what a rule, a variant, a property, a result or a term means, from the pages that say it. */
import { newCommand } from '../../command-line/command-line.js';
import { EXIT, UsageError } from '../../command-line/exit.js';
import { allEntries } from '../../command-line/load-entries.js';
import { lookUp, similar, type Entry } from '../../command-line/contract-entries.js';

const unknown = (entries: ReadonlyArray<Entry>, name: string): UsageError => {
  const near = similar(entries, name);
  return new UsageError(
    `nothing is called '${name}'; ${near.length === 0 ? 'bayou explain --list prints every name' : `there is ${near.join(', ')}`}`,
  );
};

/** Exit status 0: everything that was asked is printed; 2: a name that nothing has (thrown as a {@link UsageError}). */
export const main = async (args: ReadonlyArray<string>): Promise<number> => {
  const command = newCommand('bayou explain')
    .description('print what a rule (R12), a variant (V1), a property (MR), a result (ERR_DEP) or a term (sweep) means')
    .argument('[names...]', 'what to explain')
    .option('--list', 'print every name that can be explained')
    .parse(args, { from: 'user' });
  const entries = await allEntries();
  // A report prints several rules as [R3, R11a].
  const names = command.args.flatMap((word) => word.split(',')).filter((name) => name.trim() !== '');
  const { list } = command.opts<{ readonly list?: boolean }>();
  if (list !== true && names.length === 0)
    throw new UsageError('say what to explain, as in bayou explain R12; --list prints every name');
  const found = names.map((name) => {
    const entry = lookUp(entries, name.trim());
    if (entry.length === 0) throw unknown(entries, name.trim());
    return entry.map(({ text }) => text).join('\n\n');
  });
  const lines = list === true ? [entries.map((entry) => entry.name).join('\n'), ...found] : found;
  process.stdout.write(`${lines.join('\n\n')}\n`);
  return EXIT.ok;
};
