/** Tells V8's RangeErrors apart: a stack that is too deep comes from a value, and a lack of memory from the size of a search. */
import { CheckerError } from './error.js';

/** Tells whether a recursion went too deep. */
export const isTooDeep = (error: unknown): boolean =>
  error instanceof RangeError && error.message === 'Maximum call stack size exceeded';

/** The messages of V8 where it gets no memory, or where something would be larger than V8 makes it. */
const NO_ROOM =
  /^(?:Array buffer allocation failed|Invalid (?:typed array|array buffer|array|string) length|(?:Map|Set) maximum size exceeded)/;

/** Makes the refusal of a search for which there is no room. `what` says what there is no room for. */
export const noRoom = (what: string): CheckerError =>
  new CheckerError(
    'option',
    `the memory for the states is at its end (${what}): limit the states or the memory of the search, use hash compaction, ` +
      'or make the model smaller',
  );

/** Gives the refusal in place of an error of V8 that says there is no room. Other errors stay as they are. */
export const toldAsNoRoom = (error: unknown): unknown =>
  error instanceof RangeError && NO_ROOM.test(error.message) ? noRoom(error.message) : error;
