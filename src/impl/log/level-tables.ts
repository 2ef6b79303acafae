/** Reads LevelDB's tables (its doc/table_format.md) as far as it takes to see damage. `level-format.ts` says why. */
import { maskedCrc, BytesReader } from './level-bytes.js';
import type { NumberedValue } from './level-format.js';

const FOOTER = 48;
const MAGIC = 0xdb4775248b80fb57n;
const TRAILER = 5;
/** The size of the end of each key: the number of the key's change, and in the lowest byte 1 for a value or 0 for a removal. (LevelDB's word: sequence number and value type.) */
const SEQUENCE_TAG = 8;

/**
 * Are all blocks of a table as they were written? Each block has a compression type, and a masked CRC-32C over the block and the type. The
 * index block names the data blocks, and the metaindex block names the filter. The footer names the index block and the metaindex block. The
 * check passes over the blocks that a compressed block names.
 */
export const isTableWhole = (file: Buffer): boolean => {
  if (file.length < FOOTER || file.readBigUInt64LE(file.length - 8) !== MAGIC) return false;
  try {
    const footer = new BytesReader(file.subarray(file.length - FOOTER));
    const metaindex = blockAt(file, footer);
    const index = blockAt(file, footer);
    for (const handle of [metaindex, index].flatMap((block) => (block === undefined ? [] : entriesOf(block)))) {
      blockAt(file, new BytesReader(handle.value));
    }
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

/**
 * The block that a handle (offset, size) names. Undefined: the block is compressed. This log never compresses, but another tool for LevelDB may have.
 * @throws RangeError if the block is not as it was written
 */
const blockAt = (file: Buffer, handle: BytesReader): Buffer | undefined => {
  const start = handle.varint();
  const end = start + handle.varint();
  if (end + TRAILER > file.length - FOOTER) throw new RangeError('handle outside the file');
  if (maskedCrc(file, start, end + 1) !== file.readUInt32LE(end + 1)) throw new RangeError('bad checksum');
  return file[end] === 0 ? file.subarray(start, end) : undefined;
};

/**
 * The smallest key of a table with its latest value: of one key the latest value comes first. Undefined: the table is empty.
 * @throws RangeError if the table cannot be read, because a tool for LevelDB may have compressed it
 */
export const smallestInTable = (
  file: Buffer,
): (NumberedValue & { readonly key: string; readonly isRemoved: boolean }) | undefined => {
  const footer = new BytesReader(file.subarray(file.length - FOOTER));
  blockAt(file, footer);
  const [first] = entriesOf(blockAt(file, footer));
  const [entry] = first === undefined ? [] : entriesOf(blockAt(file, new BytesReader(first.value)));
  if (entry === undefined) return undefined;
  const end = entry.own.length - SEQUENCE_TAG;
  const numbered = entry.own.readBigUInt64LE(end);
  const key = entry.own.toString('latin1', 0, end);
  return { key, number: numbered >> 8n, value: entry.value, isRemoved: (numbered & 0xffn) === 0n };
};

/** A block's entries. Each has the shared and the own length of the key, the length of the value, the own part of the key, and the value. */
const entriesOf = (block: Buffer | undefined): { readonly own: Buffer; readonly value: Buffer }[] => {
  if (block === undefined) throw new RangeError('a compressed block');
  const restarts = block.readUInt32LE(block.length - 4);
  const entries = new BytesReader(block.subarray(0, block.length - 4 * (restarts + 1)));
  const all: { readonly own: Buffer; readonly value: Buffer }[] = [];
  while (!entries.done()) {
    entries.varint();
    const own = entries.varint();
    const length = entries.varint();
    all.push({ own: entries.take(own), value: entries.take(length) });
  }
  return all;
};
