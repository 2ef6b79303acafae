/** What speaks against a log before anything in its folder is touched. */
import { serverOf } from '../../core/ids.js';
import { damage, otherServer } from './errors.js';
import type { Files } from './files.js';
import { readJournal } from './journal-files.js';
import { checkFiles } from './level-directory.js';
import type { LogError, Owner } from './log.js';
import { readPlace } from './place.js';

/** What can be known to be wrong before anything is touched. LevelDB tidies a folder up as soon as it opens it. */
export const refusalOf = (directory: string, { server }: Owner, files: Files): LogError | undefined => {
  const look = checkFiles(files, directory);
  if (look.type === 'damaged') return damage(directory, look.what);
  const found = readPlace(files, directory);
  // What might be a slip of the disk refuses nothing: the database says whose it is, too.
  const place = typeof found === 'object' && found.isProved ? found : undefined;
  const is = place !== undefined && place.replica !== null ? serverOf(place.replica) : server;
  if (is !== server) return otherServer(directory, is, server);
  const journal = readJournal(files, directory);
  if (typeof journal === 'string') return damage(directory, journal);
  const logs = new Set([...journal.map(({ log }) => log), place?.log ?? ''].filter((log) => log !== ''));
  const foreign = logs.size < 2 ? undefined : journal.find(({ log }) => log !== '' && log !== [...logs].at(-1));
  return foreign === undefined ? undefined : damage(directory, `${foreign.name} belongs to another log`);
};
