/** New incarnations of a server (R7). */
import { NODE } from '../ports/node.js';

/**
 * An incarnation that this server's replicas never had before: 52 random bits, so no server keeps a record of its incarnations. The chance
 * that two of 33 million incarnations of one server are alike is below one in eight.
 */
export const randomIncarnation = (chance = NODE.chance): number => Number(chance.bytes(8).readBigUInt64BE() >> 12n);
