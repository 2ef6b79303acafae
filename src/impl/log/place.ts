/**
 * The place of a log (R7a): the proof that this log is the last written one, in its place, and not a copy.
 *
 * `replica.json` names the folder, the machine, the number of the last change, and the inodes of the files that are written in place. It also
 * names a *seal*: a small file with a random name. `replica.json` has the seal's inode and its ctime, a time that only the system can set. Each
 * new `replica.json` has a new seal, and the old seal is removed. A running server makes a new `replica.json` now and then. These are the
 * things that happen to a log, and the facts that show them:
 * - Another folder or machine has it: `replica.json` names the old one.
 * - An older copy was put back: the tool had to make or write the seal that the copy names, so the seal has another inode or ctime.
 * - A tool that leaves out files which look alike put an older copy back: the seal that the copy names is missing.
 * - A tool put a copy back that is younger than the seal, and wrote the journal's files over in place: a journal file has an mtime that differs
 *   from its ctime. The server writes the journal and the high-water mark and never sets a time. Tools that keep times set the mtime.
 */
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { object } from '../../core/codec.js';
import { Natural, ReplicaIdC } from '../../core/ids.js';
import type { Chance } from '../../ports/ports.js';
import { replaceFile, writeFile, type FileFacts, type Files } from './files.js';
import { GUARD } from './guard-name.js';
import { HIGH_WATER } from './high-water.js';

// --- the file --------------------------------------------------------------------------------------------------------------

/** The file's name in the log's folder. */
export const PLACE = 'replica.json';
const SEAL = /^seal-[0-9a-f]{16}$/;

/** The beginning of the name of a folder with an unfinished backup, whose process runs or has died. The process's id follows it. */
export const UNFINISHED = '.unfinished-backup-';

/** Is it the name of a file or folder of a log's place or lock, which holds none of the log's changes? */
export const isOfPlace = (name: string): boolean => [PLACE, HIGH_WATER, GUARD, 'lock'].includes(name) || SEAL.test(name);

const FIELDS = {
  version: t.literal(2),
  /** The log's name. It is made together with the log. */
  log: t.string,
  /** The replica's identity. Null: the log never had an identity. */
  replica: t.union([ReplicaIdC, t.null]),
  /** The folder, without links. */
  path: t.string,
  machine: t.string,
  /** The number of the last change. */
  last: Natural,
  seal: object('Seal', { name: t.string, ino: t.string, ctimeNs: t.string }),
  /** The inodes of the files that are written in place, by name. */
  written: t.record(t.string, t.string),
  /** True: on this file system a file that is only written has an mtime equal to its ctime. */
  oneTime: t.boolean,
};
const PlaceC = object('Place', FIELDS);
type PlaceFields = t.TypeOf<typeof PlaceC>;

/** The fields of `replica.json`. */
export interface LogPlace extends PlaceFields {
  /** True: the sum agrees with the text. A file from before there were sums is read too, but no log is refused because of its fields alone. */
  readonly isProved: boolean;
}

/**
 * The text of the file: an object in one line. Its last field `sum` is the CRC-32 of the same object without `sum`, in hexadecimal. So a
 * changed letter in the file is never taken for a written number, identity or name.
 */
const textOf = (said: PlaceFields): string => {
  const text = JSON.stringify(said);
  return `${text.slice(0, -1)},"sum":"${sumOf(text)}"}\n`;
};
const sumOf = (text: string): string => crc32(text).toString(16).padStart(8, '0');
const SUM = /,"sum":"([0-9a-f]{8})"\}\n$/;

const NAMES = [...Object.keys(FIELDS), 'sum'];

/** Does the text end with a sum that agrees with it? */
const isProved = (text: string): boolean => {
  const [end, sum] = SUM.exec(text) ?? [];
  return end !== undefined && sumOf(`${text.slice(0, -end.length)}}`) === sum;
};

const placeIn = (text: string): LogPlace | 'unreadable' => {
  const raw = JSON.parse(text) as object;
  const place = PlaceC.decode(raw);
  if (E.isLeft(place) || !Object.keys(raw).every((name) => NAMES.includes(name))) return 'unreadable';
  const proved = isProved(text);
  return 'sum' in raw && !proved ? 'unreadable' : { ...place.right, isProved: proved };
};

/** The most bytes of a `replica.json` (R16). A name in `written` takes some fifty bytes, and a log has a few journal files at a time. */
const MAX_BYTES = 1024 * 1024;

const EARLIER = '{"version":1,';

/** Reads `replica.json`. Undefined: the file is missing. `earlier`: an earlier version of the program wrote the file. */
export const readPlace = (files: Files, directory: string): LogPlace | 'earlier' | 'unreadable' | undefined => {
  if ((files.facts(join(directory, PLACE))?.size ?? 0) > MAX_BYTES) return 'unreadable';
  const text = files.read(join(directory, PLACE))?.toString('utf8');
  if (text === undefined) return undefined;
  if (text.startsWith(EARLIER)) return 'earlier';
  try {
    return placeIn(text);
  } catch {
    return 'unreadable';
  }
};

// --- looking ---------------------------------------------------------------------------------------------------------------

/** The reason why the log is not in its place, as the end of a sentence about the log; undefined: the log is in its place. */
export const displacement = (files: Files, directory: string, place: LogPlace, machine: string): string | undefined => {
  const real = files.real(directory);
  if (place.path !== real) return `was last written in ${place.path} and is in ${real}`;
  if (place.machine !== '' && machine !== '' && place.machine !== machine) return 'was last written on another machine';
  const seal = SEAL.test(place.seal.name) ? files.facts(join(directory, place.seal.name)) : undefined;
  if (seal === undefined) return 'lacks its latest seal: files of two copies are mixed in its folder';
  if (seal.ino !== place.seal.ino) return 'was put back from a copy';
  if (seal.ctimeNs !== place.seal.ctimeNs) return 'was written by something else than its server';
  for (const [name, ino] of Object.entries(place.written)) {
    const facts = files.facts(join(directory, name));
    if (facts !== undefined && facts.ino !== ino) return `has ${name} from a copy`;
  }
  return place.oneTime ? touched(files, directory) : undefined;
};

const isWritten = (name: string): boolean => name === HIGH_WATER || name.endsWith('.wal');
const hasOneTime = (facts: FileFacts | undefined): boolean => facts === undefined || facts.mtimeNs === facts.ctimeNs;

const touched = (files: Files, directory: string): string | undefined => {
  const name = files.names(directory).find((n) => isWritten(n) && !hasOneTime(files.facts(join(directory, n))));
  return name === undefined ? undefined : `has ${name} as something else than its server left it`;
};

// --- sealing ---------------------------------------------------------------------------------------------------------------

/** The fields that the caller of {@link seal} knows. */
export type SealedFields = Pick<LogPlace, 'log' | 'replica' | 'machine' | 'last'>;

/**
 * Writes a new `replica.json` for the log's place, with a new seal. A kill during the call leaves the old `replica.json` with its seal, or the
 * new one with its seal. `sync`: the new files survive the death of the machine. Gives the inode of the new `replica.json`.
 */
export const seal = (
  files: Files,
  directory: string,
  { log, replica, machine, last }: SealedFields,
  sync: boolean,
  chance: Chance,
): string => {
  const name = `seal-${chance.bytes(8).toString('hex')}`;
  const path = join(directory, name);
  writeFile(files, path, `${name}\n`, sync);
  const facts = files.facts(path);
  if (facts === undefined) throw new Error(`${path} was deleted`);
  const written: Record<string, string> = {};
  for (const n of files.names(directory).filter(isWritten)) {
    const ino = files.facts(join(directory, n))?.ino;
    if (ino !== undefined) written[n] = ino;
  }
  const place: PlaceFields = {
    version: 2,
    log,
    replica,
    machine,
    last,
    path: files.real(directory),
    seal: { name, ino: facts.ino, ctimeNs: facts.ctimeNs },
    written,
    oneTime: hasOneTime(files.facts(join(directory, HIGH_WATER))),
  };
  const ino = replaceFile(files, directory, PLACE, textOf(place), sync);
  for (const n of files.names(directory)) if (SEAL.test(n) && n !== name) files.remove(join(directory, n));
  return ino;
};
