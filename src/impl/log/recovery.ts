/**
 * Decides whether an opened log is the log that was last written, in its place and with all its changes (R7a, R10).
 *
 * The database has the number of its last change, and the journal's files have the numbers of their changes. Recovery takes the changes that
 * follow one another without a gap, in files of the opening that wrote the database (`continuation.ts`). It does not take changes after a gap, because the vector could not say which writes are there (R8). Such
 * a log is damaged (`loss.ts`). If the owner asks for a new incarnation, the server goes on without these changes, and their files are set
 * aside. The high-water mark, and less often `replica.json`, say how many changes the log had. If the log has fewer changes, some are
 * missing. A change with a number above the high-water mark was on its way when the process died: no answer acknowledged it, and the change stays.
 *
 * A doubt costs the log's identity and nothing else: the writes are kept. Only a log that cannot be read, or that is damaged, is refused.
 */
import * as E from 'fp-ts/lib/Either.js';
import { replicaId } from '../../core/ids.js';
import type { Chance } from '../../ports/ports.js';
import { randomIncarnation } from '../incarnation.js';
import { continuationOf, databaseEnd, takenOf } from './continuation.js';
import { applyAppend, contentsOf, heldBy, merged, type RecoveredContents } from './contents.js';
import { damage } from './errors.js';
import type { Files } from './files.js';
import { asideName, type JournalContents } from './journal-files.js';
import type { BaseContents, DatabaseIdentity } from './level-log.js';
import { isRebooted, lossOf, MAX_AHEAD } from './loss.js';
import { NO_CHANGE, type Append, type LogCondition, type LogError, type Owner, type RecoveredLog } from './log.js';
import { displacement, type LogPlace } from './place.js';

/** The contents of the log's folder, with the owner and the machine that they are weighed for. */
export interface LogEvidence {
  readonly directory: string;
  readonly owner: Owner;
  readonly files: Files;
  readonly chance: Chance;
  readonly machine: string;
  readonly boot: string;
  readonly base: BaseContents;
  readonly journal: ReadonlyArray<JournalContents>;
  readonly highWater: number | undefined | 'unreadable';
  readonly place: LogPlace | 'earlier' | 'unreadable' | undefined;
}

/** The log that the server goes on with. */
export interface Recovery {
  readonly recovered: RecoveredLog;
  /** The changes of `recovered` that the database lacks. */
  readonly changes: ReadonlyArray<Append>;
  /** The number of the last change from now on. It is above all earlier numbers. */
  readonly last: number;
  /** The log's name, the name of this opening, and what the database notes of the journal's files before they go. */
  readonly names: Pick<DatabaseIdentity, 'log' | 'opening' | 'taken'>;
  /** The journal files to remove once the database has `changes`. */
  readonly journals: ReadonlyArray<string>;
  /** The journal files with changes that cannot be used. */
  readonly aside: ReadonlyArray<string>;
}

/** The evidence without numbers that no log can have reached: they count as unreadable. */
const bounded = (evidence: LogEvidence, have: number): LogEvidence => {
  const { highWater, place } = evidence;
  const most = have + MAX_AHEAD;
  return {
    ...evidence,
    highWater: typeof highWater === 'number' && highWater > most ? 'unreadable' : highWater,
    place: isPlace(place) && place.last > most ? 'unreadable' : place,
  };
};

/** A name that no log and no opening had before: a random UUID (RFC 9562). */
const newName = (chance: Chance): string => {
  const bytes = chance.bytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

/** Weighs the evidence. Changes nothing. */
export const recover = (all: LogEvidence): E.Either<LogError, Recovery> => {
  const { owner, base, journal } = all;
  const end = databaseEnd(base.meta, journal, isPlace(all.place) ? all.place : undefined);
  const continuation = continuationOf(journal, end);
  const { have, next, unused, last } = continuation;
  // `refusalOfLog` has looked for this loss before the database was opened, if it could read the record `meta` from outside.
  const loss = lossOf({ owner, boot: all.boot, meta: base.meta, end, journal, claims: [], spoilt: undefined });
  if (loss !== undefined) return E.left(damage(all.directory, loss, true));
  const evidence = bounded(all, have);
  const { place } = evidence;
  const log = base.meta?.log ?? (isPlace(place) ? place.log : '');
  const top = Math.max(
    have,
    last,
    typeof evidence.highWater === 'number' ? evidence.highWater : 0,
    isPlace(place) ? place.last : 0,
  );

  const { clock = 0, vv = [], transfers = [], replica: before } = base.meta ?? {};
  const contents = withJournal({ ...base, clock, vv, transfers, replica: before }, next);
  const { found, note } = verdict(evidence, { have, top, unused, replica: contents.replica });
  const replica =
    found === 'whole' && contents.replica !== undefined
      ? contents.replica
      : replicaId(owner.server, found === 'fresh' ? owner.freshIncarnation : randomIncarnation(all.chance));
  return E.right({
    recovered: {
      ...contents,
      transfers: found === 'whole' ? contents.transfers : [],
      replica,
      found,
      ...(note === undefined ? {} : { note }),
    },
    changes: [merged([...next, found === 'whole' ? { ...NO_CHANGE, replica } : { ...NO_CHANGE, replica, transfers: [] }])],
    last: top + 1,
    names: {
      log: log === '' ? newName(all.chance) : log,
      opening: newName(all.chance),
      taken: takenOf(journal, end, continuation),
    },
    journals: journal.map((part) => part.name).filter((name) => !unused.includes(name)),
    aside: unused,
  });
};

/** The database's contents with the journal's changes. Without changes the contents stay as they are. */
const withJournal = (held: RecoveredContents, next: ReadonlyArray<Append>): RecoveredContents => {
  if (next.length === 0) return held;
  const contents = contentsOf(held);
  for (const append of next) applyAppend(contents, append);
  return heldBy(contents);
};

const isPlace = (place: LogEvidence['place']): place is LogPlace => typeof place === 'object';

interface Count {
  readonly have: number;
  readonly top: number;
  readonly unused: ReadonlyArray<string>;
  readonly replica: RecoveredLog['replica'] | undefined;
}

const verdict = (evidence: LogEvidence, count: Count): { readonly found: LogCondition; readonly note?: string } => {
  const { meta } = evidence.base;
  if (meta === undefined && count.top === 0 && hasNoPast(evidence)) return { found: 'fresh' };
  const cut = missing(evidence, count);
  if (isRebooted(meta, evidence.boot)) {
    const lacks = cut === undefined ? '' : `, and ${cut}`;
    return { found: 'rebooted', note: `was open, without fsync, when the machine went down${lacks}` };
  }
  if (cut !== undefined) return { found: 'cut', note: cut };
  const moved = doubt(evidence, count);
  if (moved !== undefined) return { found: 'moved', note: moved };
  if (evidence.owner.newIncarnation === true) return { found: 'asked', note: 'is whole, and a new incarnation was asked for' };
  return { found: 'whole' };
};

const hasNoPast = ({ place, highWater }: LogEvidence): boolean =>
  (place === undefined || (isPlace(place) && place.replica === null)) && highWater === undefined;

const missing = ({ base, highWater, place }: LogEvidence, { have, top, unused }: Count): string | undefined => {
  if (base.meta === undefined && have === top) return 'lacks its database, and has all changes in its journal';
  if (base.meta === undefined) return `lacks its database, with the last ${top - have} of the ${top} changes that it had`;
  if (highWater === 'unreadable') return 'has a high-water mark that cannot be read';
  if (highWater === undefined && isPlace(place) && place.last > 0) return 'lacks its high-water mark';
  if (have === top) return undefined;
  const aside = unused.length === 0 ? '' : ` (some of them are in ${unused.map(asideName).join(', ')})`;
  return `lacks the last ${top - have} of the ${top} changes that it had${aside}`;
};

const doubt = ({ files, directory, base, place, machine }: LogEvidence, { have, replica }: Count): string | undefined => {
  if (base.meta?.log === '' || place === 'earlier') return 'was last written by an earlier version, which did not note its place';
  if (place === undefined) return 'lacks its replica.json, as copies may';
  if (place === 'unreadable') return 'has a replica.json that cannot be read';
  if (place.log !== '' && place.log !== base.meta?.log) return 'has the replica.json of another log';
  if (place.replica === null && have > 1) return 'has the replica.json of a log that was only begun';
  if (place.replica !== null && place.replica !== replica) return 'has a replica.json of another time';
  return displacement(files, directory, place, machine);
};
