/**
 * Each model brings functions of its own, and data of other shapes. What V8 makes fast for one model it has to undo for the next, which takes more
 * time than it saves; so it is told to wait until it has seen many.
 */
import { setFlagsFromString } from 'node:v8';

/** The compiler of Node 20 counts what a function has run, those of later versions how often it was called. */
const WAIT = process.versions.node.startsWith('20.') ? '--interrupt-budget=1000000' : '--invocation-count-for-turbofan=30000';

/** From now on functions are compiled late. */
export const compileLate = (): void => setFlagsFromString(WAIT);
