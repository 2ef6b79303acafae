/** Splits a server's store into parts for the master, one at a time. So a large store is never one message, and never the work of one turn. */
import type { Write } from '../core/write.js';
import { PART_BYTES } from './net-limits.js';
import type { AnswerPart } from './protocol.js';

/** The approximate size of an entry without its key and value, in bytes. */
const ENTRY_BYTES = 16;

/** The live writes of one instant as keys and values, in runs of about {@link PART_BYTES}. */
export function* storedParts(writes: ReadonlyArray<Write>): Generator<AnswerPart> {
  let entries: (readonly [string, string])[] = [];
  let bytes = 0;
  for (const { key, value } of writes) {
    const size = key.length + value.length + ENTRY_BYTES;
    if (entries.length > 0 && bytes + size > PART_BYTES) {
      yield { type: 'stored', entries };
      entries = [];
      bytes = 0;
    }
    entries.push([key, value]);
    bytes += size;
  }
  if (entries.length > 0) yield { type: 'stored', entries };
}
