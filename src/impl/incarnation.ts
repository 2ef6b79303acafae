/** New incarnations of a server (R7). */
import { NODE } from '../ports/node.js';

/**
 * An incarnation that no replica had before, for whoever has no book of them: 52 random bits. Two of a thousand million servers'
 * incarnations are alike with a chance below one in eight.
 */
export const randomIncarnation = (chance = NODE.chance): number => Number(chance.bytes(8).readBigUInt64BE() >> 12n);
