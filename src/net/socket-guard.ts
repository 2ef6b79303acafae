/**
 * A name that one process of the machine holds: a socket that listens at an abstract name (Linux). The kernel frees the name when its holder
 * dies, and no other process can free it. Processes in different network namespaces do not see each other's names. Any user of the machine may
 * take any name that the user knows.
 */
import { createServer } from 'node:net';
import type { Guard } from '../impl/log/lock.js';

/** The length of a socket's name. A name of full length is the same in versions of Node that pad names and in versions that do not. */
const NAME_BYTES = 108;

/** The errors of a process without descriptors, which could not open the log either. Other errors mean that the system has or allows no such sockets. */
const OUT_OF_FILES = new Set(['EMFILE', 'ENFILE']);

/** Takes a name. Gives `taken` if another socket holds it, undefined if the system has no such names. Rejects if no descriptor is left. */
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
    // `exclusive`: without it, workers of Node's cluster module would share the socket of their primary.
    server.listen({ path: `\0bayou-${name}-`.padEnd(NAME_BYTES, '.'), exclusive: true }, () => {
      // Errors of accepting a connection do not matter: the guard serves no connection.
      server.on('error', () => undefined);
      resolve(() => new Promise((done) => server.close(() => done())));
    });
  });
