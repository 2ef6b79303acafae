/**
 * Loaded before a server (`--import`): from SIGTERM on its disk does not answer. HANGS says who waits for it: `database` (a write of LevelDB, and one
 * of Node's threads), or `main`, the main thread itself, which then runs no timer.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { ClassicLevel } from 'classic-level';

let hangs = false;
const forever = () => new Promise(() => undefined);

process.prependListener('SIGTERM', () => {
  hangs = true;
  // Nobody ever opens its other end.
  if (process.env.HANGS === 'database') fs.open(process.env.FIFO, 'r', () => undefined);
});

if (process.env.HANGS === 'database') {
  const { batch } = ClassicLevel.prototype;
  ClassicLevel.prototype.batch = function (...args) {
    return hangs ? forever() : batch.apply(this, args);
  };
} else {
  const { fsyncSync } = fs;
  fs.fsyncSync = (fd) => (hangs ? Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) : fsyncSync(fd));
  syncBuiltinESMExports();
}
