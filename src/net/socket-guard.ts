/**
 * A name of the machine's that one process has: a socket that listens at an abstract name (Linux). The kernel gives it up when its owner dies, and
 * nobody can delete it or close it from elsewhere. Processes with networks of their own do not see each other's. Any user of the machine may take any name that it knows.
 */
import { createServer } from 'node:net';
import type { Guard } from '../impl/log/lock.js';

/** The length of a socket's name. One that fills it is the same name to versions of Node that pad it and to those that do not. */
const NAME_BYTES = 108;

/** A process that is out of descriptors could not open the log either; the rest has no such sockets, or forbids them. */
const OUT_OF_FILES = new Set(['EMFILE', 'ENFILE']);

/** Takes a name; undefined: this system has none. Rejects when the process has no descriptor left. */
export const socketGuard: Guard = (name) =>
  new Promise((resolve, reject) => {
    if (process.platform !== 'linux') {
      resolve(undefined);
      return;
    }
    const server = createServer((connection) => connection.destroy()).unref();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve('taken');
      else if (OUT_OF_FILES.has(error.code ?? '')) reject(error);
      else resolve(undefined);
    });
    // `exclusive`: a worker of Node's cluster module would share its primary's otherwise.
    server.listen({ path: `\0bayou-${name}-`.padEnd(NAME_BYTES, '.'), exclusive: true }, () => {
      // A connection that cannot be taken is nobody's loss.
      server.on('error', () => undefined);
      resolve(() => new Promise((done) => server.close(() => done())));
    });
  });
