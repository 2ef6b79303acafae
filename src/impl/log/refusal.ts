/** Decides from outside whether a log is refused, before anything in its folder is touched. */
import { serverOf } from '../../core/ids.js';
import { databaseEnd } from './continuation.js';
import { damage, otherServer, unfinished } from './errors.js';
import type { Files } from './files.js';
import { readHighWater } from './high-water.js';
import { readJournal } from './journal-files.js';
import { checkFiles } from './level-directory.js';
import { decodeMeta } from './level-records.js';
import { lossOf } from './loss.js';
import type { LogError, Owner } from './log.js';
import { readPlace, UNFINISHED } from './place.js';

/**
 * The refusal of a log, as far as its files show a reason from outside. A log must call this before it opens the database, because LevelDB
 * tidies a folder up as soon as it opens it.
 */
export const refusalOfLog = (
  directory: string,
  owner: Owner,
  { files, bootId }: { readonly files: Files; readonly bootId: string },
): LogError | undefined => {
  const { server } = owner;
  if (files.names(directory).some((name) => name.startsWith(UNFINISHED))) return unfinished(directory);
  const look = checkFiles(files, directory);
  if (look.type === 'damaged') return damage(directory, look.what);
  const found = readPlace(files, directory);
  // A replica.json without a sum refuses nothing, because a disk error may have changed it. The database names its server too.
  const place = typeof found === 'object' && found.isProved ? found : undefined;
  const is = place !== undefined && place.replica !== null ? serverOf(place.replica) : server;
  if (is !== server) return otherServer(directory, is, server);
  const journal = readJournal(files, directory);
  const logs = new Set([...journal.map(({ log }) => log), place?.log ?? ''].filter((log) => log !== ''));
  const foreign = logs.size < 2 ? undefined : journal.find(({ log }) => log !== '' && log !== [...logs].at(-1));
  if (foreign !== undefined) return damage(directory, `${foreign.name} belongs to another log`);
  if (look.type === 'some' && look.meta === 'unknown') return undefined;
  const meta = look.type === 'some' && look.meta instanceof Buffer ? decodeMeta(look.meta) : undefined;
  const highWater = readHighWater(files, directory);
  const claims = [typeof highWater === 'number' ? highWater : 0, place?.last ?? 0];
  const spoilt = look.type === 'some' ? look.spoilt : undefined;
  const loss = lossOf({ owner, boot: bootId, meta, end: databaseEnd(meta, journal, place), journal, claims, spoilt });
  return loss === undefined ? undefined : damage(directory, loss);
};
