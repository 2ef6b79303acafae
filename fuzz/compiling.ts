/**
 * Each model has functions of its own, and data of other shapes. V8 has to undo for the next model what it optimized for one, which takes more time than it
 * saves. So V8 is told to optimize functions late.
 */
import { setFlagsFromString } from 'node:v8';

/** The flag of V8. Node 20 counts the executed code of a function, later versions count its calls. */
const WAIT = process.versions.node.startsWith('20.') ? '--interrupt-budget=1000000' : '--invocation-count-for-turbofan=30000';

/** Makes V8 optimize functions late from now on. */
export const compileLate = (): void => setFlagsFromString(WAIT);
