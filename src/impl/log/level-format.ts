/**
 * Reads LevelDB's file formats as far as it takes to see damage (its doc/log_format.md, doc/table_format.md and db/version_edit.cc).
 * `level-tables.ts` reads tables. The log has to check the files itself, because LevelDB passes over some damage without a word, and a spoilt
 * table can end the process in an assertion. All integers are little-endian.
 */
import { maskedCrc, BytesReader } from './level-bytes.js';

// --- log format: write-ahead files and manifests ---------------------------------------------------------------------------

const BLOCK = 32_768;
const HEADER = 7;
/** The size of a batch's head: the number of its first change (8 bytes) and the count of its changes (4 bytes). */
const BATCH = 12;
const [FULL, FIRST, MIDDLE, LAST] = [1, 2, 3, 4] as const;

/** The complete records of a file. `at`: the offset of the first byte after the last complete record. */
export type LogFile =
  | { readonly type: 'whole'; readonly records: ReadonlyArray<Buffer> }
  | { readonly type: 'torn' | 'spoilt' | 'damaged'; readonly records: ReadonlyArray<Buffer>; readonly at: number };

/**
 * Reads blocks of 32 KiB. A block has fragments: a masked CRC-32C over type and payload (4 bytes), a length (2), a type (1: full, 2: first,
 * 3: middle, 4: last) and the payload. A fragment never crosses a block's end. Fewer than 7 bytes at a block's end are padding.
 *
 * LevelDB skips a bad record with the rest of its block, and takes a length that runs past the end for the end of the log. This function tells
 * three cases apart:
 * - `damaged`: a valid fragment comes after the first bad byte.
 * - `torn`: no valid fragment follows, and the file's end cuts the record off, or zeros are in its place. A death leaves such an end.
 * - `spoilt`: no valid fragment follows, and all bytes of the record are there, but they differ from the written bytes.
 *
 * In a write-ahead file (`batches`), a record that the file's end cuts off holds a user's bytes, which may look like a valid fragment. So in
 * such a file a fragment counts only if its batch's number follows too.
 */
export const readLogFile = (file: Buffer, holds: 'batches' | 'other' = 'other'): LogFile => {
  const records: Buffer[] = [];
  let parts: Buffer[] = [];
  let end = 0; // The offset after the last complete record.
  let pos = 0;
  for (;;) {
    const left = BLOCK - (pos % BLOCK);
    if (left < HEADER) pos += left;
    if (pos >= file.length) break;
    const fragment = fragmentAt(file, pos);
    const begins = fragment !== undefined && (fragment.type === FULL || fragment.type === FIRST);
    if (fragment === undefined || begins !== (parts.length === 0)) {
      const goesOn = goesOnAfter(file, pos, holds === 'batches' ? records.at(-1) : undefined);
      return { type: goesOn ? 'damaged' : isLeftByDeath(file, pos) ? 'torn' : 'spoilt', records, at: end };
    }
    pos = fragment.end;
    parts.push(file.subarray(fragment.start, fragment.end));
    if (fragment.type === FIRST || fragment.type === MIDDLE) continue;
    records.push(parts.length === 1 ? parts[0]! : Buffer.concat(parts));
    parts = [];
    end = pos;
  }
  return parts.length > 0 ? { type: 'torn', records, at: end } : { type: 'whole', records };
};

/** A record in the log format, for a file whose end is at `at` now: the record's fragments with their headers, and the padding before them. */
export const encodeLogRecord = (payload: Buffer, at: number): Buffer => {
  const out: Buffer[] = [];
  let from = 0;
  let pos = at;
  let type: number | undefined;
  do {
    const padding = BLOCK - (pos % BLOCK) < HEADER ? BLOCK - (pos % BLOCK) : 0;
    if (padding > 0) out.push(Buffer.alloc(padding));
    const room = BLOCK - ((pos + padding) % BLOCK) - HEADER;
    const to = Math.min(payload.length, from + room);
    // The first fragment may be empty, so `from` does not tell whether a fragment is the first one.
    if (type === undefined) type = to === payload.length ? FULL : FIRST;
    else type = to === payload.length ? LAST : MIDDLE;
    out.push(encodeFragment(type, payload.subarray(from, to)));
    pos += padding + HEADER + to - from;
    from = to;
  } while (type === FIRST || type === MIDDLE);
  return out.length === 1 ? out[0]! : Buffer.concat(out);
};

const encodeFragment = (type: number, bytes: Buffer): Buffer => {
  const fragment = Buffer.allocUnsafe(HEADER + bytes.length);
  fragment.writeUInt16LE(bytes.length, 4);
  fragment.writeUInt8(type, 6);
  bytes.copy(fragment, HEADER);
  fragment.writeUInt32LE(maskedCrc(fragment, 6, fragment.length), 0);
  return fragment;
};

interface Fragment {
  readonly type: number;
  readonly start: number;
  readonly end: number;
}

const fragmentAt = (file: Buffer, pos: number): Fragment | undefined => {
  if (pos + HEADER > file.length) return undefined;
  const type = file.readUInt8(pos + 6);
  if (type < FULL || type > LAST) return undefined;
  const start = pos + HEADER;
  const end = start + file.readUInt16LE(pos + 4);
  if (end > file.length || (pos % BLOCK) + (end - pos) > BLOCK) return undefined;
  return maskedCrc(file, pos + 6, end) === file.readUInt32LE(pos) ? { type, start, end } : undefined;
};

/** Does a valid fragment come after `pos`? The search tries every offset, because a damaged length hides the beginning of the next fragment. */
const goesOnAfter = (file: Buffer, pos: number, last: Buffer | undefined): boolean => {
  const numbers = last !== undefined && isCutOff(file, pos) ? numbersOf(last) : undefined;
  for (let p = pos + 1; p + HEADER <= file.length; p++) {
    const fragment = fragmentAt(file, p);
    if (fragment === undefined) continue;
    if (numbers === undefined || follows(file.subarray(fragment.start, fragment.end), numbers)) return true;
  }
  return false;
};

/** Does the fragment at `pos` go on behind the file's end? This is so if a write stopped half-way. */
const isCutOff = (file: Buffer, pos: number): boolean => {
  if (pos + HEADER > file.length) return true;
  const type = file.readUInt8(pos + 6);
  const end = pos + HEADER + file.readUInt16LE(pos + 4);
  return type >= FULL && type <= LAST && end > file.length && (pos % BLOCK) + (end - pos) <= BLOCK;
};

/**
 * Can a death have left the bytes from `pos` on? A write that stopped half-way leaves a fragment that is cut off. After the machine's death the
 * disk may have the file's new length without its bytes, which are zeros then.
 */
const isLeftByDeath = (file: Buffer, pos: number): boolean =>
  isCutOff(file, pos) || file.subarray(pos).every((byte) => byte === 0);

/** The numbers that LevelDB gave the changes of a batch: the first number, and the number after the last. Undefined: `record` is no batch. */
const numbersOf = (record: Buffer): readonly [first: bigint, next: bigint] | undefined => {
  if (record.length < BATCH) return undefined;
  const first = record.readBigUInt64LE(0);
  return [first, first + BigInt(record.readUInt32LE(8))];
};

/** Can LevelDB have written this record soon after a batch with these numbers? Records that a user read and wrote as a value have lower numbers. */
const follows = (record: Buffer, [, next]: readonly [bigint, bigint]): boolean => {
  const numbers = numbersOf(record);
  return numbers !== undefined && numbers[0] >= next && numbers[0] < next + BigInt(BLOCK);
};

/** The last value that a record's batch gives `key`, with its number. Undefined: no value. @throws RangeError if it is no batch of LevelDB */
export const valueInBatch = (record: Buffer, key: string): NumberedValue | undefined => {
  const numbers = numbersOf(record);
  if (numbers === undefined) throw new RangeError('too short');
  const batch = new BytesReader(record.subarray(BATCH));
  let found: NumberedValue | undefined;
  let number = numbers[0];
  for (; !batch.done(); number++) {
    const type = batch.varint();
    if (type > 1) throw new RangeError('unknown change');
    const isIt = batch.bytes().toString('latin1') === key;
    const value = type === 1 ? batch.bytes() : undefined;
    if (isIt && value !== undefined) found = { number, value };
  }
  if (number !== numbers[1]) throw new RangeError('wrong count');
  return found;
};

/** A value, with the number that LevelDB gave the value's change. */
export interface NumberedValue {
  readonly number: bigint;
  readonly value: Buffer;
}

// --- manifests -------------------------------------------------------------------------------------------------------------

/** The files in use that a manifest names: the tables (size in bytes, by file number) and the first write-ahead file's number. */
export interface Manifest {
  readonly tables: ReadonlyMap<number, number>;
  readonly firstLog: number;
  /** False: a number is missing without which LevelDB does not open the database. The end of the manifest was cut off. */
  readonly isComplete: boolean;
}

/** The fields that LevelDB must find in a manifest: the numbers of the first write-ahead file, the next file and the last sequence. */
const NEEDED = [2, 3, 4];

/** Reads the version edits of a manifest. Undefined: an edit has an unknown form. */
export const readManifest = (records: ReadonlyArray<Buffer>): Manifest | undefined => {
  const tables = new Map<number, number>();
  const found = new Map<number, number>();
  try {
    for (const record of records) {
      const edit = new BytesReader(record);
      while (!edit.done()) readField(edit, tables, found);
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return { tables, firstLog: found.get(2) ?? 0, isComplete: NEEDED.every((field) => found.has(field)) };
};

/** Reads one field of an edit: notes a table, or the number of a field that has one. */
const readField = (edit: BytesReader, tables: Map<number, number>, found: Map<number, number>): void => {
  const field = edit.varint();
  switch (field) {
    case 1: // comparator
      edit.bytes();
      return;
    case 2: // number of the first write-ahead file
    case 3: // next file number
    case 4: // last sequence number
    case 9: // number of the write-ahead file before
      found.set(field, edit.varint());
      return;
    case 5: // compaction pointer: level, key
      edit.varint();
      edit.bytes();
      return;
    case 6: // deleted table: level, number
      edit.varint();
      tables.delete(edit.varint());
      return;
    case 7: {
      // new table: level, number, size, smallest key, greatest key
      edit.varint();
      const table = edit.varint();
      tables.set(table, edit.varint());
      edit.bytes();
      edit.bytes();
      return;
    }
    default:
      throw new RangeError('unknown field');
  }
};
