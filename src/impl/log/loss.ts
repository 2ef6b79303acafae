/**
 * Tells damage from an end that was cut off (R10):
 * - A process died: the log has a beginning of the written changes. The server goes on with this beginning, because no other change was
 *   acknowledged.
 * - Files of two copies are mixed, changes stand after a gap, or bytes differ from the written bytes and changes are missing: the log is damaged, and acknowledged changes are
 *   lost. They may be found again as long as nobody writes into the folder, so the log is refused.
 * - The machine went down while the log was open without fsync: any file may lack any part. Without fsync the log promises no more, so the
 *   server goes on.
 */
import { continuationOf, type DatabaseEnd } from './continuation.js';
import { asideName, type JournalContents } from './journal-files.js';
import type { Meta } from './level-records.js';
import type { Owner } from './log.js';

/**
 * No log wrote a file that claims more changes than the log has plus this number (R16). Such claims would bring the numbers of changes to
 * their end, 2^53. With this bound that takes more than eight thousand such files, one after the other.
 */
export const MAX_AHEAD = 2 ** 40;

/** Was the machine restarted while the log was open without fsync? Then any file may lack any part. */
export const isRebooted = (meta: Pick<Meta, 'unsyncedBoot'> | undefined, boot: string): boolean =>
  meta !== undefined && meta.unsyncedBoot !== '' && boot !== '' && meta.unsyncedBoot !== boot;

/** The contents of a log's folder, as far as they show a loss. */
export interface Remains {
  readonly owner: Owner;
  readonly boot: string;
  readonly meta: Pick<Meta, 'unsyncedBoot'> | undefined;
  readonly end: DatabaseEnd;
  readonly journal: ReadonlyArray<JournalContents>;
  /** The number of changes that the log had, from each file that says it and could be read. */
  readonly claims: ReadonlyArray<number>;
  /** The line that shows that the database's files were spoilt, if changes are missing. */
  readonly spoilt: string | undefined;
}

/**
 * The line that shows that damage lost changes; undefined: none does. An owner that asks for a new incarnation goes on with the changes that
 * are there.
 */
export const lossOf = ({ owner, boot, meta, end, journal, claims, spoilt }: Remains): string | undefined => {
  const { have, own, afterGap, ofAnotherLog, ofAnotherOpening, last } = continuationOf(journal, end);
  if (last > have + MAX_AHEAD) return `${journal.at(-1)?.name} has a number that no change can have`;
  if (ofAnotherLog !== undefined) return `${ofAnotherLog} belongs to another log`;
  if (owner.newIncarnation === true || isRebooted(meta, boot)) return undefined;
  if (ofAnotherOpening !== undefined)
    return `${ofAnotherOpening} was not written by the opening of the log that its database is from: files of two copies are mixed: --new-incarnation goes on without it, and keeps it as ${asideName(ofAnotherOpening)}`;
  const broken = own.find(({ damagedAt }) => damagedAt !== undefined);
  if (broken !== undefined)
    return `${broken.name} is spoilt at byte ${broken.damagedAt}, with valid records after it: --new-incarnation goes on without what follows there, and keeps it as ${asideName(broken.name)}`;
  const part = journal.find(({ name }) => name === afterGap[0]);
  if (part !== undefined) {
    const count = journal.reduce((sum, { name, appends }) => sum + (afterGap.includes(name) ? appends.length : 0), 0);
    const before = spoilt === undefined ? '' : ` (${spoilt})`;
    return `changes ${have + 1} to ${part.first - 1} are missing${before}, and ${part.name} goes on after them with ${count}: --new-incarnation goes on without all of these, and keeps it as ${asideName(part.name)}`;
  }
  const top = Math.max(have, ...claims.filter((claim) => claim <= have + MAX_AHEAD));
  if (have === top) return undefined;
  const cut = own.find(({ spoiltAt }) => spoiltAt !== undefined);
  const what = cut === undefined ? spoilt : `${cut.name} is spoilt at byte ${cut.spoiltAt}`;
  return what === undefined
    ? undefined
    : `${what}, and the last ${top - have} of ${top} changes are missing: --new-incarnation goes on without them`;
};
